import { describe, expect, it } from 'vitest';
import type { Report, ReportCase } from '#evals/report/report.ts';
import { isAgreed } from './consent.ts';
import { describeChange, judgeChange } from './model-change.ts';

const scoresOf = {
  retrieval: (good: boolean) => ({ 'recall-5': good ? 1 : 0, 'ndcg-10': good ? 1 : 0 }),
  answers: (good: boolean) => ({
    answered: 1,
    'fact-recall': good ? 1 : 0,
    'cites-right': 1,
    'fully-right': 1,
    relevance: good ? 0.9 : 0.1,
  }),
  abstention: (good: boolean) => ({ 'wrong-answer': good ? 0 : 1 }),
};

/** Of each suite, so many cases of `total` are good; the others not, or without an answer of the model at all. */
function report(
  good: Partial<Record<keyof typeof scoresOf, number>>,
  { total = 100, errors = 0, embedder = 'one@00000001' } = {},
): Report {
  const suites = Object.fromEntries(
    Object.entries(scoresOf).map(([suite, scores]) => [
      suite,
      {
        metrics: {},
        charts: [],
        notes: [],
        durationMs: 1,
        cases: Array.from({ length: total }, (_, index): ReportCase => {
          const isGood = index < (good[suite as keyof typeof scoresOf] ?? total);
          const verdict = index < errors ? 'error' : isGood ? 'pass' : 'fail';
          return { id: `case-${index}`, verdict, turns: [], scores: scores(isGood) };
        }),
      },
    ]),
  );
  const subject = { embedder, generation: 'gen-000001' } as Report['subject'];
  return {
    schemaVersion: 1,
    id: embedder,
    seed: 1,
    complete: true,
    cases: [],
    subject,
    suites,
  } as unknown as Report;
}

const judge = (before: Report, after: Report, tolerance = 0.01) => judgeChange(before, after, { tolerance });
const change = (found: ReturnType<typeof judge>, score: string) =>
  found.scores.find((one) => one.score === score)!;

describe('a change of model', () => {
  it('goes through where nothing is worse, and says what is better and whether that is chance', () => {
    const found = judge(report({ retrieval: 70 }), report({ retrieval: 95 }, { embedder: 'two@00000002' }));
    expect(found).toMatchObject({
      acceptable: true,
      reasons: [],
      questions: 100,
      changed: { better: 25, worse: 0 },
    });
    expect(change(found, 'recall-5')).toMatchObject({ difference: 0.25, significant: true, worse: false });
    expect(describeChange(found)).toMatch(
      /first five +70\.0 % → 95\.0 % .*p < \.001.*n 100 +better, not chance/,
    );
    expect(describeChange(found)).toMatch(/one@00000001[\s\S]*two@00000002[\s\S]*Nothing is worse/);
  });

  it('does not where one figure is worse than the tolerance, however much better the others are', () => {
    const found = judge(report({ retrieval: 50, answers: 60 }), report({ retrieval: 99, answers: 58 }));
    expect(found.acceptable).toBe(false);
    expect(found.reasons).toEqual([
      expect.stringMatching(/^facts of a right answer given: 60\.0 % → 58\.0 %$/),
    ]);
    expect(describeChange(found)).toContain('WORSE, may be chance');
    expect(judge(report({ answers: 60 }), report({ answers: 59 })).acceptable).toBe(true);
    expect(judge(report({ answers: 60 }), report({ answers: 59 }), 0.005).acceptable).toBe(false);
    expect(judge(report({ answers: 60 }), report({ answers: 20 }), 0.5).acceptable).toBe(true);
  });

  it('takes more wrong answers for worse, not for more', () => {
    const found = judge(report({ abstention: 90 }), report({ abstention: 60 }));
    expect(change(found, 'wrong-answer')).toMatchObject({ worse: true, significant: true });
    expect(found.reasons).toEqual([expect.stringContaining('10.0 % → 40.0 %, and that is no chance')]);
    expect(judge(report({ abstention: 60 }), report({ abstention: 90 })).acceptable).toBe(true);
  });

  it('leaves out what cannot be compared across models', () => {
    expect(change(judge(report({}), report({})), 'relevance')).toBeUndefined();
  });

  it('does not go through on a handful of questions, or when some could not be asked', () => {
    const few = judge(report({}, { total: 19 }), report({}, { total: 19 }));
    expect(few.reasons).toEqual([expect.stringContaining('only 19 questions')]);
    const failing = judge(report({}), report({}, { errors: 2 }));
    expect(failing.reasons).toEqual([expect.stringContaining('6 questions could not be asked')]);
    expect(judge(report({}, { errors: 100 }), report({})).acceptable).toBe(false);
    const none = { ...report({}), suites: {} };
    expect(judge(none, none)).toMatchObject({ acceptable: false, questions: 0 });
    expect(describeChange(judge(none, none))).toContain('only 0 questions');
  });
});

describe('who lets it through', () => {
  const good = { acceptable: true };
  const bad = { acceptable: false };
  const says = (answer: string) => {
    const asked: string[] = [];
    const ask = async (question: string) => {
      asked.push(question);
      return answer;
    };
    return { ask, asked };
  };
  const silent = () => {};

  it('is the tolerance with --yes, and nobody without a terminal', async () => {
    expect(await isAgreed('within-tolerance', good, silent)).toBe(true);
    expect(await isAgreed('within-tolerance', bad, silent)).toBe(false);
    const said: string[] = [];
    expect(await isAgreed('none', good, (text) => said.push(text))).toBe(false);
    expect(said).toEqual([expect.stringContaining('no terminal')]);
  });

  it.each(['', 'y', 'no', 'yes please', 'nyes'])('is a person, but not one who says %j', async (answer) => {
    expect(await isAgreed(says(answer), good, silent)).toBe(false);
  });

  it('is a person who says yes, who is told when it is worse', async () => {
    const person = says(' Yes\n');
    expect(await isAgreed(person, good, silent)).toBe(true);
    expect(await isAgreed(person, bad, silent)).toBe(true);
    expect(person.asked).toEqual([
      expect.stringMatching(/^Publish it\?/),
      expect.stringContaining('NOT within'),
    ]);
  });
});
