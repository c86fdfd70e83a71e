// Two models on the same knowledge base and the same questions. The knowledge base in use is not touched.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CallOptions } from '#core/call-options.ts';
import { openChosenEmbedder } from '#rag/choose-embedder.ts';
import { modelCalibrationPath, modelFileName } from '#rag/model-store.ts';
import type { Config } from '#server/config.ts';
import { buildCandidate, type Candidate } from '../../ingest/candidate.ts';
import type { Report } from '../report/report.ts';
import { fitThresholds, judgeModel } from './judge-model.ts';
import { judgeChange, type ModelChange } from './model-change.ts';
import { embedderOfModel, type KnownModel } from './name-models.ts';
import { shippedThresholdsFor } from './shipped-policy.ts';

export interface ComparisonRequest extends CallOptions {
  /** As `npm run evals -- --cases`; the sample company's if left out. */
  readonly cases?: readonly string[] | undefined;
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
  config: Config,
  [before, after]: readonly [KnownModel, KnownModel],
  request: ComparisonRequest,
): Promise<ModelChange> {
  const judge = async (model: KnownModel): Promise<Report> => {
    if (model.inUse) return judgeInPlace(config, model, request);
    await using candidate = await embedWith(config, model, request);
    // Awaited here: the candidate goes when this block ends.
    return await judgeCandidate(config, { model, candidate }, request);
  };
  const { tolerance, seed } = request;
  return judgeChange(await judge(before), await judge(after), { tolerance, seed });
}

/** Everything that is published, embedded with the model, beside it. */
export async function embedWith(
  config: Config,
  model: KnownModel,
  { say, signal }: ComparisonRequest,
): Promise<Candidate> {
  const embedder = await openChosenEmbedder(embedderOfModel(config, model));
  try {
    const started = performance.now();
    let said = started;
    const candidate = await buildCandidate(config.dataDir, embedder, {
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

export async function judgeCandidate(
  config: Config,
  { model, candidate }: { readonly model: KnownModel; readonly candidate: Candidate },
  request: ComparisonRequest,
): Promise<Report> {
  const { modelId } = model;
  const policy = model.isBuiltIn ? undefined : modelCalibrationPath(config.dataDir, modelId);
  if (policy !== undefined && (request.calibrate || !existsSync(policy))) {
    const { cases, signal, say } = request;
    say(`Fitting the thresholds for answering of ${modelId}:`);
    const problem = await fitThresholds({ dataDir: candidate.dataDir, path: policy, cases }, { signal });
    say(
      problem === undefined
        ? `  kept in ${policy}`
        : `  not possible, so those of another model hold, whose similarities lie elsewhere: ${problem}`,
    );
  }
  return runSuites(config, { modelId, dataDir: candidate.dataDir }, request);
}

export async function judgeInPlace(
  config: Config,
  { modelId }: KnownModel,
  request: ComparisonRequest,
): Promise<Report> {
  return runSuites(config, { modelId, dataDir: config.dataDir }, request);
}

async function runSuites(
  config: Config,
  { modelId, dataDir }: { readonly modelId: string; readonly dataDir: string },
  { cases, seed, signal, say, out = join(config.dataDir, 'evals', 'models') }: ComparisonRequest,
): Promise<Report> {
  const fittedFor = await shippedThresholdsFor();
  if (modelId !== fittedFor && !existsSync(modelCalibrationPath(config.dataDir, modelId)!)) {
    say(
      `The thresholds for answering were fitted for ${fittedFor}, not for ${modelId}, whose similarities lie elsewhere: what it answers and declines is what customers get, but not what it could do.`,
    );
  }
  say(`Asking the questions with ${modelId}:`);
  const run = join(
    out,
    `${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}-${modelFileName(modelId)}`,
  );
  const report = await judgeModel({ dataDir, cases, out: run, seed }, { signal });
  say(`  every question and answer: ${join(run, 'report.html')}`);
  return report;
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
