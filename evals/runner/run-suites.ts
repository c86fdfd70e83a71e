// Runs the suites of a run one after the other: speed must be alone, and the others would only share the same two or four cores.
import { toAppError } from '#core/errors.ts';
import type { CaseResult, SuiteOutcome } from '../core/result.ts';
import type { EvalContext } from './eval-context.ts';
import type { Suite } from './suite.ts';

export interface FinishedSuite extends SuiteOutcome {
  readonly durationMs: number;
  /** The suite itself broke; its figures are missing. */
  readonly failure?: string;
}

export interface FinishedSuites {
  /** By name, in the order in which they ran. */
  readonly suites: Readonly<Record<string, FinishedSuite>>;
  /** False when it was interrupted. */
  readonly complete: boolean;
}

/** Where progress is shown: a line for each suite, and a counter where a person looks on. */
export interface Screen {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
}

export interface RunSuitesOptions {
  readonly signal: AbortSignal;
  readonly screen: Screen;
}

/** Never rejects because of a suite: what broke is in the result. */
export async function runSuites(
  suites: readonly Suite[],
  context: EvalContext,
  options: RunSuitesOptions,
): Promise<FinishedSuites> {
  const finished: Record<string, FinishedSuite> = {};
  for (const suite of suites) {
    if (options.signal.aborted) break;
    finished[suite.name] = await runSuite(suite, context, options);
  }
  return { suites: finished, complete: !options.signal.aborted };
}

async function runSuite(
  { name, run }: Suite,
  context: EvalContext,
  { signal, screen }: RunSuitesOptions,
): Promise<FinishedSuite> {
  const { write, isTerminal } = screen;
  const startedAt = performance.now();
  // For a suite that does not come to its end.
  const cases: CaseResult[] = [];
  let outcome: SuiteOutcome;
  let failure: string | undefined;
  try {
    outcome = await run({
      ...context,
      signal,
      caseDone: (result) => void cases.push(result),
      progress: (done, total) => {
        if (isTerminal) write(`\r\u001B[K${name} ${done} of ${total}`);
      },
    });
  } catch (thrown) {
    outcome = { metrics: {}, cases };
    if (!signal.aborted) failure = toAppError(thrown).message.split('\n')[0]!;
  }
  const finished = {
    ...outcome,
    durationMs: performance.now() - startedAt,
    ...(failure === undefined ? {} : { failure }),
  };
  if (isTerminal) write('\r\u001B[K');
  write(`${describeSuite(name, finished)}\n`);
  return finished;
}

function describeSuite(name: string, { cases, durationMs, failure }: FinishedSuite): string {
  const count = (verdict: CaseResult['verdict']) => cases.filter((one) => one.verdict === verdict).length;
  return `${name.padEnd(16)}${String(cases.length).padStart(5)} cases, ${count('fail')} failed, ${count('error')} errors, ${(durationMs / 1000).toFixed(1)} s${failure === undefined ? '' : `: ${failure}`}`;
}
