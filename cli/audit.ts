// `answerdesk audit`: who did what, and whether the log of it is as it was written.
import { join } from 'node:path';
import { loadConfig } from '#app/config.ts';
import type { AccessStore } from '#core/access.ts';
import { type ChainedEntry, headText, parseHead } from '#core/audit-chain.ts';
import { AppError, errorFacts } from '#core/errors.ts';
import { defaultTenant } from '#core/tenant.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { defineCommand, wholeNumber } from './command.ts';

const help = `The audit log: what the team did in the console, and what was ingested, published, exported, erased and removed by retention.

  answerdesk audit                     the newest entries
  answerdesk audit verify              check that no entry was changed, removed or put in
  answerdesk audit verify --head HEAD  and that none was cut off since HEAD was noted
  answerdesk audit head                the newest entry's number and hash

  --limit N    how many entries are listed (default 50)
  --head HEAD  what "audit head" printed, or the server's log at a start
  --json       on standard output
  --help

Each entry holds the SHA-256 of itself and the one before. Who can write the database could cut off the newest entries, or write all of it
anew: so note the head from time to time where that person cannot write, such as a log server.

Exit codes: 0 intact, or listed; 1 the log was changed; 2 bad usage.
`;

export const command = defineCommand({
  help,
  options: { limit: { type: 'string' }, head: { type: 'string' }, json: { type: 'boolean' } },
  async run({ values, positionals }) {
    const [action = 'list', ...more] = positionals;
    if (more.length > 0) throw new AppError('bad-request', `Too many words.\n\n${help}`);
    const say = (text: string, value: unknown) => {
      if (values.json) process.stdout.write(`${JSON.stringify(value)}\n`);
      else process.stdout.write(`${text}\n`);
    };
    const store = openSqliteConversationStore(join(loadConfig().dataDir, 'conversations.db'));
    try {
      if (action === 'list')
        await list(store.access, values.limit ? wholeNumber(values.limit, '--limit') : 50, say);
      else if (action === 'verify') await verify(store.access, values.head, say);
      else if (action === 'head') {
        const head = await store.access.auditHead(defaultTenant);
        say(head ? headText(head) : 'The log is empty.', head ?? null);
      } else throw new AppError('bad-request', `There is no "${action}".\n\n${help}`);
    } finally {
      await store.close();
    }
  },
});

type Say = (text: string, value: unknown) => void;

async function list(access: AccessStore, limit: number, say: Say): Promise<void> {
  const entries = await access.auditLog(defaultTenant, { limit });
  say(entries.length === 0 ? 'The log is empty.' : entries.map(line).join('\n'), entries);
}

function line({ position, at, actor, action, subject, details = {} }: ChainedEntry): string {
  const facts = Object.entries(details).map(([name, fact]) => `${name}=${fact}`);
  return [position, at, actor, action, subject ?? '', ...facts].join('\t');
}

async function verify(access: AccessStore, noted: string | undefined, say: Say): Promise<void> {
  const expected = noted === undefined ? undefined : parseHead(noted);
  if (noted !== undefined && !expected)
    throw new AppError('bad-request', `--head is what "answerdesk audit head" prints, such as 12:ab34….`);
  const finding = await access.verifyAudit(defaultTenant, expected);
  if (finding.intact) {
    const { entries, head } = finding;
    return say(
      head
        ? `All ${entries} entries are as they were written.\nHead: ${headText(head)}`
        : 'The log is empty.',
      finding,
    );
  }
  process.exitCode = errorFacts.internal.exitCode;
  say(
    `The log was changed. The first entry that is wrong: ${finding.position} (${finding.reason}).`,
    finding,
  );
}
