// Answers to everyday questions over real help centres, judged against the sentences of the articles that answer them.
import type { CallOptions } from '#core/call-options.ts';
import type { Decision } from '#core/conversation.ts';
import { type Ask, type AskRecord, type AskTurn, casePassages } from '#evals/core/ask.ts';
import type { CaseResult, Chart, SuiteOutcome } from '#evals/core/result.ts';
import { avoids, cites, containsFacts, type Reasons } from '#evals/judging/reply-checks.ts';
import { runCases } from '#evals/runner/run-cases.ts';
import { type Metric, mean, meanMetric, statisticMetric } from '#learning/metrics/metric.ts';
import {
  isGoldFound,
  isHarmfulMix,
  rightArticles,
  type SetAnswerScores,
  scoreSetAnswer,
} from './answer-scores.ts';
import type { SetQuestion } from './answer-set.ts';
import type { HelpCentre } from './help-centre.ts';

export interface JudgedQuestion {
  readonly question: SetQuestion;
  readonly reply: AskRecord;
  /** A passage with the answer is among those given; false where there is no answer. */
  readonly found: boolean;
  /** The answer says what belongs to a neighbouring question. */
  readonly harmful: boolean;
  /** Only of an answer to a question that has one. */
  readonly scores?: SetAnswerScores;
}

export interface CentreRun {
  readonly questions: readonly SetQuestion[];
  readonly centre: HelpCentre;
  readonly ask: Ask;
  readonly seed: number;
  readonly progress?: (done: number, total: number) => void;
}

/** One after the other, so that two runs agree to the last digit. */
export async function runCentre(
  { questions, centre, ask, seed, progress }: CentreRun,
  options: CallOptions = {},
): Promise<{ outcome: SuiteOutcome; judged: JudgedQuestion[] }> {
  const judged: JudgedQuestion[] = [];
  const outcome = await runCases<SetQuestion, JudgedQuestion>(
    {
      cases: questions,
      run: async (question) => judgeQuestion(question, await ask(turnsOf(question), options), centre),
      check: reasonsOf,
      result: describeQuestion,
      summarize(done) {
        judged.push(...done.map((one) => one.judged));
        return summarizeQuestions(judged, seed);
      },
    },
    {
      casesAtOnce: 1,
      ...(options.signal ? { signal: options.signal } : {}),
      ...(progress ? { progress } : {}),
    },
  );
  return { outcome, judged };
}

export function judgeQuestion(question: SetQuestion, reply: AskRecord, centre: HelpCentre): JudgedQuestion {
  const isAnswer = question.expect === 'answer' && reply.decision === 'answer';
  return {
    question,
    reply,
    found: question.expect === 'answer' && isGoldFound(question, reply.passages, centre),
    harmful: isHarmfulMix(question, reply),
    ...(isAnswer ? { scores: scoreSetAnswer(question, reply, centre) } : {}),
  };
}

/** Each figure is over the questions that it says something of; `n` counts them. */
export function summarizeQuestions(
  judged: readonly JudgedQuestion[],
  seed: number,
): { metrics: Record<string, Metric>; charts: Chart[] } {
  const expected = (expect: SetQuestion['expect']) =>
    judged.filter(({ question }) => question.expect === expect);
  const answerable = expected('answer');
  const scores = answerable.flatMap((one) => one.scores ?? []);
  const share = (values: readonly (number | boolean)[], label: string, rest: Partial<Metric> = {}) =>
    meanMetric(values.map(Number), { unit: 'share', seed, label, ...rest });
  const decided = (questions: readonly JudgedQuestion[], decision: Decision) =>
    questions.map(({ reply }) => reply.decision === decision);
  const stated = (questions: readonly JudgedQuestion[]) =>
    questions.map(({ reply }) => reply.decision === 'answer' && !reply.isUnsure);
  const answered = judged.filter(
    ({ reply, question }) => reply.decision === 'answer' && question.must_not.length > 0,
  );
  return {
    metrics: {
      direct: share(
        scores.map(({ direct }) => direct),
        'Answers whose first sentence holds a fact',
      ),
      complete: share(
        completeness(answerable),
        'Facts given, over all answerable questions (no answer gives none)',
      ),
      'complete-answered': share(
        scores.map(({ complete }) => complete),
        'Facts given, where it answered',
      ),
      clean: share(
        scores.flatMap(({ clean }) => clean ?? []),
        'Sentences of an answer that belong to it',
      ),
      'format-kept': share(
        scores.flatMap(({ formatKept }) => formatKept ?? []),
        'Answers that keep the list, table or code of their article',
      ),
      'right-article': share(
        scores.map(({ rightArticle }) => rightArticle),
        'Answers that cite a right article',
      ),
      'harmful-mix': share(
        answered.map(({ harmful }) => harmful),
        'Answers that say what belongs to a neighbouring case',
        {
          better: 'lower',
        },
      ),
      found: share(
        answerable.map(({ found }) => found),
        'Answerable questions whose passage is among the five given',
      ),
      'found-answered': share(
        decided(
          answerable.filter(({ found }) => found),
          'answer',
        ),
        'Of those whose passage was found, answered',
      ),
      'found-stated': share(
        stated(answerable.filter(({ found }) => found)),
        'Of those whose passage was found, answered without a word of doubt',
      ),
      'answerable-asked-back': share(
        decided(answerable, 'clarify'),
        'Answerable questions that were asked back',
        {
          better: 'lower',
        },
      ),
      'unanswerable-answered': share(
        decided(expected('decline'), 'answer'),
        'Questions that the articles do not answer, answered all the same',
        { better: 'lower' },
      ),
      'unanswerable-stated': share(stated(expected('decline')), 'Of them, answered without a word of doubt', {
        better: 'lower',
      }),
      'underspecified-asked-back': share(
        decided(expected('ask-back'), 'clarify'),
        'Questions with several meanings that were asked back',
      ),
      'handed-over': share(
        decided(expected('handoff'), 'handoff'),
        'Customers handed over who want or need a person',
      ),
      'as-expected': statisticMetric(
        judged,
        (some) => mean(some.map((one) => Number(reasonsOf(one).length === 0))),
        {
          unit: 'share',
          seed,
          label: 'Questions with the right decision and, of an answer, every fact from a right article',
        },
      ),
    },
    charts: [byStyle(judged)],
  };
}

function completeness(questions: readonly JudgedQuestion[]): number[] {
  return questions.map(({ scores }) => scores?.complete ?? 0);
}

function byStyle(judged: readonly JudgedQuestion[]): Chart {
  const styles = [...Map.groupBy(judged, ({ question }) => question.style)];
  return {
    kind: 'bars',
    id: 'answers-by-style',
    title: 'By the way the customer asks',
    y: 'share',
    unit: 'share',
    groups: styles.map(([style, some]) => {
      const answerable = some.filter(({ question }) => question.expect === 'answer');
      return {
        name: `${style} (${some.length})`,
        bars: [
          { name: 'as expected', value: mean(some.map((one) => Number(reasonsOf(one).length === 0))) },
          { name: 'facts given', value: mean(completeness(answerable)) },
        ],
      };
    }),
  };
}

const rightDecision: Readonly<Record<SetQuestion['expect'], Decision>> = {
  answer: 'answer',
  decline: 'decline',
  'ask-back': 'clarify',
  handoff: 'handoff',
};

function reasonsOf({ question, reply }: JudgedQuestion): Reasons {
  const right = rightDecision[question.expect];
  if (reply.decision !== right) return [`${reply.decision} instead of ${right}`];
  if (right !== 'answer') return [];
  return [
    ...containsFacts(reply, question.facts),
    ...cites(reply, rightArticles(question)),
    ...avoids(reply, question.must_not),
  ];
}

function describeQuestion(question: SetQuestion, { reply, found, harmful, scores }: JudgedQuestion) {
  return {
    kind: question.style,
    turns: turnsOf(question).map(({ role, text }) => ({ role, text })),
    answer: reply.text,
    decision: reply.decision,
    passages: casePassages(reply, rightArticles(question)),
    scores: {
      answered: Number(reply.decision === 'answer'),
      harmful: Number(harmful),
      ...(question.expect === 'answer' ? { found: Number(found), complete: scores?.complete ?? 0 } : {}),
      ...(scores ? { direct: Number(scores.direct), 'right-article': Number(scores.rightArticle) } : {}),
      ...(scores?.clean === undefined ? {} : { clean: scores.clean }),
      ...(scores?.formatKept === undefined ? {} : { 'format-kept': Number(scores.formatKept) }),
    },
  } satisfies Partial<CaseResult>;
}

export function turnsOf({ turns, question }: Pick<SetQuestion, 'turns' | 'question'>): AskTurn[] {
  return [
    ...turns.map(
      ({ author, text }): AskTurn =>
        author === 'bot' ? { role: 'agent', text, decision: 'answer' } : { role: 'customer', text },
    ),
    { role: 'customer', text: question },
  ];
}
