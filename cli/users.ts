// `answerdesk users`: accounts of the team from the command line: the first admin, and whoever lost the way in.
import { join } from 'node:path';
import { z } from 'zod';
import { type Accounts, createAccounts } from '#access/accounts.ts';
import { loadConfig } from '#app/config.ts';
import { type Role, roles, type User } from '#core/access.ts';
import { AppError } from '#core/errors.ts';
import { defaultTenant } from '#core/tenant.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { defineCommand } from './command.ts';

const help = `Accounts of the team, who work in the console at /console.

  answerdesk users                                    list them
  answerdesk users create-admin EMAIL [--name NAME]   an admin; prints a link that sets the password
  answerdesk users invite EMAIL --role ROLE [--name NAME]
  answerdesk users link EMAIL                         a new link, for who lost the password or the first link
  answerdesk users reset-second-factor EMAIL          for who lost the phone
  answerdesk users disable EMAIL                      ends the account's sessions, too
  answerdesk users enable EMAIL
  answerdesk users role EMAIL ROLE

  --role ROLE   ${roles.join(', ')}
  --name NAME   as customers see it (default: what stands before the @)
  --json        the outcome as JSON on standard output
  --help

A link works once, for 72 hours. The server may run meanwhile.

Examples
  answerdesk users create-admin ann@example.com
  answerdesk users invite tom@example.com --role agent --name Tom

Exit codes: 0 done; 1 failed; 2 bad usage, or no such account.
`;

export const command = defineCommand({
  help,
  options: {
    json: { type: 'boolean' },
    name: { type: 'string' },
    role: { type: 'string' },
  },
  async run({ values, positionals }) {
    const [action = 'list', email, last, ...more] = positionals;
    if (more.length > 0 || (last !== undefined && action !== 'role')) throw usage('Too many words.');
    if (action !== 'list' && email === undefined) throw usage('Say whose account, by e-mail address.');
    if (email !== undefined && !z.email().max(254).safeParse(email).success)
      throw usage(`"${email}" is no e-mail address.`);
    const config = loadConfig();
    const store = openSqliteConversationStore(join(config.dataDir, 'conversations.db'));
    try {
      const accounts = createAccounts({ store: store.access, tenantId: defaultTenant });
      const [base = `http://localhost:${config.server.port}`] = config.server.publicUrls;
      const outcome = await perform(accounts, { action, email: email ?? '', last, ...values }, base);
      process.stderr.write(`${outcome.text}\n`);
      if (values.json) process.stdout.write(`${JSON.stringify(outcome.value)}\n`);
      else if (outcome.list) process.stdout.write(outcome.list);
    } finally {
      await store.close();
    }
  },
});

interface Asked {
  readonly action: string;
  readonly email: string;
  readonly last: string | undefined;
  readonly name?: string | undefined;
  readonly role?: string | undefined;
}

interface Outcome {
  readonly text: string;
  readonly value: unknown;
  readonly list?: string;
}

async function perform(
  accounts: Accounts,
  { action, email, last, name, role }: Asked,
  base: string,
): Promise<Outcome> {
  const named = name ?? email.split('@')[0]!;
  const linkOf = ({ token, expiresAt }: { token: string; expiresAt: string }) => ({
    link: `${base}/console/password#${token}`,
    expiresAt,
  });
  switch (action) {
    case 'list': {
      const users = await accounts.users(defaultTenant);
      const list = users.map((user) => `${line(user)}\n`).join('');
      return {
        text:
          users.length === 0
            ? 'There is no account yet: answerdesk users create-admin EMAIL'
            : `${users.length} accounts`,
        value: users,
        list,
      };
    }
    case 'create-admin':
    case 'invite': {
      const wanted = action === 'invite' ? roleOf(role) : 'admin';
      const there = await accounts.userByEmail(email);
      // The way back in for a team whose admins lost theirs.
      if (there && action === 'create-admin') {
        const user = await accounts.updateUser('system', there.id, { role: 'admin', disabled: false });
        const made = linkOf(await accounts.passwordLink('system', user.id));
        return { text: `${email} is an admin. Set a password: ${made.link}`, value: { user, ...made } };
      }
      const { user, ...token } = await accounts.invite('system', { email, name: named, role: wanted });
      const made = linkOf(token);
      return {
        text: `${email} is ${article(wanted)} ${wanted}. Set a password: ${made.link}`,
        value: { user, ...made },
      };
    }
    case 'link': {
      const user = await existing(accounts, email);
      const made = linkOf(await accounts.passwordLink('system', user.id));
      return { text: `Set a password: ${made.link}`, value: { user, ...made } };
    }
    case 'reset-second-factor': {
      const user = await existing(accounts, email);
      await accounts.removeSecondFactor('system', user.id);
      return { text: `${email} signs in with the password alone.`, value: { user } };
    }
    case 'disable':
    case 'enable': {
      const { id } = await existing(accounts, email);
      const user = await accounts.updateUser('system', id, { disabled: action === 'disable' });
      return {
        text: `${email} ${user.disabled ? 'cannot sign in any more' : 'may sign in'}.`,
        value: { user },
      };
    }
    case 'role': {
      const { id } = await existing(accounts, email);
      const user = await accounts.updateUser('system', id, { role: roleOf(last) });
      return { text: `${email} is ${article(user.role)} ${user.role}.`, value: { user } };
    }
    default:
      throw usage(`There is no "${action}".`);
  }
}

async function existing(accounts: Accounts, email: string): Promise<User> {
  const user = await accounts.userByEmail(email);
  if (!user) throw new AppError('not-found', `${email} has no account: answerdesk users`);
  return user;
}

function roleOf(text: string | undefined): Role {
  const found = roles.find((role) => role === text);
  if (!found) throw usage(`Say which role: ${roles.join(', ')}.`);
  return found;
}

const article = (role: Role) => (/^[aeiou]/.test(role) ? 'an' : 'a');

function line({ email, name, role, disabled, hasSecondFactor, lastSeenAt }: User): string {
  const facts = [disabled ? 'disabled' : '', hasSecondFactor ? 'second factor' : '']
    .filter(Boolean)
    .join(', ');
  return [email, name, role, lastSeenAt ?? 'never seen', facts].join('\t');
}

function usage(problem: string): AppError {
  return new AppError('bad-request', `${problem}\n\n${help}`);
}
