// The intents suite: the classifier that ships, on texts it has not seen; and, on labelled queries that the user has (banking77,
// clinc150), what a team gets that trains one of its own: from all of the data, and from ten examples a class.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Embedder } from '#core/embedder.ts';
import { packagePath } from '#core/package-root.ts';
import { embedTexts } from '#learning/intents/embed-texts.ts';
import {
  evaluateIntents,
  type IntentEvaluation,
  type JudgedText,
  judgedText,
} from '#learning/intents/evaluate-intents.ts';
import { readLabelFile } from '#learning/intents/label-file.ts';
import { trainIntents } from '#learning/intents/train-intents.ts';
import type { Metric } from '#learning/metrics/metric.ts';
import { guessIntent, readIntentModel } from '#models/intents/intent-model.ts';
import type { CaseResult, SuiteContext, SuiteOutcome } from '../core/result.ts';
import { type LabelledQuery, readIntentData, sampleQueries } from './labelled-queries.ts';

export interface IntentsOptions {
  /** Folders with train.jsonl, test.jsonl and perhaps oos_test.jsonl. */
  readonly folders?: readonly string[];
}

const generalModelPath = packagePath('data/models/intents/general.json');
const generalLabelsPath = packagePath('training/data/general-intents.jsonl');
const fewExamples = 10;

type Part = Pick<SuiteOutcome, 'cases' | 'metrics'> & { readonly notes: readonly string[] };

export async function runIntents(
  context: SuiteContext,
  { folders = [] }: IntentsOptions = {},
): Promise<SuiteOutcome> {
  const parts = [await generalIntents(context)];
  for (const [index, folder] of folders.entries()) {
    parts.push(await ownIntents(folder, context));
    context.progress?.(index + 1, folders.length);
  }
  if (folders.length === 0)
    parts.push({
      metrics: {},
      cases: [],
      notes: [
        'Classifiers trained on labels of your own are measured with --labels FOLDER (docs/intents.md).',
      ],
    });
  return {
    metrics: Object.assign({}, ...parts.map(({ metrics }) => metrics)),
    cases: withUniqueIds(parts.flatMap(({ cases }) => cases)),
    notes: parts.flatMap(({ notes }) => notes),
  };
}

async function generalIntents({ embedder, seed, signal }: SuiteContext): Promise<Part> {
  const model = readIntentModel(await readFile(generalModelPath, 'utf8'), generalModelPath);
  if (model.embedder !== embedder.modelId)
    return {
      metrics: {},
      cases: [],
      notes: [
        `The general intents were trained with ${model.embedder} and are not used with ${embedder.modelId}.`,
      ],
    };
  const { rows } = await readLabelFile(generalLabelsPath);
  const test = rows.filter(({ split }) => split === 'test');
  const texts = test.map(({ text }) => text);
  const vectors = await embedTexts(embedder, texts, { signal });
  const judged = test.map((row, at) => judgedText(row, guessIntent(model, vectors[at]!, row.text)));
  const evaluation = evaluateIntents(judged, { prefix: 'General intents', seed });
  return {
    metrics: prefixed('general', evaluation),
    cases: casesOf('general', judged),
    notes: [`general: ${test.length} texts that were kept for testing (data/models/intents/MODEL_CARD.md).`],
  };
}

async function ownIntents(folder: string, { embedder, seed, signal }: SuiteContext): Promise<Part> {
  const name = basename(folder);
  const data = await readIntentData(folder);
  const embed = (rows: readonly LabelledQuery[]) =>
    embedTexts(
      embedder,
      rows.map(({ text }) => text),
      { signal },
    );
  const vectors = await embed(data.train);
  const known: Known = {
    rows: data.train,
    vectorOf: new Map(data.train.map((row, at) => [row, vectors[at]!])),
  };
  const asked = {
    test: data.test,
    vectors: await embed(data.test),
    outside: await embed(data.outOfScope),
    data,
  };
  const full = await trainAndAsk(known, { ...asked, name, embedder, seed, signal });
  const metrics = { ...prefixed(name, full) };

  const sizes = Map.groupBy(data.train, ({ label }) => label);
  const hasMore = Math.min(...sizes.values().map(({ length }) => length)) > fewExamples;
  if (hasMore) {
    const rows = sampleQueries(data.train, { mostPerLabel: fewExamples, seed });
    const few = await trainAndAsk(
      { ...known, rows },
      { ...asked, name: `${name}, ${fewExamples} a class`, embedder, seed, signal },
    );
    for (const id of ['accuracy', 'macro-f1', 'out-of-scope-auroc']) {
      const metric = few.metrics[id];
      if (metric) metrics[`${name}-${fewExamples}-examples-${id}`] = metric;
    }
  }
  return {
    metrics,
    cases: casesOf(name, full.judged),
    notes: [
      `${name}: trained on ${data.train.length} queries of ${sizes.size} classes, ${data.test.length} others asked` +
        (data.outOfScope.length > 0 ? `, and ${data.outOfScope.length} that belong to no class.` : '.'),
    ],
  };
}

interface Known {
  readonly rows: readonly LabelledQuery[];
  readonly vectorOf: ReadonlyMap<LabelledQuery, Float32Array>;
}

interface Asked {
  readonly name: string;
  readonly test: readonly LabelledQuery[];
  readonly vectors: readonly Float32Array[];
  readonly outside: readonly Float32Array[];
  readonly data: { readonly outOfScope: readonly LabelledQuery[] };
  readonly embedder: Embedder;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
}

async function trainAndAsk(
  { rows, vectorOf }: Known,
  { name, test, vectors, outside, data, embedder, seed, signal }: Asked,
): Promise<IntentEvaluation> {
  const { model } = await trainIntents(
    {
      embedder: embedder.modelId,
      texts: rows.map(({ text }) => text),
      labels: rows.map(({ label }) => label),
      vectors: rows.map((row) => vectorOf.get(row)!),
    },
    { minExamples: 2, seed, signal },
  );
  return evaluateIntents(
    test.map((row, at) => judgedText(row, guessIntent(model, vectors[at]!, row.text))),
    {
      outOfScope: data.outOfScope.map(({ text }, at) => guessIntent(model, outside[at]!, text).familiarity),
      prefix: name,
      seed,
    },
  );
}

function prefixed(name: string, { metrics }: IntentEvaluation): Record<string, Metric> {
  return Object.fromEntries(Object.entries(metrics).map(([id, metric]) => [`${name}-${id}`, metric]));
}

function casesOf(name: string, judged: readonly JudgedText[]): CaseResult[] {
  return judged.map(({ text, expected, guessed, probability, sure }): CaseResult => {
    const right = guessed === expected;
    return {
      id: `${name}-${text}`.slice(0, 200),
      kind: name,
      verdict: right ? 'pass' : 'fail',
      turns: [{ role: 'customer', text }],
      ...(right ? {} : { reasons: [`${guessed} instead of ${expected}${sure ? ', and sure' : ''}`] }),
      scores: { right: right ? 1 : 0, probability },
    };
  });
}

/** Data sets hold some queries twice. */
function withUniqueIds(cases: readonly CaseResult[]): CaseResult[] {
  const seen = new Map<string, number>();
  return cases.map((result) => {
    const count = (seen.get(result.id) ?? 0) + 1;
    seen.set(result.id, count);
    return count === 1 ? result : { ...result, id: `${result.id} (${count})` };
  });
}
