// npm run tune-reranker: tries settings of reranking and of choosing sentences on development sets, and reports them on test sets.
import { AppError } from '#core/errors.ts';
import type { Reranker } from '#core/reranker.ts';
import type { ComposeOptions, ExtractiveModels } from '#rag/compose-answer.ts';
import type { RerankingOptions } from '#rag/reranking-retriever.ts';
import { loadConfig } from '#server/config.ts';
import { openKnowledge } from '#server/deps.ts';
import { mean } from '../core/metric.ts';
import { factRecall } from '../judging/answer-checks.ts';
import { pairedDifference } from '../metrics/bootstrap.ts';
import { runCommand, showProgress } from '../scripts/command.ts';
import { type AnswerFigures, answerFigures, composeTrials } from './compose-trials.ts';
import { changedFirst, type RankingFigures, rankingFigures, rankTrials } from './rank-trials.ts';
import {
  collectTrial,
  readTrialCases,
  rememberingEmbedder,
  rememberingReranker,
  type Trial,
} from './trials.ts';

const help = `Tries settings of the reranker on development sets and reports the best ones there and on test sets.

  npm run tune-reranker -- --dev data/evals/golden.jsonl
  npm run tune-reranker -- --dev a.jsonl=var/a --dev b.jsonl=var/b --test c.jsonl=var/c --json > figures.json

FILE=DIR asks the knowledge base in DIR instead of the one in ANSWERDESK_DATA_DIR. Questions as for npm run evals; a "quote" (words of
the sentence that answers) is counted, too. The reranker is that of ANSWERDESK_RERANKER; with off, only the state without one is shown.

  --dev FILE[=DIR]   a development set; may be repeated
  --test FILE[=DIR]  a set that nothing is chosen on; may be repeated
  --json             figures on standard output
  --help
`;

const weights = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1];
const temperatures = [1, 2, 4];
const stops = [1, 3, 5].flatMap((sure) => [1, 0.95, 0.9, 0.8].map((ceiling) => ({ sure, ceiling })));
/** Settings that stop early may have another first passage in this share of the questions. */
const mostChanged = 0.01;
const sentenceWeights = [0, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2];

interface OpenSet {
  readonly name: string;
  readonly isTest: boolean;
  readonly trials: readonly Trial[];
  readonly models: ExtractiveModels;
  readonly reranker: Reranker | undefined;
}

await runCommand({
  help,
  options: {
    dev: { type: 'string', multiple: true, default: [] },
    test: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
  async run({ values }, signal) {
    if (values.dev.length === 0) throw new AppError('bad-request', `--dev FILE is missing.\n\n${help}`);
    const config = loadConfig();
    await using stack = new AsyncDisposableStack();
    const sets: OpenSet[] = [];
    for (const [isTest, references] of [
      [false, values.dev],
      [true, values.test],
    ] as const) {
      for (const reference of references) {
        const [path, dataDir = config.dataDir] = reference.split('=') as [string, string?];
        const knowledge = stack.use(await openKnowledge({ ...config, dataDir }));
        const firstStage = knowledge.current().stages?.hybrid ?? knowledge.current();
        const name = path.replace(/^.*\/|\.jsonl$/g, '');
        const cases = await readTrialCases(path);
        const trials: Trial[] = [];
        for (const one of cases) {
          trials.push(await collectTrial({ set: name, ...one }, firstStage, { signal }));
          showProgress(trials.length, cases.length);
        }
        const reranker = knowledge.reranker && rememberingReranker(knowledge.reranker);
        const models = {
          embedder: rememberingEmbedder(knowledge.embedder),
          ...(reranker ? { reranker } : {}),
        };
        sets.push({ name, isTest, trials, models, reranker });
      }
    }
    const report = await tune(sets);
    if (values.json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    process.stderr.write(shown(report));
  },
});

interface SetReport {
  readonly set: string;
  readonly test: boolean;
  readonly questions: number;
  readonly before: RankingFigures & AnswerFigures;
  readonly after?: RankingFigures & AnswerFigures;
  /** Ranked again, sentences chosen as before. */
  readonly onlyRanked?: AnswerFigures;
  readonly factDifference?: ReturnType<typeof pairedDifference>;
}

interface Report {
  readonly reranker?: string;
  readonly ranking?: RerankingOptions;
  readonly stopping?: RerankingOptions & { readonly changed: number };
  readonly composing?: ComposeOptions;
  /** What was tried, each figure the mean over the development sets. */
  readonly tried?: Readonly<Record<string, readonly object[]>>;
  readonly sets: readonly SetReport[];
}

async function tune(sets: readonly OpenSet[]): Promise<Report> {
  const development = sets.filter(({ isTest }) => !isTest);
  async function overSets<Figures extends object>(
    measure: (set: OpenSet) => Promise<Figures>,
  ): Promise<Record<keyof Figures, number>> {
    const figures: Figures[] = [];
    for (const set of development) figures.push(await measure(set));
    return Object.fromEntries(
      Object.keys(figures[0]!).map((key) => [
        key,
        mean(figures.map((one) => one[key as keyof Figures] as number)),
      ]),
    ) as Record<keyof Figures, number>;
  }
  const before = new Map<OpenSet, RankingFigures & AnswerFigures>();
  for (const set of sets) {
    const ranked = await rankTrials(set.trials, undefined);
    const composed = await composeTrials(ranked, set.models, { rerankWeight: 0 });
    before.set(set, { ...rankingFigures(ranked), ...answerFigures(composed) });
  }
  const setReport = (set: OpenSet) => ({
    set: set.name,
    test: set.isTest,
    questions: set.trials.length,
    before: before.get(set)!,
  });
  const reranker = sets[0]!.reranker;
  if (!reranker) return { sets: sets.map(setReport) };

  const reading = [];
  for (const temperature of temperatures) {
    for (const weight of weights) {
      const options = { weight, temperature, first: 20 };
      const figures = await overSets(async ({ trials, reranker: its }) => ({
        ...rankingFigures(await rankTrials(trials, its, options)),
      }));
      reading.push({ weight, temperature, ...figures });
    }
  }
  const { weight, temperature } = best(reading, ({ ndcg10 }) => ndcg10);
  const ranking = { weight, temperature };

  const stopping = [];
  for (const stop of stops) {
    const figures = await overSets(async ({ trials, reranker: its }) => {
      const all = await rankTrials(trials, its, { ...ranking, first: 20 });
      const early = await rankTrials(trials, its, { ...ranking, ...stop });
      return { ...rankingFigures(early), changed: changedFirst(early, all) };
    });
    stopping.push({ ...stop, ...figures });
  }
  const allowed = stopping.filter(({ changed }) => changed <= mostChanged);
  const { sure, ceiling, changed } = best(allowed, ({ ndcg10, read }) => ndcg10 - 0.0005 * read);
  const chosen = { ...ranking, sure, ceiling };

  const composing = [];
  for (const rerankTemperature of temperatures) {
    for (const rerankWeight of sentenceWeights) {
      const options = { rerankWeight, rerankTemperature };
      const figures = await overSets(async ({ trials, reranker: its, models }) => ({
        ...answerFigures(await composeTrials(await rankTrials(trials, its, chosen), models, options)),
      }));
      composing.push({ ...options, ...figures });
    }
  }
  const { rerankWeight, rerankTemperature } = best(
    composing,
    ({ factRecall, citationPrecision }) => factRecall + citationPrecision,
  );

  const reports: SetReport[] = [];
  for (const set of sets) {
    const ranked = await rankTrials(set.trials, set.reranker, chosen);
    const first = await composeTrials(await rankTrials(set.trials, undefined), set.models, {
      rerankWeight: 0,
    });
    const onlyRanked = await composeTrials(ranked, set.models, { rerankWeight: 0 });
    const composed = await composeTrials(ranked, set.models, { rerankWeight, rerankTemperature });
    reports.push({
      ...setReport(set),
      after: { ...rankingFigures(ranked), ...answerFigures(composed) },
      onlyRanked: answerFigures(onlyRanked),
      factDifference: pairedDifference(
        first.map(({ text, trial }, index) => [
          factRecall(text, trial.evalCase.facts),
          factRecall(composed[index]!.text, trial.evalCase.facts),
        ]),
      ),
    });
  }
  return {
    reranker: reranker.modelId,
    ranking,
    stopping: { sure, ceiling, changed: changed },
    composing: { rerankWeight, rerankTemperature },
    tried: { ranking: reading, stopping, composing },
    sets: reports,
  };
}

function best<One>(list: readonly One[], value: (one: One) => number): One {
  return list.reduce((most, one) => (value(one) > value(most) ? one : most));
}

function shown({ reranker, ranking, stopping, composing, sets }: Report): string {
  const lines = reranker
    ? [`${reranker}: ${JSON.stringify({ ...ranking, ...stopping, ...composing })}`]
    : ['No reranker (ANSWERDESK_RERANKER).'];
  for (const { set, test, questions, before, after } of sets) {
    lines.push(`${set}${test ? ' (test)' : ''}, ${questions} questions`);
    for (const key of Object.keys(before) as (keyof typeof before)[]) {
      const now = after ? ` -> ${after[key].toFixed(3)}` : '';
      lines.push(`  ${key.padEnd(18)} ${before[key].toFixed(3)}${now}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
