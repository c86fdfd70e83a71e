// A calibration as `answerdesk calibrate --out` writes it, checked before anything is decided with it.
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import { featureNames } from './evidence-features.ts';
import type { Calibration } from './policy.ts';

const share = z.number().min(0).max(1);
const fit = {
  coefficients: z.record(z.enum(featureNames), z.number()),
  intercept: z.number(),
  answerFrom: share,
  clarifyFrom: share,
  errorBudgets: z
    .array(z.object({ budget: share, answerFrom: share, coverage: share, answerableAnswered: share }))
    .optional(),
};
const schema = z.object({
  embedder: z.string(),
  ...fit,
  reranked: z.object({ reranker: z.string(), ...fit }).optional(),
});

/** Reports and other fields are left out. Throws `bad-input` saying what is wrong, as for a fit of an older version. */
export function parseCalibration(text: string): Calibration {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError('bad-input', 'It is not JSON.', { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new AppError(
    'bad-input',
    `It is no fit as "answerdesk calibrate --out FILE" writes it: ${problems.join('; ')}.`,
  );
}
