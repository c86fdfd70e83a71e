// What a company calls dangerous, beside the phrases that come with the desk.
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { createDangerFinder, type DangerFinder } from '#chat/understand/danger.ts';
import { dangerKinds, dangerLanguages } from '#chat/understand/danger-phrases.ts';
import { AppError } from '#core/errors.ts';

const phrase = z.string().trim().min(3).max(200);
const fileSchema = z.strictObject({
  phrases: z
    .array(
      z.strictObject({ kind: z.enum(dangerKinds), phrase, language: z.enum(dangerLanguages).default('en') }),
    )
    .max(1_000)
    .default([]),
  harmless: z.array(phrase).max(1_000).default([]),
});

/** `path`: a YAML file; without one, the phrases that come with the desk. Rejects with `config-invalid`. */
export async function openDanger(path: string | undefined): Promise<DangerFinder> {
  if (path === undefined) return createDangerFinder({ phrases: [], harmless: [] });
  try {
    return createDangerFinder(fileSchema.parse(parse(await readFile(path, 'utf8')) ?? {}));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new AppError(
      'config-invalid',
      `ANSWERDESK_DANGER_PHRASES: ${path} cannot be used (${why}). docs/danger.md shows such a file.`,
      { cause },
    );
  }
}
