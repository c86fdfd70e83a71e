// Opens what is judged (knowledge, models, calibration) and names it.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, loadConfig } from '#app/config.ts';
import { type AnswerPipeline, openAnswerPipeline } from '#app/open-answer-pipeline.ts';
import type { AnswerDependencies } from '#chat/answer.ts';
import { parseCalibration } from '#chat/decide/parse-calibration.ts';
import type { Calibration } from '#chat/decide/policy.ts';
import { AppError } from '#core/errors.ts';
import { generationFolder } from '#knowledge/generations/generation-folder.ts';
import { type Generation, openGeneration } from '#knowledge/generations/generation-reader.ts';
import { shippedActModel } from '#models/dialogue-acts/open-act-classifier.ts';
import { hashCode } from './code-hash.ts';
import type { Subject } from './run-settings.ts';

export interface OpenedSubject extends AsyncDisposable {
  readonly config: Config;
  readonly desk: AnswerPipeline;
  /** The one that `desk` answers from. */
  readonly generation: Generation;
  /** Without a fallback: what another model answered instead would be counted as this one's. */
  readonly dependencies: AnswerDependencies;
  readonly subject: Subject;
}

export interface OpenSubjectOptions {
  readonly dataDir?: string | undefined;
  /** A file as `answerdesk calibrate --out` writes it, in place of data/models/calibration.json. */
  readonly calibration?: string | undefined;
  /** With the team's answer cards; default false: what is judged is what the desk puts together. */
  readonly cards?: boolean | undefined;
  /** In place of the one in use, as `ANSWERDESK_CHAT_MODEL` names it. */
  readonly chatModel?: string | undefined;
}

/** Longer than any answer takes. */
const neverMs = 600_000;

export async function openSubject({
  dataDir,
  calibration: calibrationFile,
  cards = false,
  chatModel: chosen,
}: OpenSubjectOptions): Promise<OpenedSubject> {
  const loaded = loadConfig();
  const chat = chosen === undefined ? loaded.chat : { ...loaded.chat, model: chosen, isFixed: true };
  const config: Config = { ...loaded, chat, ...(dataDir === undefined ? {} : { dataDir }) };
  const desk = await openAnswerPipeline(config, { cards });
  try {
    const { writing, ...others } = desk.dependencies;
    // What is judged does not depend on how fast the model is.
    const rest = writing ? { ...others, writing: { ...writing, quoteAfterMs: neverMs } } : others;
    const calibration =
      calibrationFile === undefined ? rest.calibration() : await readCalibration(calibrationFile);
    const dependencies = { ...rest, calibration: () => calibration };
    const { generation: info } = desk.knowledge.current();
    const folder = generationFolder(config.dataDir, info.id);
    const [manifest, generation] = await Promise.all([
      readFile(join(folder, 'manifest.json')),
      openGeneration(folder),
    ]);
    const { answerFrom, clarifyFrom } = calibration;
    const chatModel = (writing?.model ?? rest.chatModel).name;
    const acts = await readFile(shippedActModel);
    const fingerprint = createHash('sha256')
      .update(manifest)
      .update(acts)
      .update(hashCode())
      .update(
        JSON.stringify([
          desk.knowledge.embedder.modelId,
          desk.knowledge.reranker?.modelId,
          desk.knowledge.reranker?.trust,
          chatModel,
          config.chat.baseUrl,
          config.chat.maxTokens,
          calibration.coefficients,
          calibration.intercept,
          calibration.reranked,
          answerFrom,
          clarifyFrom,
          ...(cards ? ['cards'] : []),
        ]),
      )
      .digest('hex')
      .slice(0, 16);
    return {
      config,
      desk,
      generation,
      dependencies,
      subject: {
        embedder: desk.knowledge.embedder.modelId,
        generation: info.id,
        documents: info.documents,
        passages: info.chunks,
        chatModel,
        answerFrom,
        clarifyFrom,
        fingerprint,
      },
      [Symbol.asyncDispose]: () => desk[Symbol.asyncDispose](),
    };
  } catch (thrown) {
    await desk[Symbol.asyncDispose]();
    throw thrown;
  }
}

async function readCalibration(path: string): Promise<Calibration> {
  try {
    return parseCalibration(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `${path} is no calibration as "answerdesk calibrate --out FILE" writes it: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
}
