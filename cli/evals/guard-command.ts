// answerdesk evals guard: how far the guard of written answers agrees with labelled sentences.
import { loadConfig } from '#app/config.ts';
import { openSupportScore } from '#app/open-writing.ts';
import { supportedFrom } from '#chat/write/guard-sentences.ts';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { packagePath } from '#core/package-root.ts';
import {
  agreement,
  fitThreshold,
  isHeldOut,
  readSupportRows,
  scoreRows,
} from '#evals/guard/guard-agreement.ts';
import { openEmbedder } from '#models/embedder/open-embedder.ts';

export interface GuardCommandOptions extends CallOptions {
  readonly json: boolean;
}

/** Without files: the labelled pairs that ship. The threshold is chosen on the documents that are not held out. */
export async function guard(files: readonly string[], { json, signal }: GuardCommandOptions): Promise<void> {
  const paths = files.length > 0 ? files : [packagePath('data/evals/support-pairs.jsonl')];
  const sets = await Promise.all(paths.map(readSupportRows));
  const rows = sets.flat();
  if (rows.length === 0) throw new AppError('bad-input', `No labelled sentence in ${paths.join(', ')}.`);
  const embedder = await openEmbedder({
    model: packagePath('data/models/embedder'),
    threads: loadConfig().embedder.threads,
  });
  try {
    await using score = await openSupportScore(() => embedder);
    const scored = await scoreRows(rows, score.scorer, {
      signal,
      progress: (done) => done % 500 === 0 && process.stderr.write(`${done} of ${rows.length} sentences\n`),
    });
    const held = scored.filter((row) => isHeldOut(row));
    const best = fitThreshold(
      scored.filter((row) => !isHeldOut(row)),
      true,
    );
    const table = [...Map.groupBy(held, ({ set }) => set)].map(([set, own]) => ({
      set,
      scoreAlone: agreement(own, { supportedFrom: 0.5, rules: false }),
      guard: agreement(own, { supportedFrom, rules: true }),
      bestThreshold: agreement(own, { supportedFrom: best, rules: true }),
    }));
    const report = { supportedFrom, best, sets: table };
    if (json) return void process.stdout.write(`${JSON.stringify(report)}\n`);
    process.stdout.write(
      `Held-out documents. Threshold in use ${supportedFrom}, best on the other documents ${best.toFixed(3)}.\n`,
    );
    for (const { set, scoreAlone, guard: own, bestThreshold } of table) {
      process.stdout.write(`\n${set}: ${own.rows} sentences, ${own.supported} supported\n`);
      for (const [name, { precision, recall, f1 }] of [
        ['score alone', scoreAlone],
        ['guard', own],
        ['guard, best threshold', bestThreshold],
      ] as const)
        process.stdout.write(
          `  ${name.padEnd(22)} precision ${precision.toFixed(2)}  recall ${recall.toFixed(2)}  F1 ${f1.toFixed(2)}\n`,
        );
    }
  } finally {
    await embedder.close();
  }
}
