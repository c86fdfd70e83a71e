// The thresholds for answering that ship, and the embedder that they were fitted for.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { packagePath } from '#core/package-root.ts';

export const shippedCalibrationPath = packagePath('data/models/calibration.json');

const calibrationSchema = z.object({ embedder: z.string().min(1) });

/** Id of the model. */
export async function shippedThresholdsFor(): Promise<string> {
  return calibrationSchema.parse(JSON.parse(await readFile(shippedCalibrationPath, 'utf8'))).embedder;
}
