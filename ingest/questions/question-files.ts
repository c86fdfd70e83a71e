// Files of questions that sections of articles answer, `*.questions.jsonl`. A bad line is a problem with its place; the others are read.
import { z } from 'zod';
import { longestSectionQuestion, mostSectionQuestions } from '#core/section-questions.ts';
import type { ProblemItem, QuestionsItem, WrittenQuestions } from '../item.ts';
import type { SourceFile } from '../sources/find-files.ts';
import { readJsonLines } from '../sources/read-records.ts';

const texts = (message: string) =>
  z.array(z.string({ error: message }), { error: message }).transform((values) => values.map(oneSpace));

const howToWrite = 'write each question as a text, or as {"question": …, "answer": …}';
/** A text alone is a question whose answer nobody pointed at. */
const questionSchema = z.preprocess(
  (written) => (typeof written === 'string' ? { question: written } : written),
  z.strictObject(
    {
      question: z
        .string({ error: howToWrite })
        .transform(oneSpace)
        .pipe(
          z
            .string()
            .min(1, { error: 'a question is empty' })
            .max(longestSectionQuestion, {
              error: `write at most ${longestSectionQuestion} characters a question`,
            }),
        ),
      answer: z
        .union([z.string(), z.array(z.string())], {
          error: 'write the answer as a text or a list of texts, word for word as the section has them',
        })
        .default([])
        .transform((texts) =>
          [texts]
            .flat()
            .map(oneSpace)
            .filter((text) => text !== ''),
        ),
    },
    { error: (issue) => (issue.code === 'invalid_type' ? howToWrite : undefined) },
  ),
);

const questionLineSchema = z.strictObject({
  article: z
    .string({ error: 'write the id of the article, such as returns/opened.md' })
    .trim()
    .min(1, { error: 'write the id of the article, such as returns/opened.md' })
    .max(2_000),
  heading: texts('write a list of the headings above the section, outermost first').default([]),
  questions: z
    .array(questionSchema, { error: 'write a list of questions' })
    .max(mostSectionQuestions, { error: `write at most ${mostSectionQuestions} questions a section` }),
  of: z
    .string()
    .regex(/^[0-9a-f]{16}$/, { error: 'leave it to "answerdesk questions draft", or leave it out' })
    .optional(),
});

export async function* readQuestionFile(
  file: SourceFile,
  signal?: AbortSignal,
): AsyncGenerator<QuestionsItem | ProblemItem> {
  for await (const { line, ...read } of readJsonLines(file, signal)) {
    const origin = { file: file.relativePath, line };
    const parsed = 'problem' in read ? read : readLine(read.record);
    yield 'problem' in parsed
      ? { type: 'problem', origin, reason: parsed.problem }
      : { type: 'questions', id: `${file.relativePath}:${line}`, written: parsed.written, origin };
  }
}

/** Neither the article's text nor the questions stand in a problem. */
function readLine(record: unknown): { readonly written: WrittenQuestions } | { readonly problem: string } {
  const parsed = questionLineSchema.safeParse(record);
  if (!parsed.success) return { problem: [...new Set(parsed.error.issues.map(describe))].join('; ') };
  const { questions, of, ...place } = parsed.data;
  const answers = questions.map(({ answer }) => answer);
  return {
    written: {
      ...place,
      questions: questions.map(({ question }) => question),
      ...(answers.some(({ length }) => length > 0) ? { answers } : {}),
      ...(of === undefined ? {} : { of }),
    },
  };
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `there is no field ${issue.keys.join(', ')} (fields: ${Object.keys(questionLineSchema.shape).join(', ')})`;
  return `${String(issue.path[0] ?? 'line')}: ${issue.message}`;
}

function oneSpace(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
