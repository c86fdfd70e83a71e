// What a customer saw of each answer of a run, kept in its folder for readers who judge it.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import type { AskRecord } from '#evals/core/ask.ts';

const seenSchema = z.object({
  id: z.string(),
  decision: z.string(),
  text: z.string(),
  sources: z.array(z.object({ number: z.number(), title: z.string(), quote: z.string() })),
  buttons: z.array(z.string()),
});

export type SeenAnswer = z.infer<typeof seenSchema>;

const fileName = 'answers.jsonl';

export async function writeSeenAnswers(
  runDir: string,
  judged: readonly { readonly question: { readonly id: string }; readonly reply: AskRecord }[],
): Promise<void> {
  const rows = judged.map(({ question, reply }) => JSON.stringify(seenBy(question.id, reply)));
  await writeFile(join(runDir, fileName), `${rows.join('\n')}\n`);
}

/** By id of the question. */
export async function readSeenAnswers(runDir: string): Promise<Map<string, SeenAnswer>> {
  const path = join(runDir, fileName);
  try {
    const rows = (await readFile(path, 'utf8')).split('\n').filter((row) => row.trim() !== '');
    return new Map(rows.map((row) => seenSchema.parse(JSON.parse(row))).map((seen) => [seen.id, seen]));
  } catch (cause) {
    throw new AppError(
      'not-found',
      `There are no answers to read at ${path}: run "answerdesk evals answers --sets DIR" first.`,
      {
        cause,
      },
    );
  }
}

function seenBy(id: string, { decision, text, citations, topics = [] }: AskRecord): SeenAnswer {
  const person = decision === 'handoff' ? ['Leave an e-mail address, and a person replies'] : [];
  return {
    id,
    decision,
    text,
    sources: citations.map(({ number, title, quote }) => ({ number, title, quote })),
    buttons: [...topics.map(({ title }) => title), ...person],
  };
}
