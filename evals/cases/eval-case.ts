// One case: what a customer writes, and what a right reply has to contain, cite and leave out. Read from JSONL; every problem is
// reported with its line, and nothing is half read.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import type { Decision } from '#core/conversation.ts';
import { AppError, toAppError } from '#core/errors.ts';
import { type CaseAdapter, findAdapter } from './adapters.ts';

const text = z.string().trim().min(1);

export const evalCaseSchema = z.strictObject({
  id: z.union([text, z.number()]).transform(String),
  /** Group in the report; free, apart from `unanswerable` and `hostile`, which are declined unless `expect` says otherwise. */
  kind: text.default('single'),
  turns: z
    .array(z.strictObject({ role: z.enum(['customer', 'agent']), text }))
    .min(1)
    .refine((turns) => turns.at(-1)?.role === 'customer', {
      error: 'the last turn must be the customer’s question',
    }),
  /** The question, complete in itself; the last turn if left out. */
  standalone: text.optional(),
  /** Ids of the documents that answer it; any of them found is a hit. */
  gold: z.array(text).default([]),
  /** What a right answer contains; ` | ` separates forms of which one is enough. */
  facts: z.array(text).default([]),
  must_not: z.array(text).default([]),
  expect: z.enum(['answer', 'clarify', 'small-talk', 'decline', 'handoff']).optional(),
  /** Of a draft: only `true` is used. Left out in finished cases. */
  accept: z.boolean().nullable().optional(),
  /** For people. */
  note: z.string().optional(),
});

export interface EvalCase {
  readonly id: string;
  readonly kind: string;
  readonly turns: readonly { readonly role: 'customer' | 'agent'; readonly text: string }[];
  readonly standalone: string;
  readonly gold: readonly string[];
  readonly facts: readonly string[];
  readonly mustNot: readonly string[];
  readonly expect: Decision;
}

export interface CaseProblem {
  readonly line: number;
  readonly message: string;
}

/** `reference` is a path, or `ADAPTER:path` for a public data set in its own format. Throws `bad-input` naming every bad line. */
export async function readCases(reference: string): Promise<EvalCase[]> {
  const { adapter, path } = splitReference(reference);
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError(
      'bad-input',
      `${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
      {
        cause,
      },
    );
  });
  const { cases, problems } = parseCases(content, adapter, basename(path).replace(/\.\w+$/, ''));
  if (problems.length > 0) {
    const shown = problems.slice(0, 50).map(({ line, message }) => `  line ${line}: ${message}`);
    if (problems.length > shown.length) shown.push(`  … and ${problems.length - shown.length} more`);
    throw new AppError(
      'bad-input',
      `${path} has ${problems.length} problem(s); nothing was run:\n${shown.join('\n')}`,
    );
  }
  if (cases.length === 0) throw new AppError('bad-input', `${path} holds no cases that can be used.`);
  return cases;
}

/** Of several files; an id stands for one case in all of them. Throws `bad-input` naming every problem of every file. */
export async function readAllCases(references: readonly string[]): Promise<EvalCase[]> {
  const read = await Promise.allSettled(references.map(readCases));
  const problems = read.flatMap((one) => (one.status === 'rejected' ? [toAppError(one.reason).message] : []));
  const cases = read.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  const seen = new Set<string>();
  const twice = cases.filter(({ id }) => seen.size === seen.add(id).size).map(({ id }) => id);
  if (twice.length > 0)
    problems.push(
      `${twice.length} id(s) are used in more than one of the files, such as ${twice.slice(0, 3).join(', ')}.`,
    );
  if (problems.length > 0) throw new AppError('bad-input', problems.join('\n'));
  return cases;
}

export function splitReference(reference: string): { adapter: CaseAdapter | undefined; path: string } {
  const [, name, path] = /^([a-z0-9-]{2,}):(.+)$/s.exec(reference) ?? [];
  if (name === undefined || path === undefined) return { adapter: undefined, path: reference };
  return { adapter: findAdapter(name), path };
}

/** `name` goes before the line number in the ids of rows that have none. */
export function parseCases(
  content: string,
  adapter?: CaseAdapter,
  name = 'line',
): { cases: EvalCase[]; problems: CaseProblem[] } {
  const cases: EvalCase[] = [];
  const problems: CaseProblem[] = [];
  const firstLineOf = new Map<string, number>();
  for (const [index, row] of content
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const line = index + 1;
    if (row.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(row);
    } catch (thrown) {
      problems.push({ line, message: `not JSON: ${thrown instanceof Error ? thrown.message : thrown}` });
      continue;
    }
    if (adapter) value = adapter.toCase(value, `${name}-${line}`);
    if (value === undefined) continue;
    const parsed = evalCaseSchema.safeParse(value);
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues)
        problems.push({ line, message: path.length > 0 ? `${path.join('.')}: ${message}` : message });
      continue;
    }
    const { accept, note: _note, must_not, standalone, expect, ...rest } = parsed.data;
    if (accept === null) {
      problems.push({ line, message: 'accept: still null; a person has to set it to true or false' });
      continue;
    }
    if (accept === false) continue;
    const before = firstLineOf.get(rest.id);
    if (before !== undefined) {
      problems.push({ line, message: `id: ${rest.id} was used on line ${before} already` });
      continue;
    }
    firstLineOf.set(rest.id, line);
    cases.push({
      ...rest,
      mustNot: must_not,
      standalone: standalone ?? rest.turns.at(-1)!.text,
      expect: expect ?? defaultExpectation(rest),
    });
  }
  return { cases, problems };
}

function defaultExpectation({ kind, gold }: Pick<EvalCase, 'kind' | 'gold'>): EvalCase['expect'] {
  return kind === 'unanswerable' || (kind === 'hostile' && gold.length === 0) ? 'decline' : 'answer';
}
