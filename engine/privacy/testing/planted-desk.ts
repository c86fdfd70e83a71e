// A data folder in which one person and others have left texts in every place where the desk keeps them. Each text is a canary of its own.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { changeHandling } from '#core/handling.ts';
import { defaultTenant } from '#core/tenant.ts';
import { runIngestJob } from '#ingest/job.ts';
import { defaultInternalRules } from '#ingest/source-settings.ts';
import { createFields } from '#ingest/sources/field-map.ts';
import { findFiles } from '#ingest/sources/find-files.ts';
import { readSource } from '#ingest/sources/read-source.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { createDefaultRedactor } from '#redact/redaction-profile.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';

export const ann = {
  addresses: ['ann.rose@example.com', 'a.rose@work.example', '+44 20 7946 0958', 'visitor-7f3a9c21'],
  names: ['Rose'],
} as const;
/** Who differs from the person by a little. */
export const others = [
  'joann.rose@example.com',
  'ann.rose@example.com.au',
  '+44 20 7946 0959',
  'visitor-7f3a9c211',
];

export interface PlantedDesk extends AsyncDisposable {
  readonly dataDir: string;
  readonly sourceDir: string;
  /** Texts of the person, and of others. */
  readonly canaries: readonly string[];
  readonly othersCanaries: readonly string[];
  ingest(): ReturnType<typeof runIngestJob>;
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** Those of the texts that stand in a file of the data folder, as UTF-8 or UTF-16, in any case. */
  onDisk(texts: readonly string[]): Promise<string[]>;
}

/** So different that none counts as a phrase of the team, or as the same ticket again. */
const replies: readonly ((word: string, room: string) => string)[] = [
  (word, room) =>
    `Hold the ${word} button beside the ${room} radiator for ten seconds, then pair the valve with its bridge.`,
  (word, room) =>
    `Your ${word} invoice arrives on the third day of each month, and the ${room} plan is billed in advance.`,
  (word, room) =>
    `Update the ${word} firmware over a cable, because wireless updates of a ${room} hub stop at half of the file.`,
  (word, room) => `Returns of a ${word} lamp are free within thirty days if the ${room} box was not opened.`,
  (word, room) =>
    `Reset the ${word} password from the sign-in page, and choose ${room} as the place where mail is read.`,
  (word, room) =>
    `Move the ${word} sensor two metres away from the ${room} window, where the sun does not reach it at noon.`,
  (word, room) =>
    `Install the ${word} driver from the archive, restart the ${room} computer twice, and print a test sheet.`,
  (word, room) =>
    `Charge the ${word} battery overnight before the first ride, and keep the ${room} charger dry.`,
];

type Store = ReturnType<typeof openSqliteConversationStore>;

export async function plantDesk({ conversations = 36, tickets = 8 } = {}): Promise<PlantedDesk> {
  const folder = await mkdtemp(join(tmpdir(), 'answerdesk-privacy-'));
  const dataDir = join(folder, 'var');
  const sourceDir = join(folder, 'tickets');
  const canaries: string[] = [];
  const othersCanaries: string[] = [];
  const plant = (isAnn: boolean) => {
    const list = isAnn ? canaries : othersCanaries;
    const canary = `${isAnn ? 'quaxil' : 'ombert'}${list.length}zz`;
    list.push(canary);
    return canary;
  };
  const write = async (path: string, content: string | Uint8Array) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  };
  const embedder = createHashingEmbedder();
  const ingest = async () => {
    const { files } = await findFiles([sourceDir]);
    return runIngestJob({
      dataDir,
      openEmbedder: async () => embedder,
      source: {
        name: 'tickets',
        items: readSource(files, createFields()),
        redactor: createDefaultRedactor(),
        internalRules: defaultInternalRules,
        transcriptsAudience: 'customer',
      },
    });
  };

  const store = openSqliteConversationStore(join(dataDir, 'conversations.db'), { handoffChannels: ['mail'] });
  const ids: string[] = [];
  for (let number = 0; number < conversations; number++) {
    ids.push(
      await plantConversation(store, () => plant(true), ann.addresses[number % ann.addresses.length]!),
    );
    await plantConversation(store, () => plant(false), others[number % others.length]!);
  }
  // Somebody else who names the person.
  await plantConversation(store, () => `${plant(false)} my wife ${ann.addresses[0]}`, others[0]!);
  await store.close();

  const ticket = (isAnn: boolean, number: number) => ({
    id: `${isAnn ? 'ann' : 'other'}-ticket-${number}`,
    requester: { email: isAnn ? ann.addresses[number % 2] : others[number % 2], name: 'Somebody' },
    requester_id: `${isAnn ? 1 : 2}${number}`,
    assignee_id: '9',
    assignee: { id: '9', email: 'mia@desk.example' },
    status: 'solved',
    comments: [
      {
        author_id: `${isAnn ? 1 : 2}${number}`,
        public: true,
        body: `My ${plant(isAnn)} valve does not close any more since Monday.`,
      },
      { author_id: '9', public: true, body: replies[number]!(plant(isAnn), isAnn ? 'kitchen' : 'garage') },
    ],
  });
  const all = Array.from({ length: tickets }, (_, number) => [
    ticket(true, number),
    ticket(false, number),
  ]).flat();
  await write(join(sourceDir, 'tickets.jsonl'), all.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const article = `# Contact\n\nWrite to ${ann.addresses[0]} about the ${plant(false)} bridge, which stands in every hall.\n`;
  await write(join(sourceDir, 'contact.md'), article);
  await ingest();
  await write(join(sourceDir, 'more.md'), `# More\n\nThe ${plant(false)} needs a fuse.\n`);
  await ingest();

  const inData = (path: string, content: string | Uint8Array) => write(join(dataDir, path), content);
  const [mail] = ann.addresses;
  await inData(
    'labels/intents.jsonl',
    lines([
      { id: ids[0], label: plant(true) },
      { id: 'ticket-ann-ticket-1', label: plant(true) },
      { id: 'x', label: plant(false) },
    ]),
  );
  await inData(
    'evals/run-1/records.jsonl',
    lines([
      { key: '1', value: { question: `${plant(true)} from ${mail}` } },
      { key: '2', value: plant(false) },
    ]),
  );
  await inData('evals/run-1/report.html', `<p>${plant(false)}</p><p>ANN.ROSE@EXAMPLE.COM</p>`);
  await inData(
    'evals/run-2/report.json',
    JSON.stringify({ gold: ['ticket-ann-ticket-0'], passage: plant(true) }),
  );
  await inData(
    'quarantine/mails-2026.jsonl',
    lines([
      { file: `${mail}/${plant(true)}.eml`, reason: 'empty' },
      { file: `${plant(false)}.eml`, reason: 'empty' },
    ]),
  );
  await inData(`pictures/${ids[1]}/one.png`, Buffer.from(`\x89PNG${plant(true)}`));
  await inData('pictures/of-somebody-else/one.png', Buffer.from(`\x89PNG${plant(false)}`));
  await inData('exports/old.json', JSON.stringify({ subject: mail, said: canaries[0] }));
  await inData('candidates/other@00000001.vectors', Buffer.from('not vectors'));
  await inData(
    'training-sets/set.jsonl',
    lines([
      { text: `${plant(true)} ${mail}`, label: 'a' },
      { text: plant(false), label: 'b' },
    ]),
  );
  await inData('notes.txt', Buffer.from(`${plant(true)} ${mail}`, 'utf16le'));
  return {
    dataDir,
    sourceDir,
    canaries: [...canaries, ...ann.addresses],
    othersCanaries,
    ingest,
    write: inData,
    async onDisk(texts) {
      const found = new Set<string>();
      for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const bytes = (await readFile(join(entry.parentPath, entry.name))).toString('latin1').toLowerCase();
        for (const text of texts) {
          const low = text.toLowerCase();
          // An address of somebody else may begin or end as this one does.
          const similar = others.reduce((all, other) => all.replaceAll(other.toLowerCase(), ''), bytes);
          if (similar.includes(low) || bytes.includes(Buffer.from(low, 'utf16le').toString('latin1')))
            found.add(text);
        }
      }
      return [...found].sort();
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function plantConversation(store: Store, canary: () => string, address: string): Promise<string> {
  const { conversation } = await store.create(defaultTenant);
  const key = { tenantId: defaultTenant, conversationId: conversation.id };
  const at = '2026-01-01T00:00:00.000Z';
  const said = (id: string, author: 'customer' | 'bot' | 'person', text: string) => ({
    id,
    author,
    text,
    createdAt: at,
  });
  await store.addMessage(key, said('m1', 'customer', `I am ${canary()}.\nIt is\n${address}`), 'a1');
  const answer = canary();
  await store.append([
    { key, event: { type: 'answer-start', messageId: 'a1', replyTo: 'm1' } },
    { key, event: { type: 'answer-delta', messageId: 'a1', text: answer.slice(0, 4) } },
    { key, event: { type: 'answer-delta', messageId: 'a1', text: answer } },
    { key, event: { type: 'answer-end', message: said('a1', 'bot', answer), reason: 'complete' } },
  ]);
  const isMail = address.includes('@');
  await store.recordHandoff(key, { reason: 'customer-request', ...(isMail ? { email: address } : {}) });
  await store.recordFeedback(key, { messageId: 'a1', rating: 'down', comment: canary(), at });
  await store.addNote(key, { id: 'n1', author: { id: 'mia', name: 'Mia' }, text: canary(), at });
  const person = { ...said('p1', 'person', canary()), person: { name: 'Mia' } };
  await store.changeHandling(key, (current) => ({
    handling: changeHandling(current, { type: 'take', by: { id: 'mia', name: 'Mia' } }, at),
    events: [{ type: 'person-message', message: person }],
    notices: [{ kind: 'reply', channel: 'customer-mail', about: 'p1' }],
  }));
  return conversation.id;
}

function lines(records: readonly unknown[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}
