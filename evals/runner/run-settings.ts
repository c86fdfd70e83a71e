// The settings of a run, kept in its folder so that it can be resumed.
import { z } from 'zod';

/** Identifies what was judged: two runs of the same subject must agree. */
export const subjectSchema = z.object({
  embedder: z.string(),
  generation: z.string(),
  documents: z.number(),
  passages: z.number(),
  chatModel: z.string(),
  answerFrom: z.number(),
  clarifyFrom: z.number(),
  judge: z.string().optional(),
  /** Hash of code, index, models and calibration. */
  fingerprint: z.string(),
});
export type Subject = z.infer<typeof subjectSchema>;

export const runSettingsSchema = z.object({
  runDir: z.string(),
  /** What was computed for cases, by this run or others of the same subject. */
  cacheFile: z.string(),
  dataDir: z.string(),
  suites: z.array(z.string()),
  cases: z.array(z.string()),
  conversations: z.string(),
  calibration: z.string().optional(),
  /** For intents: folders with labelled queries to train classifiers on. */
  labels: z.array(z.string()).optional(),
  /** With the team's answer cards. */
  cards: z.boolean().optional(),
  seed: z.number(),
  subject: subjectSchema,
});
export type RunSettings = z.infer<typeof runSettingsSchema>;
