// A suite as a vitest file: one test for each case, then one that computes the figures and holds them to their limits. A case that
// fails is a finding, not the end; a case whose model failed is an error and counts nowhere.
import { describe, type ExpectStatic, type TestContext, test } from 'vitest';
import { toAppError } from '#core/errors.ts';
import type { CaseResult, Metric, SuiteOutcome } from '../core/result.ts';
import { type EvalContext, evalContext } from './eval-context.ts';
import type { SuiteName } from './run-settings.ts';

export interface CaseSuite<Case extends { readonly id: string }, Judged> {
  readonly name: SuiteName;
  readonly cases: (context: EvalContext) => readonly Case[] | Promise<readonly Case[]>;
  readonly run: (evalCase: Case, context: EvalContext) => Promise<Judged>;
  /** The verdict: every failed expectation is a reason. Use `expect.soft`. */
  readonly check: (expect: ExpectStatic, judged: Judged, evalCase: Case) => void;
  /** What the report shows of it. */
  readonly result: (evalCase: Case, judged: Judged) => Omit<CaseResult, 'id' | 'verdict' | 'reasons'>;
  /** Only the cases that ran. `cases`: what failed while it was summed up. */
  readonly summarize: (
    done: readonly { readonly evalCase: Case; readonly judged: Judged }[],
    context: EvalContext,
  ) => Promise<CaseSummary> | CaseSummary;
}

type CaseSummary = Omit<SuiteOutcome, 'cases'> & Partial<Pick<SuiteOutcome, 'cases'>>;

/** What travels from the process that runs the suites to the one that writes the report. */
export interface EvalMeta {
  readonly suite: SuiteName;
  readonly case?: Omit<CaseResult, 'verdict' | 'reasons'>;
  readonly error?: string;
  readonly outcome?: CaseSummary;
}

declare module 'vitest' {
  interface TaskMeta {
    evals?: EvalMeta;
  }
}

export async function defineCaseSuite<Case extends { readonly id: string }, Judged>(
  suite: CaseSuite<Case, Judged>,
): Promise<void> {
  const { name } = suite;
  const context = await evalContext();
  const cases = await suite.cases(context);
  const done = new Map<Case, Judged>();
  describe(name, () => {
    for (const evalCase of cases) {
      test.concurrent(evalCase.id, async ({ expect, task, skip, signal }: TestContext) => {
        const bare = { id: evalCase.id, turns: [] };
        let judged: Judged;
        try {
          judged = await suite.run(evalCase, { ...context, signal });
        } catch (thrown) {
          const { code, message } = toAppError(thrown);
          task.meta.evals = { suite: name, case: bare, error: `${code}: ${message}` };
          return skip('the model or the knowledge base failed');
        }
        done.set(evalCase, judged);
        task.meta.evals = { suite: name, case: { ...suite.result(evalCase, judged), id: evalCase.id } };
        suite.check(expect, judged, evalCase);
      });
    }
    test('figures', async ({ expect, task }) => {
      // In the order of the cases, whichever was done first: the bootstrap depends on it.
      const inOrder = cases.flatMap((evalCase) => {
        const judged = done.get(evalCase);
        return judged === undefined ? [] : [{ evalCase, judged }];
      });
      const outcome = await suite.summarize(inOrder, context);
      task.meta.evals = { suite: name, outcome };
      expectLimits(expect, outcome.metrics);
    });
  });
}

/** For a suite that looks after its cases itself. */
export async function defineSuite(
  name: SuiteName,
  run: (context: EvalContext) => Promise<SuiteOutcome>,
): Promise<void> {
  const context = await evalContext();
  describe(name, () => {
    test('figures', async ({ expect, task, annotate, signal }) => {
      let shown = 0;
      const outcome = await run({
        ...context,
        signal,
        progress(count, total) {
          if (count < total && count - shown < total / 20) return;
          shown = count;
          void annotate(`${count}/${total}`, 'progress');
        },
      });
      task.meta.evals = { suite: name, outcome };
      expectLimits(expect, outcome.metrics);
    });
  });
}

function expectLimits(expect: ExpectStatic, metrics: Readonly<Record<string, Metric>>): void {
  for (const [id, metric] of Object.entries(metrics)) {
    if (metric.limit?.min !== undefined)
      expect.soft(metric.value, `${id}: ${metric.label}`).toBeGreaterThanOrEqual(metric.limit.min);
    if (metric.limit?.max !== undefined)
      expect.soft(metric.value, `${id}: ${metric.label}`).toBeLessThanOrEqual(metric.limit.max);
  }
}
