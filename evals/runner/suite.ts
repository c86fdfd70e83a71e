// What a suite is: a name and a function from what a run shares to figures and cases.
import type { SuiteOutcome } from '../core/result.ts';
import type { EvalContext } from './eval-context.ts';
import type { SuiteName } from './run-settings.ts';

export interface Suite {
  readonly name: SuiteName;
  /** Rejects where the suite itself breaks; a case that fails is a finding, and one whose model failed an error of that case. */
  readonly run: (context: EvalContext) => Promise<SuiteOutcome>;
}
