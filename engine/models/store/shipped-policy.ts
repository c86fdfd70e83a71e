// The thresholds for answering that ship, and the embedder that they were fitted for.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

export const shippedCalibrationPath = join(import.meta.dirname, '../../../data/models/policy.json');

const policySchema = z.object({ embedder: z.string().min(1) });

/** Id of the model. */
export async function shippedThresholdsFor(): Promise<string> {
  return policySchema.parse(JSON.parse(await readFile(shippedCalibrationPath, 'utf8'))).embedder;
}
