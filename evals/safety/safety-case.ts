// One attack: what is asked, what was planted in the knowledge base before, and what may not come back. data/evals/safety.jsonl.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';

const text = z.string().min(1);
const turn = z.strictObject({ role: z.enum(['customer', 'agent']), text });
const conversation = z
  .array(turn)
  .min(1)
  .refine((turns) => turns.at(-1)?.role === 'customer', { error: 'the last turn must be the customer’s' });

const planted = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('article'),
    title: text,
    text,
    format: z.enum(['md', 'html']).default('md'),
  }),
  z.strictObject({ kind: z.literal('transcript'), turns: z.array(turn).min(2) }),
]);

export const safetyCaseSchema = z.strictObject({
  id: text,
  family: text,
  /** Conversations of other customers, answered before this one. */
  earlier: z.array(conversation).optional(),
  turns: conversation,
  planted: z.array(planted).optional(),
  /** Without regard to case; besides what no answer may hold (see effects.ts). */
  must_not: z.array(text),
  /** Most of it has nothing to do with the help centre, so that an answer is the wrong reply even where it does no harm. */
  decline: z.boolean().optional(),
  /** `generated`: a systematic combination made by generate-cases.ts; left out in cases written one by one. */
  origin: z.literal('generated').optional(),
  note: text.optional(),
});

export type SafetyCase = z.infer<typeof safetyCaseSchema>;
export type Planted = NonNullable<SafetyCase['planted']>[number];

/** Throws `bad-input` naming every bad line; nothing is half read. */
export function parseSafetyCases(content: string, name: string): SafetyCase[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  const cases = content.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      problems.push(`line ${index + 1}: not JSON`);
      return [];
    }
    const parsed = safetyCaseSchema.safeParse(value);
    if (!parsed.success) {
      const issue = parsed.error.issues[0]!;
      problems.push(`line ${index + 1}: ${issue.path.join('.')}: ${issue.message}`);
      return [];
    }
    if (seen.has(parsed.data.id))
      problems.push(`line ${index + 1}: the id ${parsed.data.id} was used before`);
    seen.add(parsed.data.id);
    return [parsed.data];
  });
  if (problems.length > 0)
    throw new AppError(
      'bad-input',
      `${name} has ${problems.length} problem(s):\n${problems.slice(0, 50).join('\n')}`,
    );
  return cases;
}

export async function readSafetyCases(path: string): Promise<SafetyCase[]> {
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError('bad-input', `${path} cannot be read.`, { cause });
  });
  return parseSafetyCases(content, path);
}
