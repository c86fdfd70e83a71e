// What models wrote, for a reader who does not know which model it was nor what the guard said: each sentence with the passages that it
// cites. And what the reader's labels say of each way.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import { type Metric, shareMetric } from '#learning/metrics/metric.ts';
import { randomFrom } from '#learning/metrics/random.ts';
import type { WrittenAnswer } from './run-written.ts';

/** No text: a label can be kept where the articles may not be copied. */
export interface SentenceKey {
  readonly item: string;
  /** Of the question. */
  readonly id: string;
  readonly place: string;
  readonly model: string;
  readonly way: WrittenAnswer['way'];
  /** SHA-256 of sentence and cited passages. */
  readonly sha256: string;
}

export interface BlindSentences {
  /** Markdown. */
  readonly sentences: string;
  /** CSV to fill in. */
  readonly labels: string;
  readonly key: readonly SentenceKey[];
}

/**
 * Only what models wrote themselves, with what they cite: a sentence without a citation needs no reader. The same sentence under the same
 * passages is read once, and stands for all that wrote it.
 */
export function blindSentences(
  answers: readonly WrittenAnswer[],
  { count, seed }: { readonly count: number; readonly seed: number },
): BlindSentences {
  const random = randomFrom(seed);
  const read = new Map<
    string,
    { text: string; passages: readonly string[]; by: Omit<SentenceKey, 'item' | 'sha256'>[] }
  >();
  for (const { isWritten, sentences, citations, id, place, model, way } of answers) {
    for (const { text, citations: cited } of isWritten ? sentences : []) {
      if (cited.length === 0) continue;
      const passages = citations
        .filter(({ number }) => cited.includes(number))
        .map(({ title, quote }) => `${title}\n${quote}`);
      const sha256 = createHash('sha256')
        .update(JSON.stringify([text, passages]))
        .digest('hex');
      const entry = read.get(sha256) ?? { text, passages, by: [] };
      entry.by.push({ id, place, model, way });
      read.set(sha256, entry);
    }
  }
  const drawn = [...read]
    .map((entry) => ({ entry, at: random() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ entry: [sha256, entry] }, index) => ({
      ...entry,
      sha256,
      item: String(index + 1).padStart(3, '0'),
    }));
  return {
    sentences: `${introduction}\n${drawn.map(({ item, text, passages }) => describe(item, text, passages)).join('\n')}`,
    labels: `item,supported\n${drawn.map(({ item }) => `${item},\n`).join('')}`,
    key: drawn.flatMap(({ item, sha256, by }) => by.map((who) => ({ item, ...who, sha256 }))),
  };
}

const introduction = `# Sentences to label

For each: do the passages under it support all that the sentence says? Write 1 (supported), 0 (not) or nothing (it claims nothing) into labels.csv.
`;

function describe(item: string, text: string, passages: readonly string[]): string {
  const quoted = passages.map((passage) => passage.replaceAll('\n', '\n> '));
  return `\n---\n\n## ${item}\n\n**${text.replaceAll('\n', ' ')}**\n\n${quoted.map((passage) => `> ${passage}\n`).join('\n')}`;
}

const keySchema = z.array(
  z.object({
    item: z.string(),
    id: z.string(),
    place: z.string(),
    model: z.string(),
    way: z.enum(['quoted', 'raw', 'guarded']),
    sha256: z.string(),
  }),
);

export interface LabelledWay {
  readonly model: string;
  readonly way: SentenceKey['way'];
  readonly supported: Metric;
}

/** A row for each model and way, and for each way of all models. Throws `bad-input` for a label that is none. */
export async function labelledWays(keyPath: string, labelsPath: string): Promise<LabelledWay[]> {
  const key = keySchema.parse(JSON.parse(await readFile(keyPath, 'utf8')));
  const labels = parseLabels(await readFile(labelsPath, 'utf8'), labelsPath);
  const labelled = key.flatMap((one) => {
    const supported = labels.get(one.item);
    return supported === undefined ? [] : [{ ...one, supported }];
  });
  const all = labelled.map((one) => ({ ...one, model: 'all models' }));
  return [...Map.groupBy([...labelled, ...all], ({ model, way }) => `${model} ${way}`).values()].map(
    (some) => ({
      model: some[0]!.model,
      way: some[0]!.way,
      supported: shareMetric(some.filter(({ supported }) => supported).length, some.length, {
        label: 'Sentences that a reader found supported by what they cite',
      }),
    }),
  );
}

function parseLabels(content: string, path: string): Map<string, boolean> {
  const labels = new Map<string, boolean>();
  for (const [index, line] of content.split('\n').entries()) {
    const [item, value = ''] = line.trim().split(',');
    if (!item || item === 'item' || value === '') continue;
    if (value !== '0' && value !== '1')
      throw new AppError(
        'bad-input',
        `${path}, line ${index + 1}: 1 (supported), 0 (not) or nothing, not ${value}.`,
      );
    labels.set(item, value === '1');
  }
  return labels;
}
