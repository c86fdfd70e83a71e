// `answerdesk retention`: what is older than it may be kept, and its removal.
import { existsSync } from 'node:fs';
import { loadConfig } from '#app/config.ts';
import { headText } from '#core/audit-chain.ts';
import { defaultTenant } from '#core/tenant.ts';
import { lockJob } from '#ingest/job-lock.ts';
import { databaseFile } from '#privacy/find-subject.ts';
import { type KindReport, type RetentionReport, runRetention } from '#privacy/retention.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { recordAudit } from './audit/record.ts';
import { defineCommand } from './command.ts';
import { migrateStore } from './privacy/migrate-store.ts';

const help = `Removes what is older than ANSWERDESK_RETENTION says.

  answerdesk retention          says what would go, how many and how old; changes nothing
  answerdesk retention --yes    removes it

  --scheduled   removes what a schedule may: at most 20 % of a kind, or 20, and nothing while the clock contradicts the data
  --json        on standard output
  --help

"answerdesk start" does the same as --scheduled when it starts and once a day. docs/privacy.md says what belongs to each kind.

Examples
  ANSWERDESK_RETENTION=conversations=365,transcripts=730,evals=90 answerdesk retention

Exit codes: 0 done, or nothing was old; 1 something old was not removed; 2 bad settings.
`;

export const command = defineCommand({
  help,
  options: { yes: { type: 'boolean' }, scheduled: { type: 'boolean' }, json: { type: 'boolean' } },
  async run({ values }, signal) {
    // The server that started this one is gone.
    if (process.channel) process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
    // It does not wait for that.
    process.channel?.unref();
    const { dataDir, retention } = loadConfig();
    await migrateStore(dataDir);
    const report = await runRetention({
      dataDir,
      days: retention,
      mode: values.yes ? 'all' : values.scheduled ? 'bounded' : 'look',
      lock: () => lockJob(dataDir),
      signal,
    });
    const removed = report.kinds.filter((kind) => kind.removed > 0);
    if (removed.length > 0)
      await recordAudit(dataDir, {
        action: 'retention.applied',
        details: Object.fromEntries(removed.map((kind) => [kind.kind, kind.removed])),
      });
    const isQuiet = values.scheduled && report.kinds.every((kind) => kind.old === 0);
    if (!isQuiet) process.stderr.write(`${describe(report)}\n`);
    if (values.scheduled && existsSync(databaseFile(dataDir))) await tellHead(dataDir);
    if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    if (report.kinds.some(({ refused }) => refused !== undefined)) process.exitCode = 1;
  },
});

/** In the server's log the head is kept elsewhere: docs/privacy.md#audit-log. */
async function tellHead(dataDir: string): Promise<void> {
  const store = openSqliteConversationStore(databaseFile(dataDir));
  try {
    const head = await store.access.auditHead(defaultTenant);
    if (head) process.stderr.write(`Head of the audit log: ${headText(head)}\n`);
  } finally {
    await store.close();
  }
}

function describe({ kinds, clock, unknown, mode }: RetentionReport): string {
  return [
    ...(clock ? [clock] : []),
    ...kinds.map(line),
    ...(unknown.length > 0 ? [`Not of Answerdesk, and not removed by age: ${unknown.join(', ')}`] : []),
    ...(mode === 'look' && kinds.some(({ old }) => old > 0)
      ? ['Nothing was changed. To remove what is old: answerdesk retention --yes']
      : []),
  ].join('\n');
}

function line({ kind, days, old, all, oldest, removed, undated, refused }: KindReport): string {
  const rule = days === undefined ? 'kept until somebody removes it' : `kept ${days} days`;
  const facts = [
    `${all} there`,
    ...(days === undefined ? [] : [`${old} older`]),
    ...(oldest ? [`the oldest of ${oldest.slice(0, 10)}`] : []),
    ...(undated ? [`${undated} without a date, which stay`] : []),
    ...(removed > 0 ? [`${removed} removed`] : []),
    ...(refused ? [`not removed: ${refused}`] : []),
  ];
  return `${kind.padEnd(14)}${rule}: ${facts.join(', ')}`;
}
