// What a change of model does to the figures that matter, in words for the person who decides, and whether it may go live without asking.
import { compareScores, type ScoreChange, type ScoredRun, significant } from '../metrics/score-changes.ts';

/** What was measured of a model: a report of the eval suites is one. */
export interface Evaluation extends ScoredRun {
  readonly subject: { readonly embedder: string; readonly generation: string };
}

export interface ScoreVerdict extends ScoreChange {
  readonly label: string;
  /** Upwards or downwards. */
  readonly better: 'higher' | 'lower';
  /** Not chance: Benjamini and Hochberg over these scores, 5 %. */
  readonly significant: boolean;
  /** The mean has become worse by more than the tolerance. */
  readonly worse: boolean;
}

export interface ModelChange {
  readonly before: { readonly modelId: string; readonly generation: string };
  readonly after: { readonly modelId: string; readonly generation: string };
  readonly tolerance: number;
  readonly scores: readonly ScoreVerdict[];
  /** Questions whose verdict changed, by suite. */
  readonly changed: { readonly better: number; readonly worse: number };
  /** Questions that both answered. */
  readonly questions: number;
  /** Nothing is worse than the tolerance allows, and the questions are enough to say so. */
  readonly acceptable: boolean;
  /** Why not; empty if it is. */
  readonly reasons: readonly string[];
}

/** Scores that can be compared across models (a cosine cannot), and that stand for what a customer gets. */
const gated: readonly Pick<ScoreVerdict, 'suite' | 'score' | 'label' | 'better'>[] = [
  {
    suite: 'retrieval',
    score: 'recall-5',
    label: 'right articles among the first five',
    better: 'higher',
  },
  { suite: 'retrieval', score: 'ndcg-10', label: 'quality of the ranking (nDCG@10)', better: 'higher' },
  { suite: 'answers', score: 'answered', label: 'answerable questions answered', better: 'higher' },
  { suite: 'answers', score: 'fact-recall', label: 'facts of a right answer given', better: 'higher' },
  { suite: 'answers', score: 'cites-right', label: 'answers from a right article', better: 'higher' },
  { suite: 'answers', score: 'fully-right', label: 'answers right in everything', better: 'higher' },
  {
    suite: 'abstention',
    score: 'wrong-answer',
    label: 'wrong answers, or none was due',
    better: 'lower',
  },
];

/** With fewer, one question more or less is worth more than any sensible tolerance. */
const fewestQuestions = 20;

/** `tolerance`: how much worse the mean of a score may be, 0.01 = one point in a hundred. */
export function judgeChange(
  before: Evaluation,
  after: Evaluation,
  { tolerance, seed = 1 }: { readonly tolerance: number; readonly seed?: number },
): ModelChange {
  const { scores: all, changed } = compareScores(before, after, seed);
  const found = gated.flatMap((entry) => {
    const change = all.find(({ suite, score }) => suite === entry.suite && score === entry.score);
    return change ? [{ ...change, ...entry }] : [];
  });
  const sure = significant(found);
  const scores = found.map((change): ScoreVerdict => {
    const gain = change.better === 'lower' ? -change.difference : change.difference;
    // Half a millionth, for sums of decimal fractions.
    return { ...change, significant: sure.has(change), worse: gain < -tolerance - 5e-7 };
  });
  const questions = Math.min(...gated.map(({ suite }) => found.find((one) => one.suite === suite)?.n ?? 0));
  const failed = [before, after].flatMap(({ suites }) =>
    Object.values(suites).flatMap(({ cases }) => cases.filter(({ verdict }) => verdict === 'error')),
  ).length;
  const reasons = [
    ...(failed > 0 ? [`${failed} questions could not be asked: a model or the knowledge base failed`] : []),
    ...(questions < fewestQuestions
      ? [`only ${questions} questions could be compared: at least ${fewestQuestions} are needed`]
      : []),
    ...scores
      .filter(({ worse }) => worse)
      .map(
        ({ label, before: then, after: now, significant: isSure }) =>
          `${label}: ${share(then)} → ${share(now)}${isSure ? ', and that is no chance' : ''}`,
      ),
  ];
  const subject = ({ subject: { embedder, generation } }: Evaluation) => ({ modelId: embedder, generation });
  return {
    before: subject(before),
    after: subject(after),
    tolerance,
    scores,
    changed: {
      better: changed.filter(({ after: now }) => now.verdict === 'pass').length,
      worse: changed.filter(({ before: then }) => then.verdict === 'pass').length,
    },
    questions,
    acceptable: reasons.length === 0,
    reasons,
  };
}

export function describeChange({ before, after, tolerance, scores, changed, reasons }: ModelChange): string {
  const width = Math.max(...scores.map(({ label }) => label.length), 0);
  const rows = scores.map((score) => {
    const gain = score.better === 'lower' ? -score.difference : score.difference;
    const word =
      Math.abs(gain) < 5e-7 ? 'the same' : gain > 0 ? 'better' : score.worse ? 'WORSE' : 'worse, tolerated';
    const chance = Math.abs(gain) < 5e-7 ? '' : score.significant ? ', not chance' : ', may be chance';
    return [
      score.label.padEnd(width),
      `${share(score.before).padStart(7)} → ${share(score.after).padEnd(7)}`,
      `${signed(score.difference)} (95 %: ${signed(score.low)} to ${signed(score.high)})`,
      `p ${score.p < 0.001 ? '< .001' : score.p.toFixed(3).replace(/^0/, '')}`.padEnd(8),
      `n ${score.n}`,
      word + chance,
    ].join('  ');
  });
  return [
    `before  ${before.modelId}`,
    `after   ${after.modelId}`,
    '',
    ...rows,
    '',
    `Questions judged better now: ${changed.better}, worse: ${changed.worse} (each counts once a suite).`,
    ...(reasons.length === 0
      ? [`Nothing is worse by more than ${tolerance}.`]
      : [`Not within the tolerance of ${tolerance}:`, ...reasons.map((reason) => `  ${reason}`)]),
  ].join('\n');
}

function share(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : '−'}${(Math.abs(value) * 100).toFixed(1)}`;
}
