// Another model has other similarities. So its thresholds for answering are fitted anew, on the questions that compare the two.
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { type CalibrationModels, calibratePolicy } from '../calibration/calibrate-policy.ts';
import { toQuestionSet } from '../calibration/question-sets.ts';

export interface ThresholdsRequest {
  /** With the model in place. */
  readonly dataDir: string;
  /** Files of questions, as `answerdesk calibrate` reads them. */
  readonly cases: readonly string[];
  /** Where the fit is kept: whole or not at all. */
  readonly path: string;
}

/** Resolves to undefined, or to why it was not possible: with too few questions, or cases in another form. */
export async function fitThresholds(
  { dataDir, cases, path }: ThresholdsRequest,
  models: CalibrationModels,
  { signal }: CallOptions = {},
): Promise<string | undefined> {
  const temporary = `${path}.tmp`;
  // A model of an endpoint has no folder until then.
  await mkdir(dirname(path), { recursive: true });
  const fitOn = cases.map((file) => toQuestionSet(file, dataDir));
  try {
    await calibratePolicy({ fitOn, out: temporary }, models, { signal });
    await rename(temporary, path);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof AppError && thrown.code === 'bad-input')) throw thrown;
    return thrown.message;
  } finally {
    await rm(temporary, { force: true });
  }
}
