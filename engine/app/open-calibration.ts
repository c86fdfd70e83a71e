// Opens the fitted thresholds that the policy decides by.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { withErrorBudget } from '#chat/decide/error-budget.ts';
import { parseCalibration } from '#chat/decide/parse-calibration.ts';
import type { Calibration } from '#chat/decide/policy.ts';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import { packagePath } from '#core/package-root.ts';
import { modelCalibrationPath } from '#models/store/model-store.ts';
import type { Config } from './config.ts';
import type { Logger } from './logger.ts';

/** What `answerdesk calibrate --out` writes. */
const calibrationPath = packagePath('data/models/calibration.json');

/** The result gives the thresholds of the embedder that serves at that moment: another one may be swapped in. */
export async function openCalibration(
  { dataDir, errorBudget }: Pick<Config, 'dataDir' | 'errorBudget'>,
  embedder: Embedder,
  logger: Logger | undefined,
): Promise<() => Calibration> {
  let shipped: Calibration;
  try {
    shipped = parseCalibration(await readFile(calibrationPath, 'utf8'));
  } catch (cause) {
    throw new AppError(
      'config-invalid',
      `${calibrationPath} cannot be read: it says when the desk answers and when it declines. Restore it, or fit it with "answerdesk calibrate --out data/models/calibration.json".`,
      { cause },
    );
  }
  const known = new Map<string, Calibration>();
  const current = () => {
    const { modelId } = embedder;
    let calibration = known.get(modelId);
    if (!calibration) {
      const fitted = calibrationFor(modelId);
      calibration = errorBudget === undefined ? fitted : withErrorBudget(fitted, errorBudget);
      known.set(modelId, calibration);
    }
    return calibration;
  };

  function calibrationFor(modelId: string): Calibration {
    if (shipped.embedder === modelId) return shipped;
    const path = modelCalibrationPath(dataDir, modelId);
    try {
      if (path !== undefined) return parseCalibration(readFileSync(path, 'utf8'));
    } catch (cause) {
      // Without the file nothing was fitted, and the warning says what to do.
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT')
        logger?.error({ err: cause, path }, 'the thresholds that were fitted for this embedder are damaged');
    }
    logger?.warn(
      { fittedFor: shipped.embedder, embedder: modelId },
      'the thresholds for answering were fitted with another embedder: run "answerdesk calibrate" on questions of your own',
    );
    return shipped;
  }

  // Thresholds that cannot be read are found at the start, not by the first customer.
  current();
  return current;
}
