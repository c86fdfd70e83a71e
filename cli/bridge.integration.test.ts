import { expect, it } from 'vitest';
import { runCommandLine } from './testing/run-command.ts';

const check = (env: Record<string, string> = {}) => runCommandLine('cli/main.ts', ['bridge', 'check'], env);

it('says what is missing before it asks the help desk anything', async () => {
  const without = await check();
  expect(without.code).toBe(2);
  expect(without.stderr).toContain('ANSWERDESK_BRIDGE=zendesk|');
  const half = await check({ ANSWERDESK_BRIDGE: 'help-scout', ANSWERDESK_BRIDGE_INBOX: 'support' });
  expect(half.code).toBe(2);
  for (const name of ['BRIDGE_INBOX', 'BRIDGE_SECRET', 'HELP_SCOUT_APP_ID', 'HELP_SCOUT_APP_SECRET'])
    expect(half.stderr).toContain(`ANSWERDESK_${name}`);
});
