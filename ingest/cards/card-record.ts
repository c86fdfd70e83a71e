// One entry of a file of answer cards: what may stand in it, and what is wrong with one that cannot be used.
import { z } from 'zod';
import { cardKinds, cardStates } from '#core/answer-card.ts';
import type { CardItem } from '../item.ts';
import { readTime } from '../sources/read-time.ts';

/** As a file has it: YAML gives lists and maps, CSV the text of a cell. */
export type CardRecord = Readonly<Record<string, unknown>>;

/** The longest answer and question that are read, in UTF-16 code units: more is an article. */
const maxAnswerLength = 10_000;
const maxQuestionLength = 300;
const maxQuestions = 100;

const choice = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z
    .string()
    .transform((word) => word.trim().toLowerCase())
    .pipe(z.enum(values, { error: `write one of: ${values.join(', ')}` }));
const text = z.union([z.string(), z.number()], { error: 'write a text' }).transform(String);
const shortText = text.transform((value) => value.trim()).pipe(z.string().max(200));

/** A cell holds several, on lines of their own or with | between them. */
const list = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(/[\n|]/) : value),
  z
    .array(text, { error: 'write a list' })
    .transform((items) => items.map((item) => item.trim()).filter((item) => item !== '')),
);

const versions = z.preprocess(
  (value) =>
    typeof value === 'string'
      ? Object.fromEntries(
          value
            .split(/[\n|]/)
            .filter((pair) => pair.trim() !== '')
            .map((pair) => [
              pair.slice(0, pair.lastIndexOf('=')).trim(),
              pair.slice(pair.lastIndexOf('=') + 1).trim(),
            ]),
        )
      : value,
  z.record(z.string().min(1), z.string().regex(/^[0-9a-f]{12}$/), {
    error: 'leave it to "answerdesk cards review"',
  }),
);

const schema = z
  .strictObject({
    id: z
      .union([z.string(), z.number()], { error: 'give the card an id, such as return-opened' })
      .transform((value) => String(value).trim())
      .pipe(
        z
          .string()
          .regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u, { error: 'use letters, digits, - and _ only' }),
      ),
    kind: choice(cardKinds).default('answer'),
    questions: list.pipe(
      z
        .array(
          z
            .string()
            .max(maxQuestionLength, { error: `write at most ${maxQuestionLength} characters a question` }),
        )
        .min(1, { error: 'write at least one question that customers ask' })
        .max(maxQuestions, { error: `write at most ${maxQuestions} questions` }),
    ),
    answer: text
      .pipe(
        z
          .string()
          .max(maxAnswerLength, { error: `write at most ${maxAnswerLength} characters; more is an article` }),
      )
      .default(''),
    audience: choice(['customer', 'internal']).default('customer'),
    product: shortText.optional(),
    language: z
      .string()
      .trim()
      .regex(/^[A-Za-z]{2}(?:[-_][A-Za-z0-9]{2,8})*$/, { error: 'write a code of two letters, such as en' })
      .optional(),
    sources: list.default([]),
    valid_until: z
      .string({ error: 'write it as 2026-12-31, or 2026-12-31T18:00Z' })
      .trim()
      .refine(
        (value) =>
          /^\d{4}-\d{2}-\d{2}(?:$|T.*(?:Z|[+-]\d{2}:\d{2})$)/.test(value) && readTime(value) !== undefined,
        {
          error: 'write it as 2026-12-31, or 2026-12-31T18:00Z',
        },
      )
      .optional(),
    author: shortText.optional(),
    reviewer: shortText.optional(),
    state: choice(cardStates).default('draft'),
    reviewed: versions.optional(),
  })
  .superRefine(({ kind, state, answer, valid_until }, context) => {
    const demand = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (state === 'approved' && kind !== 'hand-over' && answer.trim() === '')
      demand('answer', 'write the answer before the card is approved');
    if (state === 'approved' && kind === 'notice' && valid_until === undefined)
      demand('valid_until', 'say when the notice ends');
  });

export const cardFields = Object.keys(schema.shape);

/** The card, or what is wrong and what to do. Neither text of customers nor of the card stands in that. */
export function readCardRecord(
  record: CardRecord,
): { card: CardItem['card']; id: string } | { problem: string } {
  const named = Object.entries(record).flatMap(([name, value]) => {
    const isEmpty =
      value === null || value === undefined || (typeof value === 'string' && value.trim() === '');
    return isEmpty
      ? []
      : [
          [
            name
              .trim()
              .toLowerCase()
              .replace(/[\s-]+/g, '_'),
            value,
          ] as const,
        ];
  });
  const parsed = schema.safeParse(Object.fromEntries(named));
  if (!parsed.success) {
    const id = named.find(([name]) => name === 'id')?.[1];
    const which = typeof id === 'string' && id.length <= 100 ? `card "${id}": ` : 'card: ';
    return { problem: which + parsed.error.issues.map(describe).join('; ') };
  }
  const { id, valid_until: validUntil, ...rest } = parsed.data;
  const card = { ...rest, ...(validUntil === undefined ? {} : { validUntil }) };
  // What was not written is absent, not undefined; zod's type cannot say so.
  return { id, card: card as CardItem['card'] };
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `there is no field ${issue.keys.join(', ')} (fields: ${cardFields.join(', ')})`;
  return `${String(issue.path[0] ?? 'entry')}: ${issue.message}`;
}
