// Is the answer right, does it point to where it says so, and does the text it cites support it?
import { withoutDoubt } from '#chat/write/answer-wording.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { Embedder } from '#core/embedder.ts';
import { toAppError } from '#core/errors.ts';
import { type GroundednessScorer, groundedFrom, groundednessOfSentences } from '#core/groundedness.ts';
import type { GroundednessPair, GroundednessPrediction } from '#learning/calibration/groundedness-fit.ts';
import { type Metric, mean, meanMetric, shareMetric, statisticMetric } from '#learning/metrics/metric.ts';
import type { EvalCase } from '../cases/eval-case.ts';
import type { AskRecord } from '../core/ask.ts';
import type { CaseResult, Chart } from '../core/result.ts';
import { citationScores, factRecall, forbiddenIn } from '../judging/answer-checks.ts';
import type { LanguageModelJudge } from '../judging/language-model-judge.ts';

export interface AnswerRecord {
  readonly reply: AskRecord;
  /** One for each sentence of an answer, in order; empty unless it answered. */
  readonly sentences: readonly SentenceGroundedness[];
  /** Cosine of question and answer, 0 unless it answered. */
  readonly relevance: number;
  /** What the language model said, where one judges. */
  readonly judged?: { readonly supported: readonly boolean[]; readonly relevant: boolean };
}

interface SentenceGroundedness {
  readonly text: string;
  /** 0 to 1; 0 where nothing is cited. */
  readonly groundedness: number;
}

export interface AnswerJudges {
  readonly scorer: GroundednessScorer;
  readonly embedder: Embedder;
  readonly judge?: LanguageModelJudge | undefined;
}

export async function judgeAnswer(
  { standalone }: EvalCase,
  shown: AskRecord,
  { scorer, embedder, judge }: AnswerJudges,
  options: CallOptions = {},
): Promise<AnswerRecord> {
  // What the desk says of itself has no passage to be supported by.
  const reply = { ...shown, text: withoutDoubt(shown.text) };
  if (reply.decision !== 'answer') return { reply, sentences: [], relevance: 0 };
  const sentences = await groundednessOfSentences(reply, scorer, options);
  const supported: boolean[] = [];
  for (const { text, citations } of judge ? sentences : []) {
    let holds = false;
    for (const { number, quote } of reply.citations)
      if (citations.includes(number)) holds ||= await judge!.supports(text, quote, options);
    supported.push(holds);
  }
  const [question, [answer]] = await Promise.all([
    embedder.embedQuery(standalone, options),
    embedder.embedDocuments([withoutMarkers(reply.text)], options),
  ]);
  const relevance = question.reduce((sum, value, index) => sum + value * answer![index]!, 0);
  return {
    reply,
    sentences,
    relevance,
    ...(judge
      ? { judged: { supported, relevant: await judge.answers(standalone, reply.text, options) } }
      : {}),
  };
}

export function answerScores({ facts, gold, mustNot }: EvalCase, record: AnswerRecord) {
  const { reply, sentences, relevance } = record;
  const answered = reply.decision === 'answer';
  const recall = answered ? factRecall(reply.text, facts) : 0;
  const { precision, recall: citationRecall, hit } = citationScores(answered ? reply.citations : [], gold);
  const forbidden = answered ? forbiddenIn(reply.text, mustNot).length : 0;
  return {
    answered: answered ? 1 : 0,
    // A case that names no facts cannot lack one: it counts nowhere.
    ...(facts.length > 0 ? { 'fact-recall': recall } : {}),
    'citation-precision': precision,
    'citation-recall': citationRecall,
    'cites-right': hit,
    'fully-right': answered && recall === 1 && hit === 1 && forbidden === 0 ? 1 : 0,
    'wrong-and-sure': answered && (forbidden > 0 || (facts.length > 0 && recall === 0)) ? 1 : 0,
    grounded: mean(sentences.map(({ groundedness }) => (groundedness >= groundedFrom ? 1 : 0))),
    relevance,
    characters: answered ? reply.text.length : 0,
  };
}

type Done = readonly { readonly evalCase: EvalCase; readonly judged: AnswerRecord }[];

export function summarizeAnswers(
  done: Done,
  seed: number,
): { metrics: Record<string, Metric>; charts: Chart[] } {
  const all = done.map(({ evalCase, judged }) => answerScores(evalCase, judged));
  const given = done.filter(({ judged }) => judged.reply.decision === 'answer');
  const scores = given.map(({ evalCase, judged }) => answerScores(evalCase, judged));
  const recalls = (list: typeof all) =>
    list.flatMap((one) => (one['fact-recall'] === undefined ? [] : [one['fact-recall']]));
  const count = (list: typeof all, key: keyof (typeof all)[number]) =>
    list.filter((one) => one[key] === 1).length;
  const average = (
    key: Exclude<keyof (typeof all)[number], 'fact-recall'>,
    label: string,
    rest: Partial<Metric> = {},
  ) =>
    meanMetric(
      scores.map((one) => one[key]),
      { unit: 'share', seed, label, ...rest },
    );
  const metrics: Record<string, Metric> = {
    answered: shareMetric(count(all, 'answered'), all.length, {
      label: 'Questions with an answer in the articles that were answered',
    }),
    'fully-right': shareMetric(count(all, 'fully-right'), all.length, {
      label: 'Questions answered with every fact, from a right article, and nothing wrong beside it',
    }),
    'fact-recall': meanMetric(recalls(all), {
      unit: 'share',
      seed,
      label: 'Facts of a right answer that were given (nothing given counts as none)',
    }),
    'fact-recall-answered': meanMetric(recalls(scores), {
      unit: 'share',
      seed,
      label: 'Facts of a right answer that were given, where it answered',
    }),
    'wrong-and-sure': shareMetric(count(scores, 'wrong-and-sure'), scores.length, {
      label: 'Answers that hold none of the facts, or something of a look-alike article',
      better: 'lower',
      note: 'each fact is a string that was looked for: an answer in other words can be counted here',
    }),
    'cites-right': shareMetric(count(scores, 'cites-right'), scores.length, {
      label: 'Answers that cite a right article',
    }),
    'citation-precision': average('citation-precision', 'Articles cited that are right ones'),
    'citation-recall': average('citation-recall', 'Right articles that are cited'),
    groundedness: statisticMetric(given, groundedShare, {
      unit: 'share',
      seed,
      label: 'Sentences supported by the passage they cite',
      note: `${given.reduce((sum, { judged }) => sum + judged.sentences.length, 0)} sentences; a local score, not entailment: see groundedness-f1`,
    }),
    relevance: average('relevance', 'Closeness of question and answer (cosine)', { unit: 'score' }),
    length: meanMetric(
      scores.map(({ characters }) => characters),
      { unit: 'characters', seed, label: 'Length of an answer', better: 'neither' },
    ),
  };
  const byModel = given.filter(({ judged }) => judged.judged !== undefined);
  if (byModel.length > 0) {
    metrics['judge-groundedness'] = statisticMetric(
      byModel,
      (cases) => {
        const verdicts = cases.flatMap(({ judged }) => judged.judged!.supported);
        return mean(verdicts.map((holds) => (holds ? 1 : 0)));
      },
      { unit: 'share', seed, label: 'Sentences that the language model finds supported' },
    );
    metrics['judge-relevance'] = shareMetric(
      byModel.filter(({ judged }) => judged.judged!.relevant).length,
      byModel.length,
      { label: 'Answers that the language model finds to answer the question' },
    );
  }
  const kinds = [...Map.groupBy(done, ({ evalCase }) => evalCase.kind).entries()].slice(0, 12);
  return {
    metrics,
    charts: [
      {
        kind: 'bars',
        id: 'answers-by-kind',
        title: 'Answers by kind of question',
        y: 'share',
        unit: 'share',
        groups: kinds.map(([kind, cases]) => {
          const list = cases.map(({ evalCase, judged }) => answerScores(evalCase, judged));
          const share = (key: 'answered' | 'fully-right') => mean(list.map((one) => one[key]));
          return {
            name: `${kind} (${cases.length})`,
            bars: [
              { name: 'answered', value: share('answered') },
              { name: 'facts given', value: mean(recalls(list)) },
              { name: 'fully right', value: share('fully-right') },
            ],
          };
        }),
      },
    ],
  };
}

/** What a judge says of the labelled pairs. A pair that it fails on is an error of its own, and counts nowhere. */
export async function judgePairs(
  pairs: readonly GroundednessPair[],
  {
    judge,
    signal,
  }: { readonly judge: Pick<LanguageModelJudge, 'supports'>; readonly signal?: AbortSignal | undefined },
): Promise<{ predictions: GroundednessPrediction[]; failed: CaseResult[] }> {
  const predictions: GroundednessPrediction[] = [];
  const failed: CaseResult[] = [];
  for (const pair of pairs) {
    const { id, sentence, passage } = pair;
    try {
      const supported = await judge.supports(sentence, passage, signal ? { signal } : {});
      predictions.push({ pair, probability: supported ? 1 : 0 });
    } catch (thrown) {
      signal?.throwIfAborted();
      failed.push({
        id: `judge-pair-${id}`,
        kind: 'labelled pair',
        verdict: 'error',
        turns: [{ role: 'agent', text: sentence }],
        reasons: [toAppError(thrown).message],
      });
    }
  }
  return { predictions, failed };
}

/** How far the groundedness score, or a judge, can be believed: against labels that the fit had not seen. */
export function agreementMetrics(
  predictions: readonly Pick<GroundednessPrediction, 'pair' | 'probability'>[],
  { prefix, who, seed }: { prefix: string; who: string; seed: number },
): Record<string, Metric> {
  const rows = predictions.map(({ pair, probability }) => ({
    label: pair.supported,
    said: probability >= 0.5,
  }));
  const truePositives = rows.filter(({ label, said }) => label && said).length;
  const said = rows.filter((row) => row.said).length;
  const labelled = rows.filter(({ label }) => label).length;
  return {
    [`${prefix}-precision`]: shareMetric(truePositives, said, {
      label: `${who}: of the pairs called supported, those that a person called so`,
    }),
    [`${prefix}-recall`]: shareMetric(truePositives, labelled, {
      label: `${who}: of the pairs that a person called supported, those found`,
    }),
    [`${prefix}-f1`]: statisticMetric(rows, f1, {
      seed,
      label: `${who}: agreement with people's labels (F1)`,
    }),
    [`${prefix}-accuracy`]: shareMetric(rows.filter((row) => row.label === row.said).length, rows.length, {
      label: `${who}: pairs judged as a person did`,
    }),
  };
}

function f1(rows: readonly { readonly label: boolean; readonly said: boolean }[]): number {
  const both = rows.filter(({ label, said }) => label && said).length;
  const either = rows.filter(({ label }) => label).length + rows.filter(({ said }) => said).length;
  return either === 0 ? 0 : (2 * both) / either;
}

function groundedShare(cases: Done): number {
  const sentences = cases.flatMap(({ judged }) => judged.sentences);
  return mean(sentences.map(({ groundedness }) => (groundedness >= groundedFrom ? 1 : 0)));
}

function withoutMarkers(text: string): string {
  return text.replace(/\s*\[\d{1,3}\]/g, '');
}
