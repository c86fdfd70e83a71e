// vitest's reporter of a run: gathers what the suites say of their cases and figures, and shows progress on a terminal.
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import type { CaseResult } from '../core/result.ts';
import type { SuiteReport } from '../report/report.ts';
import type { SuiteName } from './run-settings.ts';

export interface CollectReporter extends Reporter {
  /** In the order of the files. */
  suites(): Partial<Record<SuiteName, SuiteReport>>;
}

export function createCollectReporter(write: (text: string) => void, isTerminal: boolean): CollectReporter {
  const suites = new Map<string, SuiteReport>();
  let counted = 0;
  let total = 0;

  const suiteOf = (name: string): SuiteReport => {
    const known = suites.get(name) ?? { metrics: {}, cases: [], charts: [], notes: [], durationMs: 0 };
    suites.set(name, known);
    return known;
  };
  const nameOf = (module: TestModule) => module.moduleId.replace(/^.*\//, '').replace(/\.eval\.ts$/, '');
  const show = (name: string, count: string) => {
    if (isTerminal) write(`\r\u001B[K${name} ${count}`);
  };

  function addCase(test: TestCase): void {
    const suite = suiteOf(nameOf(test.module));
    const meta = test.meta().evals;
    const errors = test.result().errors ?? [];
    const messages = errors.map(({ message }) => stripVTControlCharacters(message).split('\n')[0]!);
    if (meta?.outcome) {
      const { cases = [], metrics, charts = [], notes = [] } = meta.outcome;
      Object.assign(suite, { metrics, charts, notes: [...notes] });
      suite.cases.push(...(cases as SuiteReport['cases']));
      return;
    }
    if (!meta?.case) {
      if (messages.length > 0) suite.failure = messages.join(' · ');
      return;
    }
    const verdict: CaseResult['verdict'] =
      meta.error !== undefined ? 'error' : test.result().state === 'failed' ? 'fail' : 'pass';
    const reasons = meta.error !== undefined ? [meta.error] : messages;
    suite.cases.push({
      ...(meta.case as SuiteReport['cases'][number]),
      verdict,
      ...(reasons.length > 0 ? { reasons } : {}),
    });
  }

  return {
    onTestModuleCollected(module) {
      total = [...module.children.allTests()].length;
      counted = 0;
    },
    onTestCaseResult(test) {
      counted++;
      addCase(test);
      show(nameOf(test.module), `${counted} of ${total}`);
    },
    onTestCaseAnnotate(test, { message, type }) {
      if (type === 'progress') show(nameOf(test.module), message.replace('/', ' of '));
    },
    onTestModuleEnd(module) {
      const suite = suiteOf(nameOf(module));
      suite.durationMs = module.diagnostic().duration;
      for (const { message } of module.errors()) suite.failure = message;
      if (isTerminal) write('\r\u001B[K');
      const count = (verdict: string) => suite.cases.filter((one) => one.verdict === verdict).length;
      write(
        `${nameOf(module).padEnd(16)}${String(suite.cases.length).padStart(5)} cases, ${count('fail')} failed, ${count('error')} errors, ${(suite.durationMs / 1000).toFixed(1)} s${suite.failure === undefined ? '' : `: ${suite.failure}`}\n`,
      );
    },
    suites: () => Object.fromEntries(suites),
  };
}
