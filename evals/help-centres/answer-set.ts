// Questions to a real help centre, with the place in its articles where the answer stands. Only ids, offsets and short facts are kept;
// the articles themselves are read from a folder of the reader's own.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';

const text = z.string().trim().min(1);
const offset = z.number().int().min(0);

/** How the customer asks. */
export const questionStyles = [
  'plain',
  'typo',
  'symptom',
  'follow-up',
  'near-miss',
  'underspecified',
  'mood',
  'person',
  'danger',
  'multi',
  'yes-no',
  'comparison',
] as const;

const questionSchema = z
  .strictObject({
    id: text,
    style: z.enum(questionStyles),
    question: text,
    /** What was said before, oldest first. */
    turns: z.array(z.strictObject({ author: z.enum(['customer', 'bot']), text })).default([]),
    /** `decline`: the articles do not hold it. `ask-back`: it has several meanings. `handoff`: a person is wanted or needed. */
    expect: z.enum(['answer', 'decline', 'ask-back', 'handoff']),
    /** Id of the article that answers. */
    article: text.optional(),
    /** Others that answer it as well. */
    also: z.array(text).default([]),
    /** `[start, end)` in UTF-16 code units of the article's Markdown: the sentences, items or rows that answer. */
    answer: z.array(z.tuple([offset, offset])).default([]),
    /** What a right answer contains; ` | ` separates forms of which one is enough. */
    facts: z.array(text).max(4).default([]),
    /** What only the answer to a neighbouring question contains. */
    must_not: z.array(text).default([]),
    /** Of a near miss: the article that almost answers it. */
    near: text.optional(),
    /** Of an underspecified question: what it may mean. */
    readings: z.array(text).default([]),
  })
  .superRefine(({ expect, style, turns, article, answer, facts, near, readings }, context) => {
    const needs = (holds: boolean, message: string) => {
      if (!holds) context.addIssue({ code: 'custom', message });
    };
    if (expect === 'answer')
      needs(
        article !== undefined && answer.length > 0 && facts.length > 0,
        'a question to be answered needs article, answer and facts',
      );
    needs(style !== 'follow-up' || turns.length > 0, 'a follow-up needs turns');
    needs(style !== 'near-miss' || near !== undefined, 'a near miss needs near');
    needs(expect !== 'ask-back' || readings.length > 1, 'a question to be asked back needs two readings');
    for (const [start, end] of answer) needs(start < end, `the range ${start} to ${end} is empty`);
  });

export type SetQuestion = z.infer<typeof questionSchema>;

const centreSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9_]+$/),
  /** Whoever changes how answers are found and written may look at the centres for training and tuning only. */
  use: z.enum(['training', 'tuning', 'test']),
  product: text,
  source: z.url(),
  /** Of the articles that the offsets belong to. */
  commit: z.string().regex(/^[0-9a-f]{10,40}$/),
  licence: text,
});

export type Centre = z.infer<typeof centreSchema>;

/** `sets.json` of a folder of sets: which centres there are, and what each may be used for. */
export async function readCentres(folder: string): Promise<Centre[]> {
  const path = join(folder, 'sets.json');
  const parsed = z.strictObject({ centres: z.array(centreSchema) }).safeParse(JSON.parse(await read(path)));
  if (parsed.success) return parsed.data.centres;
  throw new AppError('bad-input', `${path}: ${z.prettifyError(parsed.error)}`);
}

/** `undefined` where the centre has no set yet. Throws `bad-input` naming every bad line. */
export async function readAnswerSet(folder: string, centre: string): Promise<SetQuestion[] | undefined> {
  const path = join(folder, `${centre}.jsonl`);
  const content = await readFile(path, 'utf8').catch(() => undefined);
  if (content === undefined) return undefined;
  const { questions, problems } = parseAnswerSet(content);
  if (problems.length === 0) return questions;
  throw new AppError(
    'bad-input',
    `${path} has ${problems.length} problem(s); nothing was run:\n${problems.join('\n')}`,
  );
}

export function parseAnswerSet(content: string): { questions: SetQuestion[]; problems: string[] } {
  const questions: SetQuestion[] = [];
  const problems: string[] = [];
  const ids = new Set<string>();
  for (const [index, row] of content.split('\n').entries()) {
    if (row.trim() === '') continue;
    const parsed = questionSchema.safeParse(parseJson(row));
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues)
        problems.push(`  line ${index + 1}: ${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`);
      continue;
    }
    if (ids.size === ids.add(parsed.data.id).size)
      problems.push(`  line ${index + 1}: id: ${parsed.data.id} was used already`);
    questions.push(parsed.data);
  }
  return { questions, problems };
}

function parseJson(row: string): unknown {
  try {
    return JSON.parse(row);
  } catch {
    return undefined;
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new AppError('bad-input', `${path} cannot be read: name the folder of the sets with --sets DIR.`, {
      cause,
    });
  }
}
