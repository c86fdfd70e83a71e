// What a suite is: a name and a function from what a run shares to figures and cases.
import type { SuiteOutcome } from '../core/result.ts';
import type { EvalContext } from './eval-context.ts';

/** Rejects where the suite itself breaks; a case that fails is a finding, and one whose model failed an error of that case. */
export type RunSuite = (context: EvalContext) => Promise<SuiteOutcome>;

/** By name, in the order in which they run. */
export type Suites = Readonly<Record<string, RunSuite>>;

export interface Suite {
  readonly name: string;
  readonly run: RunSuite;
}
