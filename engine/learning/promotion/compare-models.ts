// Two models on the same knowledge base and the same questions. The knowledge base in use is not touched.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CallOptions } from '#core/call-options.ts';
import type { Embedder } from '#core/embedder.ts';
import type { Candidate } from '#knowledge/generations/candidate.ts';
import { openChosenEmbedder } from '#models/embedder/choose-embedder.ts';
import type { RerankerChoice } from '#models/reranker/open-reranker.ts';
import { modelCalibrationPath, modelFileName } from '#models/store/model-store.ts';
import { shippedThresholdsFor } from '#models/store/shipped-calibration.ts';
import { fitThresholds } from './fit-thresholds.ts';
import { type Evaluation, judgeChange, type ModelChange } from './model-change.ts';
import { embedderOfModel, type KnownModel, type ModelsConfig } from './name-models.ts';

export interface EvaluationRequest {
  /** With its model in place. */
  readonly dataDir: string;
  readonly cases: readonly string[];
  /** Folder of the run. */
  readonly out: string;
  readonly seed: number;
  /** In place of the chat model in use, as `ANSWERDESK_CHAT_MODEL` names it. */
  readonly chatModel?: string;
}

/** What a comparison is made with. Embedding documents belongs to ingestion, asking questions to the evals: both are handed in. */
export interface ComparisonTools {
  readonly buildCandidate: (
    dataDir: string,
    embedder: Embedder,
    options: CallOptions & { readonly onProgress: (embedded: number, chunks: number) => void },
  ) => Promise<Candidate>;
  /** `page`: the file with every question and answer, for people. */
  readonly evaluate: (
    request: EvaluationRequest,
    options: CallOptions,
  ) => Promise<{ readonly evaluation: Evaluation; readonly page: string }>;
}

export interface ComparisonConfig extends ModelsConfig {
  readonly reranker: RerankerChoice;
}

export interface ComparisonRequest extends CallOptions {
  readonly tools: ComparisonTools;
  /** As `answerdesk evals --cases`. */
  readonly cases: readonly string[];
  readonly tolerance: number;
  readonly seed: number;
  /** Fit the thresholds of a model again although it has some; not of the one that ships. */
  readonly calibrate?: boolean;
  /** Where the runs of the suites are kept, a folder each; default: below the data folder. */
  readonly out?: string | undefined;
  /** Told in whole sentences. */
  readonly say: (text: string) => void;
}

/** Rejects with what embedding and the suites reject with. */
export async function compareModels(
  config: ComparisonConfig,
  [before, after]: readonly [KnownModel, KnownModel],
  request: ComparisonRequest,
): Promise<ModelChange> {
  const evaluate = async (model: KnownModel): Promise<Evaluation> => {
    if (model.inUse) return evaluateInPlace(config, model, request);
    await using candidate = await embedWith(config, model, request);
    // Awaited here: the candidate goes when this block ends.
    return await evaluateCandidate(config, { model, candidate }, request);
  };
  const { tolerance, seed } = request;
  return judgeChange(await evaluate(before), await evaluate(after), { tolerance, seed });
}

/** Everything that is published, embedded with the model, beside it. */
export async function embedWith(
  config: ComparisonConfig,
  model: KnownModel,
  { tools, say, signal }: ComparisonRequest,
): Promise<Candidate> {
  const embedder = await openChosenEmbedder(embedderOfModel(config, model));
  try {
    const started = performance.now();
    let said = started;
    const candidate = await tools.buildCandidate(config.dataDir, embedder, {
      signal,
      onProgress(embedded, chunks) {
        if (performance.now() - said < 5_000) return;
        said = performance.now();
        say(`  ${embedded} of ${chunks} passages`);
      },
    });
    const { embedded, reused, generation } = candidate;
    say(
      `${generation.chunks} passages with ${model.modelId}: ${embedded} embedded, ${reused} known, in ${seconds(started)}.`,
    );
    return candidate;
  } finally {
    await embedder.close();
  }
}

export async function evaluateCandidate(
  config: ComparisonConfig,
  { model, candidate }: { readonly model: KnownModel; readonly candidate: Candidate },
  request: ComparisonRequest,
): Promise<Evaluation> {
  const { modelId } = model;
  const { dataDir } = candidate;
  const path = model.isBuiltIn ? undefined : modelCalibrationPath(config.dataDir, modelId);
  if (path !== undefined && (request.calibrate || !existsSync(path))) {
    const { cases, signal, say } = request;
    say(`Fitting the thresholds for answering of ${modelId}:`);
    const problem = await fitThresholds({ dataDir, path, cases }, config, { signal });
    say(
      problem === undefined
        ? `  kept in ${path}`
        : `  not possible, so those of another model hold, whose similarities lie elsewhere: ${problem}`,
    );
  }
  return evaluate(config, { modelId, dataDir }, request);
}

export async function evaluateInPlace(
  config: ComparisonConfig,
  { modelId }: KnownModel,
  request: ComparisonRequest,
): Promise<Evaluation> {
  return evaluate(config, { modelId, dataDir: config.dataDir }, request);
}

async function evaluate(
  config: ComparisonConfig,
  { modelId, dataDir }: { readonly modelId: string; readonly dataDir: string },
  { tools, cases, seed, signal, say, out = join(config.dataDir, 'evals', 'models') }: ComparisonRequest,
): Promise<Evaluation> {
  const fittedFor = await shippedThresholdsFor();
  if (modelId !== fittedFor && !existsSync(modelCalibrationPath(config.dataDir, modelId)!)) {
    say(
      `The thresholds for answering were fitted for ${fittedFor}, not for ${modelId}, whose similarities lie elsewhere: what it answers and declines is what customers get, but not what it could do.`,
    );
  }
  say(`Asking the questions with ${modelId}:`);
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  const run = join(out, `${time}-${modelFileName(modelId)}`);
  const { evaluation, page } = await tools.evaluate({ dataDir, cases, out: run, seed }, { signal });
  say(`  every question and answer: ${page}`);
  return evaluation;
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
