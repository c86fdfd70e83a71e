// How a reranking model wants to be used, as the config.json beside it says.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import type { RerankerTrust } from '#core/reranker.ts';

export interface RerankerSettings {
  readonly name: string;
  readonly kind: 'reranker' | 'reader' | 'groundedness';
  /** A reader has a second output, `belongs`: a logit for each token, that it belongs to the answer. */
  readonly isReader: boolean;
  /** Longest input, special tokens included; what is beyond is not seen by the model. */
  readonly maxTokens: number;
  /** Longest question. */
  readonly questionTokens: number;
  /** Whether it serves where nobody chose a reranker: only one that was measured to help says so. */
  readonly isDefault: boolean;
  readonly trust: RerankerTrust;
}

const configFile = z.looseObject({
  answerdesk: z
    .strictObject({
      kind: z.enum(['reranker', 'reader', 'groundedness']),
      name: z.string().min(1),
      max_tokens: z.int().min(16).max(8_192).default(128),
      question_tokens: z.int().min(4).max(4_096).default(40),
      default: z.boolean().default(false),
      // What suited the first one that was trained here; `npm run tune-reranker` finds a model's own.
      temperature: z.number().positive().max(100).default(4),
      passage_weight: z.number().min(0).max(1).default(0.3),
      sentence_weight: z.number().min(0).max(10).default(0),
      depth: z.int().min(1).max(100).optional(),
    })
    .refine(({ max_tokens, question_tokens }) => question_tokens <= max_tokens - 8, {
      error: 'question_tokens leaves no room for a text in max_tokens',
    }),
});

/**
 * `config.json` holds `"answerdesk": { kind: "reranker", "reader" or "groundedness", name, max_tokens, question_tokens, default, temperature, passage_weight,
 * sentence_weight, depth }`. Throws `model-invalid`.
 */
export async function readRerankerSettings(folder: string): Promise<RerankerSettings> {
  const path = join(folder, 'config.json');
  try {
    const { answerdesk } = configFile.parse(JSON.parse(await readFile(path, 'utf8')));
    return {
      name: answerdesk.name,
      kind: answerdesk.kind,
      isReader: answerdesk.kind === 'reader',
      maxTokens: answerdesk.max_tokens,
      questionTokens: answerdesk.question_tokens,
      isDefault: answerdesk.default,
      trust: {
        temperature: answerdesk.temperature,
        passageWeight: answerdesk.passage_weight,
        sentenceWeight: answerdesk.sentence_weight,
        ...(answerdesk.depth === undefined ? {} : { depth: answerdesk.depth }),
      },
    };
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new AppError(
      'model-invalid',
      `${path} does not describe a reranker (ANSWERDESK_RERANKER; "off" goes without one):\n${why}`,
      { cause },
    );
  }
}
