// Accounts from the command line: the way in for a team that has none, or has lost it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createAccounts } from '#access/accounts.ts';
import { defaultTenant } from '#core/tenant.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { runCommandLine, succeed } from './testing/run-command.ts';

it('makes an admin, and lets one in again who was disabled, had another role, or lost the password', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'answerdesk-users-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const users = async (...args: string[]) => {
    const { stdout } = await succeed(
      runCommandLine('cli/main.ts', ['users', ...args, '--json'], { ANSWERDESK_DATA_DIR: dataDir }),
    );
    return JSON.parse(stdout);
  };
  const made = await users('create-admin', 'ann@example.com');
  expect(made.link).toMatch(/\/console\/password#[\w-]{44}$/);
  await users('create-admin', 'tom@example.com');
  await users('role', 'ann@example.com', 'viewer');
  await users('disable', 'ann@example.com');
  const again = await users('create-admin', 'ann@example.com');
  expect(again.user).toMatchObject({ id: made.user.id, role: 'admin', disabled: false });

  const store = openSqliteConversationStore(join(dataDir, 'conversations.db'));
  onTestFinished(() => store.close());
  const accounts = createAccounts({ store: store.access, tenantId: defaultTenant });
  const password = 'three blue kettles';
  // The first link has given way to the second.
  await expect(accounts.setPassword(made.link.split('#')[1], password)).rejects.toMatchObject({
    code: 'not-found',
  });
  await accounts.setPassword(again.link.split('#')[1], password);
  expect(await accounts.signIn({ email: 'ann@example.com', password })).toMatchObject({
    result: 'signed-in',
  });
});
