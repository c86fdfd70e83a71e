// npm run tune-reranker: tries settings of reranking and of choosing sentences on development sets, and reports them on test sets.

import { loadConfig } from '#app/config.ts';
import { openKnowledge } from '#app/open-knowledge.ts';
import { defineCommand, runCommand, showProgress } from '#cli/command.ts';
import { AppError } from '#core/errors.ts';
import type { Reranker, RerankerTrust } from '#core/reranker.ts';
import { factRecall } from '#evals/judging/answer-checks.ts';
import { pairedDifference } from '#learning/metrics/bootstrap.ts';
import { mean } from '#learning/metrics/metric.ts';
import type { ExtractiveModels } from '#models/chat/score-units.ts';
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

FILE=DIR asks the knowledge base in DIR instead of the one in ANSWERDESK_DATA_DIR. Questions as for answerdesk evals; a "quote" (words of
the sentence that answers) is counted, too. The reranker is that of ANSWERDESK_RERANKER; with off, only the state without one is shown.

  --dev FILE[=DIR]   a development set; may be repeated
  --test FILE[=DIR]  a set that nothing is chosen on; may be repeated
  --json             figures on standard output
  --help
`;

const weights = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1];
const temperatures = [1, 2, 4];
const sentenceWeights = [0, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2];

interface OpenSet {
  readonly name: string;
  readonly isTest: boolean;
  readonly trials: readonly Trial[];
  readonly models: ExtractiveModels;
  readonly reranker: Reranker | undefined;
}

const command = defineCommand({
  help,
  options: {
    dev: { type: 'string', multiple: true, default: [] },
    test: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean' },
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

await runCommand(async () => command, process.argv.slice(2));

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
  /** The best of what was tried: `temperature`, `passage_weight` and `sentence_weight` of the model's config.json. */
  readonly trust?: RerankerTrust;
  /** With early stop; `changedFirst` is the share of the questions whose first passage is another one when all are read. */
  readonly stopping?: RankingFigures & { readonly changedFirst: number };
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
    const composed = await composeTrials(ranked, set.models, { trust: { sentenceWeight: 0 } });
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
    for (const passageWeight of weights) {
      const trust = { passageWeight, temperature };
      const figures = await overSets(async ({ trials, reranker: its }) => ({
        ...rankingFigures(await rankTrials(trials, its, { trust, first: 20 })),
      }));
      reading.push({ ...trust, ...figures });
    }
  }
  const { passageWeight, temperature } = best(reading, ({ ndcg10 }) => ndcg10);
  const passages = { passageWeight, temperature };

  const stopping = await overSets(async ({ trials, reranker: its }) => {
    const early = await rankTrials(trials, its, { trust: passages });
    const all = await rankTrials(trials, its, { trust: passages, first: 20 });
    return { ...rankingFigures(early), changedFirst: changedFirst(early, all) };
  });

  const composing = [];
  for (const sentenceWeight of sentenceWeights) {
    const trust = { ...passages, sentenceWeight };
    const figures = await overSets(async ({ trials, reranker: its, models }) => ({
      ...answerFigures(await composeTrials(await rankTrials(trials, its, { trust }), models, { trust })),
    }));
    composing.push({ sentenceWeight, ...figures });
  }
  const { sentenceWeight } = best(
    composing,
    ({ factRecall, citationPrecision }) => factRecall + citationPrecision,
  );
  const chosen = { ...passages, sentenceWeight };
  const without = { sentenceWeight: 0 };

  const reports: SetReport[] = [];
  for (const set of sets) {
    const ranked = await rankTrials(set.trials, set.reranker, { trust: chosen });
    const first = await composeTrials(await rankTrials(set.trials, undefined), set.models, {
      trust: without,
    });
    const onlyRanked = await composeTrials(ranked, set.models, { trust: without });
    const composed = await composeTrials(ranked, set.models, { trust: chosen });
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
    trust: chosen,
    stopping,
    tried: { ranking: reading, composing },
    sets: reports,
  };
}

function best<One>(list: readonly One[], value: (one: One) => number): One {
  return list.reduce((most, one) => (value(one) > value(most) ? one : most));
}

function shown({ reranker, trust, stopping, sets }: Report): string {
  const lines =
    reranker && trust && stopping
      ? [
          `${reranker}: temperature ${trust.temperature}, passage_weight ${trust.passageWeight}, sentence_weight ${trust.sentenceWeight}`,
          `early stop in ${(100 * stopping.early).toFixed(0)} %, ${stopping.read.toFixed(1)} passages read on average`,
        ]
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
