// Runs the cases of a suite, some at a time, judges each, and sums up those that ran. A case that fails is a finding, not the end; a
// case whose model failed is an error and counts nowhere.
import { toAppError } from '#core/errors.ts';
import type { CaseResult, SuiteOutcome } from '../core/result.ts';
import type { Reasons } from '../judging/reply-checks.ts';
import type { EvalContext } from './eval-context.ts';

export interface CaseSuite<Case extends { readonly id: string }, Judged> {
  readonly cases: readonly Case[];
  readonly run: (evalCase: Case) => Promise<Judged>;
  /** The verdict: without a reason the case passes. */
  readonly check: (judged: Judged, evalCase: Case) => Reasons;
  /** What the report shows of it. */
  readonly result: (evalCase: Case, judged: Judged) => Omit<CaseResult, 'id' | 'verdict' | 'reasons'>;
  /** Only the cases that ran, in their order: the bootstrap depends on it. `cases`: what failed while it was summed up. */
  readonly summarize: (done: readonly DoneCase<Case, Judged>[]) => Promise<CaseSummary> | CaseSummary;
}

interface DoneCase<Case, Judged> {
  readonly evalCase: Case;
  readonly judged: Judged;
}

type CaseSummary = Omit<SuiteOutcome, 'cases'> & Partial<Pick<SuiteOutcome, 'cases'>>;

type RunOptions = Pick<EvalContext, 'casesAtOnce' | 'signal' | 'progress' | 'caseDone'>;

/** Rejects with the signal's reason, and with what `check`, `result` and `summarize` throw. */
export async function runCases<Case extends { readonly id: string }, Judged>(
  { cases, run, check, result, summarize }: CaseSuite<Case, Judged>,
  { casesAtOnce, signal, progress, caseDone }: RunOptions,
): Promise<SuiteOutcome> {
  let finished = 0;

  async function judge(evalCase: Case): Promise<{ shown: CaseResult; done?: DoneCase<Case, Judged> }> {
    const { id } = evalCase;
    let judged: Judged;
    try {
      judged = await run(evalCase);
    } catch (thrown) {
      signal?.throwIfAborted();
      const { code, message } = toAppError(thrown);
      return { shown: { id, turns: [], verdict: 'error', reasons: [`${code}: ${message}`] } };
    }
    const reasons = check(judged, evalCase);
    const verdict = reasons.length > 0 ? { verdict: 'fail' as const, reasons } : { verdict: 'pass' as const };
    return { shown: { ...result(evalCase, judged), id, ...verdict }, done: { evalCase, judged } };
  }

  const all = await mapSomeAtOnce(cases, casesAtOnce, async (evalCase) => {
    signal?.throwIfAborted();
    const one = await judge(evalCase);
    caseDone?.(one.shown);
    progress?.(++finished, cases.length);
    return one;
  });
  const summary = await summarize(all.flatMap(({ done }) => done ?? []));
  return { ...summary, cases: [...all.map(({ shown }) => shown), ...(summary.cases ?? [])] };
}

/** Results in the order of the items. After a failure no further item is begun, and those under way are waited for. */
async function mapSomeAtOnce<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  async function workOn(): Promise<void> {
    while (next < items.length) {
      const index = next++;
      try {
        results[index] = await work(items[index]!);
      } catch (thrown) {
        next = items.length;
        throw thrown;
      }
    }
  }
  const workers = await Promise.allSettled(Array.from({ length: atOnce }, workOn));
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
  return results;
}
