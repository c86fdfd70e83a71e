// The intents suite: how well the embedder tells what customers want. Nothing of the product classifies intents; the suite measures the
// vectors on public data that the user has (banking77, clinc150), with a classifier of the simplest kind.
import { basename } from 'node:path';
import type { Embedder } from '#core/embedder.ts';
import { shareMetric, statisticMetric } from '../core/metric.ts';
import type { CaseResult, Metric, SuiteContext, SuiteOutcome } from '../core/result.ts';
import { auroc } from '../metrics/classification.ts';
import { macroF1 } from './intent-metrics.ts';
import { type LabelledQuery, readIntentData, sampleQueries } from './labelled-queries.ts';
import { createNeighbourClassifier } from './nearest-neighbours.ts';

export interface IntentsOptions {
  /** Folders with train.jsonl, test.jsonl and perhaps oos_test.jsonl. */
  readonly folders?: readonly string[];
  /** Caps, so that both data sets together take less than two minutes on two cores. */
  readonly trainPerLabel?: number;
  readonly testQueries?: number;
  readonly outOfScopeQueries?: number;
}

export async function runIntents(
  context: SuiteContext,
  { folders = [], trainPerLabel = 40, testQueries = 1_500, outOfScopeQueries = 500 }: IntentsOptions = {},
): Promise<SuiteOutcome> {
  if (folders.length === 0)
    return {
      metrics: {},
      cases: [],
      notes: [
        'Needs a folder with labelled queries, such as banking77 or clinc150, which do not come with the project.',
      ],
    };
  const { embedder, seed, signal } = context;
  const metrics: Record<string, Metric> = {};
  const cases: CaseResult[] = [];
  const notes: string[] = [];
  for (const [index, folder] of folders.entries()) {
    const name = basename(folder);
    const data = await readIntentData(folder);
    const train = sampleQueries(data.train, { mostPerLabel: trainPerLabel, seed });
    const test = sampleQueries(data.test, { most: testQueries, seed });
    const outside = sampleQueries(data.outOfScope, { most: outOfScopeQueries, seed });
    const embed = (rows: readonly LabelledQuery[]) => embedAll(embedder, rows, signal);
    const classify = createNeighbourClassifier(
      await embed(train),
      train.map(({ label }) => label),
    );
    const guesses = (await embed(test)).map(classify);
    const outsideGuesses = (await embed(outside)).map(classify);
    context.progress?.(index + 1, folders.length);

    const pairs = test.map(({ label }, at) => ({ expected: label, guessed: guesses[at]!.label }));
    const right = pairs.filter(({ expected, guessed }) => expected === guessed).length;
    metrics[`${name}-accuracy`] = shareMetric(right, pairs.length, {
      label: `Queries of ${name} whose intent the nearest known queries tell`,
      better: 'higher',
    });
    metrics[`${name}-macro-f1`] = statisticMetric(pairs, macroF1, {
      label: `F1 of the intents of ${name}, each counted the same`,
      better: 'higher',
      seed,
    });
    if (outside.length > 0) {
      const predictions = [
        ...guesses.map(({ similarity }) => ({ probability: similarity, label: true })),
        ...outsideGuesses.map(({ similarity }) => ({ probability: similarity, label: false })),
      ];
      metrics[`${name}-out-of-scope-auroc`] = statisticMetric(predictions, auroc, {
        label: `Chance that a query of ${name} looks more familiar than one that belongs to no intent`,
        better: 'higher',
        seed,
      });
    }
    cases.push(
      ...test.map(({ text, label }, at): CaseResult => {
        const { label: guessed, similarity } = guesses[at]!;
        return {
          id: `${name}-${text}`.slice(0, 200),
          kind: name,
          verdict: guessed === label ? 'pass' : 'fail',
          turns: [{ role: 'customer', text }],
          ...(guessed === label ? {} : { reasons: [`${guessed} instead of ${label}`] }),
          scores: { right: guessed === label ? 1 : 0, similarity },
        };
      }),
    );
    notes.push(
      `${name}: ${train.length} of ${data.train.length} known queries (at most ${trainPerLabel} an intent), ${test.length} of ${data.test.length} asked` +
        (outside.length > 0 ? `, ${outside.length} of ${data.outOfScope.length} out of scope` : '') +
        ', drawn with a fixed seed; the vote of the ten nearest.',
    );
  }
  return { metrics, cases: withUniqueIds(cases), notes };
}

async function embedAll(
  embedder: Embedder,
  rows: readonly LabelledQuery[],
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  for (let at = 0; at < rows.length; at += 64) {
    const batch = rows.slice(at, at + 64).map(({ text }) => text);
    vectors.push(...(await embedder.embedDocuments(batch, { signal })));
  }
  return vectors;
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
