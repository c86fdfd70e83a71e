// The thresholds for answering that ship, and the embedder that they were fitted for.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCalibration } from '#chat/parse-calibration.ts';

export const shippedCalibrationPath = join(import.meta.dirname, '../../data/models/policy.json');

/** Id of the model. */
export async function shippedThresholdsFor(): Promise<string> {
  return parseCalibration(await readFile(shippedCalibrationPath, 'utf8')).embedder;
}
