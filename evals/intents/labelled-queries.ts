// Labelled queries as banking77 and clinc150 publish them: JSONL with `text` and `label`, in files train, test and, of clinc150, oos_test.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import { randomFrom } from '#learning/metrics/random.ts';

const rowSchema = z.object({ text: z.string().min(1), label: z.string().min(1) });
export type LabelledQuery = z.infer<typeof rowSchema>;

export interface IntentData {
  readonly train: readonly LabelledQuery[];
  readonly test: readonly LabelledQuery[];
  /** Queries that belong to no intent; empty where the data has none. */
  readonly outOfScope: readonly LabelledQuery[];
}

/** Throws `bad-input` naming the bad lines. */
export async function readIntentData(folder: string): Promise<IntentData> {
  const [train, test, outOfScope] = await Promise.all([
    readQueries(join(folder, 'train.jsonl')),
    readQueries(join(folder, 'test.jsonl')),
    readQueries(join(folder, 'oos_test.jsonl'), { optional: true }),
  ]);
  return { train, test, outOfScope };
}

async function readQueries(path: string, { optional = false } = {}): Promise<LabelledQuery[]> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (cause) {
    if (optional && (cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new AppError('bad-input', `${path} cannot be read: labelled queries are expected there as JSONL.`, {
      cause,
    });
  }
  const bad: number[] = [];
  const rows = content.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [rowSchema.parse(JSON.parse(line))];
    } catch {
      bad.push(index + 1);
      return [];
    }
  });
  if (bad.length > 0)
    throw new AppError(
      'bad-input',
      `${path} has ${bad.length} line(s) without text and label: ${bad.slice(0, 20).join(', ')}.`,
    );
  return rows;
}

/** At most `most` rows, and of each label at most `mostPerLabel`; the same ones for the same seed. */
export function sampleQueries(
  rows: readonly LabelledQuery[],
  { most = Number.POSITIVE_INFINITY, mostPerLabel = Number.POSITIVE_INFINITY, seed = 1 } = {},
): LabelledQuery[] {
  const random = randomFrom(seed);
  const shuffled = [...rows];
  for (let index = shuffled.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [shuffled[index], shuffled[other]] = [shuffled[other]!, shuffled[index]!];
  }
  const taken = new Map<string, number>();
  return shuffled
    .filter(({ label }) => {
      const count = (taken.get(label) ?? 0) + 1;
      taken.set(label, count);
      return count <= mostPerLabel;
    })
    .slice(0, most);
}
