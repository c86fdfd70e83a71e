// `answerdesk privacy`: what is kept of a person, as a list, as an export, or no more.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { loadConfig } from '#app/config.ts';
import { AppError, errorFacts } from '#core/errors.ts';
import { eraseSubject, unfinishedErasures } from '#privacy/erase-subject.ts';
import { exportSubject } from '#privacy/export-subject.ts';
import { type Found, findSubject, returnedAddresses } from '#privacy/find-subject.ts';
import { createSubject, type Subject } from '#privacy/subject.ts';
import { recordAudit } from './audit/record.ts';
import { defineCommand } from './command.ts';
import { describeFound, describeReceipt } from './privacy/describe.ts';
import { embedAsPublished } from './privacy/embed-as-published.ts';
import { lockDataFolder } from './privacy/lock-data-folder.ts';
import { migrateStore } from './privacy/migrate-store.ts';

const help = `What is kept of a person in ANSWERDESK_DATA_DIR.

  answerdesk privacy find --subject EMAIL     where it stands; changes nothing
  answerdesk privacy export --subject EMAIL   all of it as JSON, for the person (GDPR, articles 15 and 20)
  answerdesk privacy erase --subject EMAIL    says what would go; with --yes it goes (article 17), and a receipt is written
  answerdesk privacy reapply                  after a backup was restored: erases again, with --yes, who was erased since it was made

  --subject ADDRESS   an e-mail address, a telephone number or the id of a visitor
  --also ADDRESS      another one of the same person; may be repeated
  --name NAME         what has only the name in common is listed; it is never erased by the name alone. May be repeated
  --include ID        a conversation or document that you have looked at, and that is the person's; may be repeated
  --out FILE          export: where to write (default: a file in ANSWERDESK_DATA_DIR/exports; - is standard output)
  --yes               erase: do it
  --json              the outcome as JSON on standard output
  --help

It looks through conversations, hand-overs, notices, notes, ingested conversations, answer cards, all generations, caches, quarantine, labels,
eval runs, exports, pictures and every other file of the folder. Files that you ingest, logs and backups are yours: they are named, and the next
ingestion leaves out who was erased. An erasure that was stopped goes on when the same command is given again. The server may run meanwhile.

Examples
  answerdesk privacy find --subject ann@example.com --also ann.lee@work.example --also "+44 20 7946 0958" --name "Ann Lee"
  answerdesk privacy erase --subject ann@example.com --yes

Exit codes: 0 done; 1 failed, or something of the person is left; 2 bad usage.
`;

export const command = defineCommand({
  help,
  options: {
    subject: { type: 'string' },
    also: { type: 'string', multiple: true, default: [] },
    name: { type: 'string', multiple: true, default: [] },
    include: { type: 'string', multiple: true, default: [] },
    out: { type: 'string' },
    yes: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run({ values, positionals }, signal) {
    const [action, ...more] = positionals;
    if (more.length > 0) throw usage('Too many words: a second address is given with --also.');
    const { dataDir } = loadConfig();
    await migrateStore(dataDir);
    const print = (text: string, value: unknown) => {
      process.stderr.write(`${text}\n`);
      if (values.json) process.stdout.write(`${JSON.stringify(value)}\n`);
    };
    if (action === 'reapply') return reapply({ dataDir, signal }, values.yes === true, print);
    if (values.subject === undefined) throw usage('Say whose data: --subject EMAIL.');
    const subject = createSubject({ addresses: [values.subject, ...values.also], names: values.name });
    const asked = { subject, dataDir, include: values.include, signal };
    if (action === 'find') return find(asked, print);
    if (action === 'export') return exportTo(values.out, asked, print);
    if (action === 'erase') return erase(asked, values.yes === true, print);
    throw usage(
      action === undefined ? 'Say what to do: find, export, erase or reapply.' : `There is no "${action}".`,
    );
  },
});

interface Asked {
  readonly subject: Subject;
  readonly dataDir: string;
  readonly include: readonly string[];
  readonly signal: AbortSignal;
}

type Print = (text: string, value: unknown) => void;

async function find({ subject, ...options }: Asked, print: Print): Promise<void> {
  const found = await findSubject(subject, options);
  print(await describeAll(found, options.dataDir), found);
}

async function describeAll(found: Found, dataDir: string): Promise<string> {
  const unfinished = await unfinishedErasures(dataDir);
  const others = unfinished.filter((hash) => hash !== found.subject).length;
  return [
    describeFound(found),
    ...(unfinished.includes(found.subject)
      ? ['An erasure of this person was stopped before its end: give it again with --yes.']
      : []),
    ...(others > 0
      ? [`${others} erasure(s) of others were stopped before their end: ${join(dataDir, 'privacy')}`]
      : []),
  ].join('\n');
}

async function exportTo(
  out: string | undefined,
  { subject, ...options }: Asked,
  print: Print,
): Promise<void> {
  const { dataDir } = options;
  const data = await exportSubject(subject, options);
  const { subject: hash } = await findSubject(subject, options);
  const text = `${JSON.stringify(data, null, 2)}\n`;
  if (out === '-') process.stdout.write(text);
  const path = resolve(
    out ?? join(dataDir, 'exports', `${data.exportedAt.replace(/[:.]/g, '-')}-${hash}.json`),
  );
  if (out !== '-') {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, text, { mode: 0o600 });
  }
  await recordAudit(dataDir, {
    action: 'privacy.exported',
    subject: hash,
    details: { conversations: data.conversations.length, transcripts: data.transcripts.length },
  });
  if (out !== '-')
    print(
      `${data.conversations.length} conversations and ${data.transcripts.length} ingested ones are in ${path}. Read "mentions" before you hand it over: others wrote them.`,
      { file: path, conversations: data.conversations.length, transcripts: data.transcripts.length },
    );
}

async function erase({ subject, ...options }: Asked, isMeant: boolean, print: Print): Promise<void> {
  const { dataDir } = options;
  if (!isMeant) {
    const found = await findSubject(subject, options);
    print(
      `${await describeAll(found, dataDir)}\nNothing was changed. To erase it: the same with --yes.`,
      found,
    );
    return;
  }
  using _locks = lockDataFolder(dataDir);
  const { receipt, receiptFile } = await eraseSubject(subject, {
    ...options,
    embed: embedAsPublished(loadConfig()),
    onStep: (step) => void process.stderr.write(`${step} …\n`),
  });
  await recordAudit(dataDir, {
    action: 'privacy.erased',
    subject: receipt.subject.hash,
    details: receipt.erased,
  });
  print(`${describeReceipt(receipt)}\nReceipt: ${receiptFile}`, { ...receipt, file: receiptFile });
  if (receipt.verified.found > 0) process.exitCode = errorFacts.internal.exitCode;
}

async function reapply(
  { dataDir, signal }: Pick<Asked, 'dataDir' | 'signal'>,
  isMeant: boolean,
  print: Print,
): Promise<void> {
  const addresses = returnedAddresses(dataDir);
  if (addresses.length === 0) return print('Nobody who was erased has come back.', { addresses: 0 });
  if (!isMeant)
    return print(
      `${addresses.length} addresses of people who were erased are back. To erase them again: the same with --yes.`,
      { addresses: addresses.length },
    );
  await erase({ subject: createSubject({ addresses }), dataDir, include: [], signal }, true, print);
}

function usage(problem: string): AppError {
  return new AppError('bad-request', `${problem}\n\n${help}`);
}
