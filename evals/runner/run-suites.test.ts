import { describe, expect, it } from 'vitest';
import { AppError } from '#core/errors.ts';
import type { CaseResult, SuiteOutcome } from '../core/result.ts';
import type { EvalContext } from './eval-context.ts';
import { type CaseSuite, runCases } from './run-cases.ts';
import { runSuites } from './run-suites.ts';
import type { Suite } from './suite.ts';

interface Sum {
  readonly id: string;
  readonly terms: readonly number[];
}
const sums: readonly Sum[] = [
  { id: 'one', terms: [1] },
  { id: 'two', terms: [1, 1] },
  { id: 'three', terms: [1, 1, 1] },
];
/** Passes sums up to two. */
function sumSuite(change: Partial<CaseSuite<Sum, number>> = {}): Suite {
  return {
    name: 'answers',
    run: (context) =>
      runCases(
        {
          cases: sums,
          run: async ({ terms }) => terms.length,
          check: (sum) => (sum > 2 ? ['more than two'] : []),
          result: ({ id }, sum) => ({ turns: [], note: id, scores: { sum } }),
          summarize: (done) => ({
            metrics: {},
            notes: [`summed: ${done.map(({ judged }) => judged).join(' ')}`],
          }),
          ...change,
        },
        context,
      ),
  };
}

function runAll(suites: readonly Suite[], { atOnce = 1, isTerminal = false, signal = never } = {}) {
  const screen: string[] = [];
  const context = { casesAtOnce: atOnce } as EvalContext;
  const finished = runSuites(suites, context, {
    signal,
    screen: { write: (text) => void screen.push(text), isTerminal },
  });
  return finished.then(({ suites: found, complete }) => ({ found, complete, screen: screen.join('') }));
}
const never = new AbortController().signal;
const verdicts = (cases: readonly CaseResult[]) => cases.map(({ id, verdict }) => `${id} ${verdict}`);

describe('the runner', () => {
  it('judges every case, gives the reasons of those that fail, and prints one line a suite', async () => {
    const { found, complete, screen } = await runAll([sumSuite()]);
    const { cases, notes, durationMs } = found.answers!;
    expect(complete).toBe(true);
    expect(verdicts(cases)).toEqual(['one pass', 'two pass', 'three fail']);
    expect(cases[2]).toMatchObject({ note: 'three', reasons: ['more than two'], scores: { sum: 3 } });
    expect(cases[0]).not.toHaveProperty('reasons');
    expect(notes).toEqual(['summed: 1 2 3']);
    expect(durationMs).toBeGreaterThanOrEqual(0);
    expect(screen).toMatch(/^answers {13}3 cases, 1 failed, 0 errors, \d+\.\d s\n$/);
  });

  it('counts a case whose model failed as an error, which is summed up nowhere', async () => {
    const { found, screen } = await runAll([
      sumSuite({
        run: async ({ id }) => {
          if (id === 'two') throw new AppError('model-unavailable', 'The server is down.');
          return 1;
        },
      }),
    ]);
    expect(verdicts(found.answers!.cases)).toEqual(['one pass', 'two error', 'three pass']);
    expect(found.answers!.cases[1]!.reasons).toEqual(['model-unavailable: The server is down.']);
    expect(found.answers!.notes).toEqual(['summed: 1 1']);
    expect(screen).toContain('0 failed, 1 errors');
  });

  it('keeps the order of the cases, whichever was done first, and asks no more at once than it may', async () => {
    let running = 0;
    let most = 0;
    const threeIsDone = Promise.withResolvers<void>();
    const suite = sumSuite({
      async run({ id, terms }) {
        most = Math.max(most, ++running);
        if (id === 'one') await threeIsDone.promise;
        if (id === 'three') threeIsDone.resolve();
        running--;
        return terms.length;
      },
    });
    const { found } = await runAll([suite], { atOnce: 2 });
    expect(most).toBe(2);
    expect(verdicts(found.answers!.cases)).toEqual(['one pass', 'two pass', 'three fail']);
    expect(found.answers!.notes).toEqual(['summed: 1 2 3']);
  });

  it('goes on with the next suite where one breaks, says why, and shows the cases that were judged', async () => {
    const broken = sumSuite({
      summarize: () => {
        throw new Error('no figures\nin detail');
      },
    });
    const fine: Suite = { name: 'safety', run: async () => ({ metrics: {}, cases: [] }) };
    const { found, complete, screen } = await runAll([broken, fine]);
    expect(complete).toBe(true);
    expect(found.answers).toMatchObject({ failure: 'no figures', metrics: {} });
    expect(verdicts(found.answers!.cases)).toEqual(['one pass', 'two pass', 'three fail']);
    expect(screen).toContain(' s: no figures\n');
    expect(Object.keys(found)).toEqual(['answers', 'safety']);
  });

  it('stops when it is interrupted: no error, no further case, no further suite, but what was judged', async () => {
    const controller = new AbortController();
    const asked: string[] = [];
    const interrupted = sumSuite({
      run: async ({ id }) => {
        asked.push(id);
        if (id === 'two') {
          controller.abort();
          controller.signal.throwIfAborted();
        }
        return 1;
      },
    });
    const next: Suite = { name: 'safety', run: () => expect.fail('must not run') };
    const { found, complete } = await runAll([interrupted, next], { signal: controller.signal });
    expect(complete).toBe(false);
    expect(asked).toEqual(['one', 'two']);
    expect(Object.keys(found)).toEqual(['answers']);
    expect(found.answers).not.toHaveProperty('failure');
    expect(verdicts(found.answers!.cases)).toEqual(['one pass']);
  });

  it('counts cases on a terminal, and wipes the counter before the line', async () => {
    const counting: Suite = {
      name: 'speed',
      async run({ progress }): Promise<SuiteOutcome> {
        progress?.(5, 10);
        return { metrics: {}, cases: [] };
      },
    };
    const { screen } = await runAll([counting], { isTerminal: true });
    expect(screen).toContain('\r\u001B[Kspeed 5 of 10\r\u001B[Kspeed    ');
  });
});
