// From labelled questions to a fitted policy: asks their knowledge bases, fits, judges the fit on questions that it had not seen, and
// writes what was asked for. It prints nothing.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Calibration, PolicyFit } from '#chat/decide/policy.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { ChunkFilter } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import type { Reranker } from '#core/reranker.ts';
import { findModelInUse } from '#knowledge/generations/model-in-use.ts';
import {
  type ChoosableEmbedder,
  chooseEmbedder,
  openChosenEmbedder,
} from '#models/embedder/choose-embedder.ts';
import { openReranker, type RerankerChoice } from '#models/reranker/open-reranker.ts';
import { fitGroundedness, readGroundednessPairs } from './groundedness-fit.ts';
import { type AblationRow, ablate, describeFit, type JudgedSet } from './policy-figures.ts';
import { type Evidence, fitPolicy, predictEvidence } from './policy-fit.ts';
import { policyPicture } from './policy-picture.ts';
import { type PolicyReport, reportOn } from './policy-report.ts';
import { type CollectOptions, collectEvidence, type QuestionSet } from './question-sets.ts';
import { weighEvidence } from './weigh-evidence.ts';

export interface CalibrationRequest {
  /** At least one. From three on, each is judged by a fit on the others. */
  readonly fitOn: readonly QuestionSet[];
  /** Only for judging the fit. */
  readonly testOn?: readonly QuestionSet[];
  /** At most this share of all questions is answered wrongly and with confidence; default `defaultErrorBudget`. */
  readonly errorBudget?: number;
  /** Weighs the questions as if this share of them had no answer; default: as in the files. */
  readonly unanswerableShare?: number | undefined;
  /** Only passages in this language. */
  readonly language?: string | undefined;
  /** Also what each feature brings. */
  readonly ablation?: boolean;
  /** File for the fit. */
  readonly out?: string | undefined;
  /** Folder for figures.md and pictures of risk, coverage and reliability. */
  readonly reportDir?: string | undefined;
  /** Fits the groundedness score anew on the labelled pairs of a file, and writes it to another one. */
  readonly groundedness?: { readonly pairs: string; readonly out: string } | undefined;
}

/** As configured. The embedder is the one that the first knowledge base was made with: all have to be of one. */
export interface CalibrationModels {
  readonly embedder: ChoosableEmbedder;
  readonly reranker: RerankerChoice;
}

/** One fit: of the evidence that search alone gives, or of that which a reranker adds its scores to. */
export interface JudgedFit {
  readonly calibration: Calibration;
  readonly report: PolicyReport;
  readonly sets: readonly JudgedSet[];
  readonly ablation?: readonly AblationRow[];
}

export interface CalibrationOutcome {
  readonly plain: JudgedFit;
  /** Absent without a reranker. */
  readonly reranked?: JudgedFit & { readonly reranker: string };
}

/** Rejects with `bad-input` where questions cannot be read, are too few, all alike, or too few for the budget. */
export async function calibratePolicy(
  request: CalibrationRequest,
  models: CalibrationModels,
  { signal }: CallOptions = {},
): Promise<CalibrationOutcome> {
  const { fitOn, testOn = [], language, out, reportDir, groundedness } = request;
  await using stack = new AsyncDisposableStack();
  const { dataDir } = fitOn[0]!;
  const madeWith = (await findModelInUse(dataDir))?.modelId;
  const chosen = await chooseEmbedder(models.embedder, dataDir, madeWith);
  const embedder = stack.adopt(await openChosenEmbedder(chosen), (opened) => opened.close());
  const reranker = await openReranker(models.reranker);
  if (reranker) stack.adopt(reranker, (opened) => opened.close());
  const filter: ChunkFilter = { audiences: ['customer'], ...(language ? { languages: [language] } : {}) };
  const options = { embedder, reranker, filter, signal };
  const evidence = { fitOn: await collect(fitOn, options), testOn: await collect(testOn, options) };
  const outcome = fitBoth(evidence, request, { embedder, reranker });
  if (out !== undefined) await writeJson(out, fitFile(outcome));
  if (reportDir !== undefined) await writeFigures(reportDir, outcome);
  if (groundedness) {
    const { model } = await fitGroundedness(await readGroundednessPairs(groundedness.pairs), embedder, {
      signal,
    });
    await writeJson(groundedness.out, model);
  }
  return outcome;
}

/** What is written, and shown with --json: the calibration as the server reads it, with its report. */
export function fitFile({ plain, reranked }: CalibrationOutcome) {
  return {
    ...plain.calibration,
    report: plain.report,
    ...(reranked
      ? {
          reranked: {
            reranker: reranked.reranker,
            ...withoutEmbedder(reranked.calibration),
            report: reranked.report,
          },
        }
      : {}),
  };
}

interface CollectedRows {
  readonly plain: readonly Evidence[];
  readonly reranked: readonly Evidence[];
}

async function collect(sets: readonly QuestionSet[], options: CollectOptions): Promise<CollectedRows> {
  const plain: Evidence[] = [];
  const reranked: Evidence[] = [];
  for (const set of sets) {
    const found = await collectEvidence(set, options);
    plain.push(...found.plain);
    reranked.push(...(found.reranked ?? []));
  }
  return { plain, reranked };
}

function fitBoth(
  { fitOn, testOn }: { readonly fitOn: CollectedRows; readonly testOn: CollectedRows },
  { errorBudget, unanswerableShare, ablation }: CalibrationRequest,
  { embedder, reranker }: { readonly embedder: Embedder; readonly reranker: Reranker | undefined },
): CalibrationOutcome {
  const judge = (kind: keyof CollectedRows): JudgedFit => {
    const rows = weighEvidence(fitOn[kind], { unanswerableShare });
    const { calibration, predictions } = fitPolicy(rows, {
      embedder: embedder.modelId,
      ...(errorBudget === undefined ? {} : { errorBudget }),
    });
    return {
      calibration,
      report: reportOn(predictions, calibration),
      sets: [...bySet(predictions, false), ...bySet(predictEvidence(testOn[kind], calibration), true)],
      ...(ablation ? { ablation: ablate(rows) } : {}),
    };
  };
  return {
    plain: judge('plain'),
    ...(reranker ? { reranked: { reranker: reranker.modelId, ...judge('reranked') } } : {}),
  };
}

async function writeFigures(folder: string, { plain, reranked }: CalibrationOutcome): Promise<void> {
  await mkdir(folder, { recursive: true });
  const judged = [
    { name: 'plain', title: `Evidence of ${plain.calibration.embedder} and words`, ...plain },
    ...(reranked ? [{ name: 'reranked', title: `The same and ${reranked.reranker}`, ...reranked }] : []),
  ];
  const parts = judged.map(
    ({ name, title, calibration, sets, ablation }) =>
      `${describeFit(title, calibration, { sets, ...(ablation ? { ablation } : {}) })}\n\n![Risk by coverage, and reliability](${name}.svg)`,
  );
  await writeFile(
    join(folder, 'figures.md'),
    `# Figures of the fit\n\nWritten by \`answerdesk calibrate\`; what they mean: docs/abstention.md.\n\n${parts.join('\n\n')}\n`,
  );
  for (const { name, calibration, sets } of judged)
    await writeFile(
      join(folder, `${name}.svg`),
      policyPicture(sets.map(ownQuestions), calibration.answerFrom),
    );
}

function bySet(predictions: JudgedSet['predictions'], isTest: boolean): JudgedSet[] {
  return [...Map.groupBy(predictions, ({ group }) => group)].map(([name, own]) => ({
    name: name ?? 'questions',
    isTest,
    predictions: own,
  }));
}

function ownQuestions(set: JudgedSet): JudgedSet {
  return { ...set, predictions: set.predictions.filter(({ stratum }) => stratum !== 'foreign') };
}

function withoutEmbedder({ embedder: _embedder, ...fit }: Calibration): PolicyFit {
  return fit;
}

function writeJson(path: string, value: unknown): Promise<void> {
  return writeFile(path, `${JSON.stringify(value, undefined, 2)}\n`);
}
