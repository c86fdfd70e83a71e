// How often weak labels are right, on public data sets with labels: `npm run measure-labels -- DIR [--only KIND] [--show]`. DIR holds the data
// sets; labelled-sets.ts says which and in which form. Each set is a desk of its own: its labels are fitted without a person's. `--show`
// prints the mistakes of the tuning parts; of test parts only counts are looked at.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '#app/config.ts';
import type { Embedder } from '#core/embedder.ts';
import { embedTexts } from '#learning/intents/embed-texts.ts';
import { intentFunction, intentWordsFunction } from '#learning/labels/intent-groups.ts';
import type { LabellingFunction } from '#learning/labels/labelling-function.ts';
import { languageFunctions } from '#learning/labels/read-conversation.ts';
import { updateLabels } from '#learning/labels/update-labels.ts';
import { reasonExamples, reasonFunctions } from '#learning/labels/vote-reason.ts';
import { resolutionFunctions } from '#learning/labels/vote-resolution.ts';
import { sentimentFunctions } from '#learning/labels/vote-sentiment.ts';
import { readWeakRows, weakFile } from '#learning/labels/weak-labels.ts';
import { openEmbedder } from '#models/embedder/open-embedder.ts';
import { type LabelledSet, readLabelledSets } from './labelled-sets.ts';
import { type JudgedLabel, type Share, scoreLabels } from './score-labels.ts';

const { values, positionals } = parseArgs({
  options: { only: { type: 'string' }, show: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [dir] = positionals;
if (dir === undefined) throw new Error('npm run measure-labels -- DIR');
const embedder = await openEmbedder(loadConfig().embedder);
try {
  const rows: string[][] = [];
  for (const set of await readLabelledSets(dir)) {
    if (values.only !== undefined && set.kind !== values.only) continue;
    const judged = await judge(set, embedder);
    rows.push(rowOf(set, judged));
    process.stderr.write(`${set.kind} ${set.name} ${set.part}\n`);
    if (values.show && set.part === 'tuning') showMistakes(set, judged);
  }
  const header = [
    'label',
    'data',
    'n',
    'labelled',
    'accuracy',
    'commonest class',
    'macro F1',
    'calibration error',
    'AUROC',
  ];
  const lines = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  process.stdout.write(`${lines.join('\n')}\n`);
} finally {
  await embedder.close();
}

async function judge(set: LabelledSet, model: Embedder): Promise<JudgedLabel[]> {
  const { kind, cases } = set;
  const folder = await mkdtemp(join(tmpdir(), 'labels-lab-'));
  try {
    await updateLabels({
      folder,
      conversations: async function* () {
        for (const { record } of cases) yield record;
      },
      functions: await functionsFor(set, model),
      stamp: 'lab',
      ...(kind === 'intent' || kind === 'reason' ? { embedder: model } : {}),
    });
    const labels = new Map<string, readonly [string, number]>();
    for await (const row of readWeakRows(weakFile(folder))) {
      const label = row.labels[kind];
      if (label) labels.set(row.conversation, label);
    }
    return cases.map(({ record, label }) => {
      const [guess, probability = 0] = labels.get(record.id) ?? [];
      return { label, guess, probability };
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function functionsFor(
  { kind, intents = [] }: Pick<LabelledSet, 'kind' | 'intents'>,
  model: Embedder,
): Promise<readonly LabellingFunction[]> {
  const groups = async (
    entries: readonly { readonly name: string; readonly examples: readonly string[] }[],
  ) => {
    const vectors = await embedTexts(
      model,
      entries.flatMap(({ examples }) => examples),
    );
    return entries.map(({ name, examples }) => ({ name, vectors: vectors.splice(0, examples.length) }));
  };
  switch (kind) {
    case 'intent': {
      const own = await groups(intents);
      return [intentFunction(own, { from: 'taxonomy' }), intentWordsFunction(own)];
    }
    case 'reason':
      return reasonFunctions(
        await groups(Object.entries(reasonExamples).map(([name, examples]) => ({ name, examples }))),
      );
    case 'language':
      return languageFunctions;
    case 'sentiment':
      return sentimentFunctions;
    default:
      return resolutionFunctions;
  }
}

function rowOf({ kind, name, part }: LabelledSet, judged: readonly JudgedLabel[]): string[] {
  const { n, labelled, accuracy, macroF1, commonest, calibrationError, auroc } = scoreLabels(judged);
  const share = ({ value, low, high }: Share) => `${short(value)} (${short(low)} to ${short(high)})`;
  return [
    kind,
    `${name}${part === 'tuning' ? ', tuning part' : ''}`,
    String(n),
    `${Math.round(labelled * 100)} %`,
    share(accuracy),
    short(commonest),
    share(macroF1),
    short(calibrationError),
    short(auroc),
  ];
}

function short(value: number): string {
  return value.toFixed(2).replace(/^0\./, '.');
}

function showMistakes({ cases }: LabelledSet, judged: readonly JudgedLabel[]): void {
  for (const [at, { label, guess, probability }] of judged.entries())
    if (label !== guess)
      process.stderr.write(
        `${label} < ${guess ?? '–'} ${short(probability)} ${cases[at]!.record.problem.slice(0, 140)}\n`,
      );
}
