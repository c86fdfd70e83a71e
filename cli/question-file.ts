// Reads and checks the JSONL of `search` and `answer`: {"id","turns":[{"role":"customer"|"agent","text"}]}. The last turn is the question.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import type { FileTurn } from '#core/turns.ts';

const questionSchema = z.object({
  id: z.union([z.string().min(1), z.number()]),
  turns: z
    .array(z.object({ role: z.enum(['customer', 'agent']), text: z.string().min(1) }))
    .min(1)
    .refine((turns) => turns.at(-1)?.role === 'customer', {
      error: 'the last turn must be the customer’s question',
    }),
});

export interface Question {
  readonly id: string | number;
  readonly turns: readonly FileTurn[];
}

/** Throws `bad-input` naming every bad line; nothing is half read. */
export async function readQuestions(path: string): Promise<Question[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError(
      'bad-input',
      `${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  });
  const problems: string[] = [];
  const questions = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .flatMap((line, index) => {
      if (line.trim() === '') return [];
      const value = parseJson(line);
      if (value === undefined) {
        problems.push(`line ${index + 1}: not valid JSON`);
        return [];
      }
      const parsed = questionSchema.safeParse(value);
      if (parsed.success) return [parsed.data];
      const issue = parsed.error.issues[0];
      problems.push(
        `line ${index + 1}: ${[issue?.path.join('.'), issue?.message].filter(Boolean).join(': ')}`,
      );
      return [];
    });
  if (problems.length > 0) {
    throw new AppError(
      'bad-input',
      `${path} has ${problems.length} line(s) that are not questions:\n${problems.slice(0, 20).join('\n')}`,
    );
  }
  if (questions.length === 0) throw new AppError('bad-input', `${path} holds no questions.`);
  return questions;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
