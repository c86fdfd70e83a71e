// Runs the suites of a run in vitest and resolves to what they found.
import { join } from 'node:path';
import { createVitest } from 'vitest/node';
import type { SuiteReport } from '../report/report.ts';
import { createCollectReporter } from './collect-reporter.ts';
import type { RunSettings } from './run-settings.ts';

export interface SuitesFinished {
  readonly suites: Record<string, SuiteReport>;
  /** False when it was interrupted. */
  readonly complete: boolean;
}

export async function runSuites(settings: RunSettings, signal: AbortSignal): Promise<SuitesFinished> {
  const reporter = createCollectReporter(
    (text) => void process.stderr.write(text),
    process.stderr.isTTY === true,
  );
  const folder = join(import.meta.dirname, '..');
  const vitest = await createVitest({
    config: join(folder, 'vitest.config.ts'),
    watch: false,
    reporters: [reporter],
    // The embedder gives a text a slightly different vector beside others in one batch, so with everything in process cases are asked
    // one by one and two runs agree to the last digit. Only a model server gains from several at once.
    maxConcurrency: settings.subject.chatModel === 'extractive' ? 1 : 8,
    provide: { evals: settings },
  });
  const cancel = () => void vitest.cancelCurrentRun('keyboard-input');
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for (const suite of settings.suites) {
      if (signal.aborted) break;
      // One after the other: speed must be alone, and the others would only share the same two or four cores.
      await vitest.start([join(folder, 'suites', `${suite}.eval.ts`)]);
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    await vitest.close();
    // vitest asks for exit code 1 because cases failed; limits and the baseline decide that.
    process.exitCode = 0;
  }
  return { suites: reporter.suites() as Record<string, SuiteReport>, complete: !signal.aborted };
}
