// answerdesk evals guard: how far the guard of written answers agrees with labelled sentences.
import { loadConfig } from '#app/config.ts';
import { type OpenedScore, openSupport } from '#app/open-writing.ts';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { packagePath } from '#core/package-root.ts';
import {
  fitThreshold,
  type GuardRule,
  type JudgedSet,
  judgeSet,
  partOf,
  readSupportRows,
  type ScoredRow,
  type SupportRow,
  scoreRows,
} from '#evals/guard/guard-agreement.ts';
import { openEmbedder } from '#models/embedder/open-embedder.ts';

export interface GuardCommandOptions extends CallOptions {
  readonly json: boolean;
}

/** Ours, and judged whole: the model learned and chose on none; the score was fitted on the pairs, so their row flatters it. */
const ownFiles = [
  packagePath('data/evals/written-sentences.jsonl'),
  packagePath('data/evals/support-sentences.jsonl'),
  packagePath('data/evals/support-pairs.jsonl'),
];
const wholeSets = new Set(['written-sentences', 'support-sentences', 'support-pairs']);

/** Without files: those that ship. Public sets are judged on the documents that nothing learned from. */
export async function guard(files: readonly string[], { json, signal }: GuardCommandOptions): Promise<void> {
  const paths = files.length > 0 ? files : ownFiles;
  const rows = (await Promise.all(paths.map(readSupportRows)))
    .flat()
    .filter((row) => wholeSets.has(row.set) || partOf(row) !== 'train');
  if (rows.length === 0) throw new AppError('bad-input', `No labelled sentence in ${paths.join(', ')}.`);
  const { embedder: settings, groundedness } = loadConfig();
  const embedder = await openEmbedder({
    model: packagePath('data/models/embedder'),
    threads: settings.threads,
  });
  try {
    await using score = await openSupport({ model: 'off', isFixed: false }, () => embedder);
    await using inUse = await openSupport(groundedness, () => embedder);
    const byScore = await judge(rows, score, { name: 'score', signal });
    const hasModel = inUse.supportedFrom !== score.supportedFrom;
    const byModel = hasModel ? await judge(rows, inUse, { name: 'model', signal }) : [];
    const lines = [...byScore, ...byModel];
    if (json) return void process.stdout.write(`${JSON.stringify(lines)}\n`);
    for (const [set, own] of Map.groupBy(lines, (line) => line.set)) {
      process.stdout.write(`\n${set}: ${own[0]!.rows} sentences, ${own[0]!.supported} supported\n`);
      for (const { rule, precision, recall, f1, f1Interval } of own)
        process.stdout.write(
          `  ${rule.padEnd(36)} precision ${precision.toFixed(2)}  recall ${recall.toFixed(2)}  F1 ${f1.toFixed(3)} (${f1Interval.map((end) => end.toFixed(2)).join(' – ')})\n`,
        );
    }
  } finally {
    await embedder.close();
  }
}

interface Line extends JudgedSet {
  readonly set: string;
  readonly rule: string;
}

async function judge(
  rows: readonly SupportRow[],
  { scorer, supportedFrom }: OpenedScore,
  { name, signal }: CallOptions & { readonly name: string },
): Promise<Line[]> {
  const scored = await scoreRows(rows, scorer, {
    signal,
    progress: (done) =>
      done % 500 === 0 && process.stderr.write(`${name}: ${done} of ${rows.length} sentences\n`),
  });
  const choosing = scored.filter(isForChoosing);
  const chosen = choosing.length > 0 ? fitThreshold(choosing, true) : undefined;
  const rules: (GuardRule & { readonly rule: string })[] = [
    { rule: 'hard rules alone', supportedFrom: 0, rules: true },
    { rule: `${name} alone, from .5`, supportedFrom: 0.5, rules: false },
    { rule: `guard with the ${name}, from ${supportedFrom}`, supportedFrom, rules: true },
    ...(chosen === undefined
      ? []
      : [{ rule: `guard, best F0.5 elsewhere: ${chosen.toFixed(3)}`, supportedFrom: chosen, rules: true }]),
  ];
  const judged = scored.filter((row) => !isForChoosing(row));
  return [...Map.groupBy(judged, ({ set }) => set)].flatMap(([set, own]) =>
    rules.map((rule) => ({ set, rule: rule.rule, ...judgeSet(own, rule) })),
  );
}

const isForChoosing = (row: ScoredRow) => !wholeSets.has(row.set) && partOf(row) === 'dev';
