// A whole conversation: what the customer says, step by step, and what each reply has to be. The replies are the desk's own.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';

const text = z.string().trim().min(1);
const decision = z.enum(['answer', 'clarify', 'small-talk', 'decline', 'handoff']);

const stepSchema = z.strictObject({
  say: text,
  /** One, or several of which any is right; left out where any reply is. */
  expect: z.union([decision, z.array(decision).min(1)]).optional(),
  facts: z.array(text).default([]),
  cites: z.array(text).default([]),
  must_not: z.array(text).default([]),
});

export const conversationSchema = z.strictObject({
  id: text,
  kind: z.enum([
    'follow-up',
    'correction',
    'topic-change',
    'clarify-then-answer',
    'handoff-when-asked',
    'handoff-after-failures',
  ]),
  steps: z.array(stepSchema).min(1),
  note: z.string().optional(),
});

export type ConversationCase = z.infer<typeof conversationSchema>;

/** Throws `bad-input` naming every bad line. */
export async function readConversations(path: string): Promise<ConversationCase[]> {
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError(
      'bad-input',
      `${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
      {
        cause,
      },
    );
  });
  const problems: string[] = [];
  const seen = new Set<string>();
  const cases = content.split('\n').flatMap((row, index) => {
    if (row.trim() === '') return [];
    const parsed = conversationSchema.safeParse(parseJson(row));
    if (!parsed.success) {
      for (const issue of parsed.error.issues)
        problems.push(
          `  line ${index + 1}: ${[issue.path.join('.'), issue.message].filter(Boolean).join(': ')}`,
        );
      return [];
    }
    if (seen.has(parsed.data.id))
      problems.push(`  line ${index + 1}: id: ${parsed.data.id} was used already`);
    seen.add(parsed.data.id);
    return [parsed.data];
  });
  if (problems.length > 0)
    throw new AppError(
      'bad-input',
      `${path} has ${problems.length} problem(s); nothing was run:\n${problems.join('\n')}`,
    );
  return cases;
}

function parseJson(row: string): unknown {
  try {
    return JSON.parse(row);
  } catch {
    return undefined;
  }
}
