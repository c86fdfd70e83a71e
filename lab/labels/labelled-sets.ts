// Public data sets with labels, as conversations of a desk: which of them says what about which kind of label. DIR holds a folder for each.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ConversationRecord } from '#learning/labels/conversation-record.ts';
import type { WeakKind } from '#learning/labels/label-kinds.ts';
import { randomFrom } from '#learning/metrics/random.ts';

export interface LabelledCase {
  readonly record: ConversationRecord;
  readonly label: string;
}

export interface LabelledSet {
  readonly name: string;
  readonly kind: WeakKind;
  /** Rules were improved on `tuning` alone. */
  readonly part: 'tuning' | 'test';
  readonly cases: readonly LabelledCase[];
  /** Intents with examples from the part for training. */
  readonly intents?: readonly { readonly name: string; readonly examples: readonly string[] }[];
}

const mostCases = 1_000;
const examplesPerIntent = 10;

export async function readLabelledSets(dir: string): Promise<LabelledSet[]> {
  const read = <Row>(path: string) => readRows<Row>(join(dir, path));
  return [
    ...(await Promise.all(['banking77', 'clinc150'].map((name) => intentSet(name, read)))),
    ...(await reasonSets(read)),
    ...(await languageSets(read)),
    ...(await resolutionSets(read)),
    ...(await readByHand(read)),
  ];
}

type Read = <Row>(path: string) => Promise<Row[]>;

interface Query {
  readonly text: string;
  readonly label: string;
}

async function intentSet(name: string, read: Read): Promise<LabelledSet> {
  const [train, test] = [await read<Query>(`${name}/train.jsonl`), await read<Query>(`${name}/test.jsonl`)];
  const groups = Map.groupBy(train, ({ label }) => label);
  return {
    name,
    kind: 'intent',
    part: 'test',
    cases: sampled(test).map(({ text, label }, at) => ({ record: recordOf(`${name}-${at}`, [text]), label })),
    intents: [...groups].map(([intent, rows]) => ({
      name: intent,
      examples: rows.slice(0, examplesPerIntent).map(({ text }) => text),
    })),
  };
}

interface Reasons {
  readonly [set: string]: Readonly<Record<string, string>>;
}

/** Their intents stand for reasons as reason-classes.json says; what fits none is left out there. */
async function reasonSets(read: Read): Promise<LabelledSet[]> {
  const path = new URL('./reason-classes.json', import.meta.url);
  const reasons = JSON.parse(await readFile(path, 'utf8')) as Reasons;
  const set = (name: string, part: LabelledSet['part'], rows: readonly Query[]): LabelledSet => ({
    name,
    kind: 'reason',
    part,
    cases: sampled(rows.filter(({ label }) => reasons[name]![label] !== undefined)).map(
      ({ text, label }, at) => ({
        record: recordOf(`${name}-${at}`, [text]),
        label: reasons[name]![label]!,
      }),
    ),
  });
  const bitext = await read<{ text: string; intent: string }>('ner/bitext_support_intents/data.jsonl.gz');
  const turns = async (part: string) =>
    (await read<{ text: string; intent: string; domain: string }>(`multidogo/${part}.jsonl`)).map(
      ({ text, intent, domain }) => ({ text, label: `${domain}:${intent}` }),
    );
  return [
    set('multidogo', 'tuning', await turns('dev')),
    set('multidogo', 'test', await turns('test')),
    set(
      'bitext',
      'test',
      bitext.map(({ text, intent }) => ({ text, label: intent })),
    ),
    set('banking77', 'test', await read<Query>('banking77/test.jsonl')),
  ];
}

/** Questions where there are some, else headings of several words. */
async function languageSets(read: Read): Promise<LabelledSet[]> {
  const questions = async (language: string, path: string) =>
    (await read<{ question: string }>(path)).map(({ question }) => [language, question] as const);
  const headings = async (language: string) =>
    (await read<{ q: string }>(`help_centres_ml/help_gnome_ml/${language}.jsonl.gz`))
      .filter(({ q }) => q.split(/\s+/).length >= 4)
      .map(({ q }) => [language, q] as const);
  const all = await Promise.all([
    questions('en', 'reading/squad2_en/squad2_dev_half1.jsonl.gz'),
    questions('es', 'reading/squad_es/v1_dev_small.jsonl.gz'),
    questions('it', 'reading/squad_it/data.jsonl.gz'),
    questions('fr', 'reading/piaf_fr/data.jsonl.gz'),
    questions('pt', 'reading/faquad_pt/data.jsonl.gz'),
    questions('ja', 'reading/jaquad_ja/dev.jsonl.gz'),
    questions('zh', 'reading/drcd_zh/data.jsonl.gz'),
    headings('de'),
    headings('nl'),
  ]);
  const perLanguage = 150;
  const cases = all.flatMap((rows) => sampled(rows, perLanguage));
  return [
    {
      name: 'questions and headings',
      kind: 'language',
      part: 'test',
      cases: cases.map(([label, text], at) => ({ record: recordOf(`language-${at}`, [text]), label })),
    },
  ];
}

interface Dialogue {
  readonly id: string | number;
  readonly turns: readonly { readonly role: string; readonly text?: string }[];
  readonly satisfaction?: readonly { readonly Question: string; readonly Answer: boolean }[];
  readonly success?: number;
}

/** What the customer said afterwards of whether the thing was done; questions of manners and of fun say nothing of that. */
const outcomeQuestion =
  /(?:reserve|find you|book your|submit|directions|authenticate|report fraud|schedule your|change your ride|status of|unlock|recover)/;

async function resolutionSets(read: Read): Promise<LabelledSet[]> {
  const star = (await read<Dialogue>('star/dialogues.jsonl.gz')).flatMap((dialogue) => {
    const said = dialogue.satisfaction?.find(({ Question }) => outcomeQuestion.test(Question));
    return said ? [{ dialogue, label: said.Answer ? 'yes' : 'no' }] : [];
  });
  const cases = sampled(star, 2 * mostCases).map(({ dialogue, label }) => ({
    record: talkOf(dialogue, 'person'),
    label,
  }));
  const half = Math.floor(cases.length / 2);
  const tau = await read<Dialogue>('tau_bench_transcripts/airline_gpt4o.jsonl');
  return [
    { name: 'STAR', kind: 'resolved', part: 'tuning', cases: cases.slice(0, half) },
    { name: 'STAR', kind: 'resolved', part: 'test', cases: cases.slice(half) },
    {
      name: 'tau-bench airline',
      kind: 'resolved',
      part: 'test',
      cases: tau.map((dialogue) => ({
        record: talkOf(dialogue, 'bot'),
        label: dialogue.success === 1 ? 'yes' : 'no',
      })),
    },
  ];
}

/** Sentiment and reason of real messages to companies, read by one person; customer-tweets.json holds ids and labels, no text. */
async function readByHand(read: Read): Promise<LabelledSet[]> {
  const path = new URL('./customer-tweets.json', import.meta.url);
  const labels = JSON.parse(await readFile(path, 'utf8')) as Record<
    string,
    [sentiment: string, reason: string]
  >;
  const sets = await Promise.all(
    (['dev', 'test'] as const).map(async (split) => {
      const rows = await read<Dialogue>(`twitter_care/${split}.jsonl`);
      return (['sentiment', 'reason'] as const).map(
        (kind, column): LabelledSet => ({
          name: 'customer care on Twitter',
          kind,
          part: split === 'dev' ? 'tuning' : 'test',
          cases: rows.flatMap((dialogue) => {
            const label = labels[dialogue.id]?.[column];
            return label ? [{ record: talkOf(dialogue, 'person'), label }] : [];
          }),
        }),
      );
    }),
  );
  return sets.flat();
}

function recordOf(id: string, texts: readonly string[]): ConversationRecord {
  const turns = texts.map((text) => ({ author: 'customer' as const, text }));
  return { id, origin: 'chat', source: 'chat', problem: texts[0] ?? '', turns };
}

function talkOf({ id, turns }: Dialogue, team: 'person' | 'bot'): ConversationRecord {
  const said = turns.flatMap(({ role, text = '' }) =>
    role === 'customer' || role === 'agent'
      ? [
          {
            author: role === 'customer' ? ('customer' as const) : team,
            text: text.replace(/@\S+|https?:\S+/g, ' ').trim(),
          },
        ]
      : [],
  );
  const problem = said.find(({ author }) => author === 'customer')?.text ?? '';
  return { id: String(id), origin: 'chat', source: 'chat', problem: problem.slice(0, 400), turns: said };
}

/** The same ones each time. */
function sampled<Row>(rows: readonly Row[], count = mostCases): Row[] {
  const random = randomFrom(14);
  return rows
    .map((row) => ({ row, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map(({ row }) => row);
}

async function readRows<Row>(path: string): Promise<Row[]> {
  const bytes = await readFile(path);
  const text = path.endsWith('.gz') ? gunzipSync(bytes).toString('utf8') : bytes.toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}
