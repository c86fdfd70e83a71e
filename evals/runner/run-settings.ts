// What a run is told: kept in its folder, so that it can be resumed.
import { z } from 'zod';

export const suiteNames = [
  'retrieval',
  'answers',
  'abstention',
  'conversation',
  'safety',
  'intents',
  'wait-time',
  'language-model',
  'speed',
] as const;
export type SuiteName = (typeof suiteNames)[number];

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
  /** Hash of code, index, models and policy. */
  fingerprint: z.string(),
});
export type Subject = z.infer<typeof subjectSchema>;

export const runSettingsSchema = z.object({
  runDir: z.string(),
  /** What was computed for cases, by this run or others of the same subject. */
  cacheFile: z.string(),
  dataDir: z.string(),
  suites: z.array(z.enum(suiteNames)),
  cases: z.array(z.string()),
  conversations: z.string(),
  policy: z.string().optional(),
  /** For wait-time: conversations with times, and how many agents answer; the sample company's if left out. */
  transcripts: z.array(z.string()).optional(),
  agents: z.number().optional(),
  /** For intents: folders with labelled queries to train classifiers on. */
  labels: z.array(z.string()).optional(),
  seed: z.number(),
  subject: subjectSchema,
});
export type RunSettings = z.infer<typeof runSettingsSchema>;
