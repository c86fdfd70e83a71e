// How far the guard agrees with people who said of sentences whether a passage supports them. Rows in the form of data/evals/support-pairs.jsonl
// or of public sets: a passage, a sentence, and a label.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import type { GroundednessScorer } from '#core/groundedness.ts';
import { supportGap } from '#core/hard-support.ts';
import { bootstrapInterval } from '#learning/metrics/bootstrap.ts';

const rowSchema = z.looseObject({
  id: z.string(),
  passage: z.string().min(1),
  sentence: z.string().min(1),
  label: z.enum(['supported', 'unsupported', 'contradicted', 'generic']).optional(),
  supported: z.boolean().optional(),
  document: z.string().optional(),
  doc: z.string().optional(),
});

export interface SupportRow {
  readonly id: string;
  /** The set that it is from. */
  readonly set: string;
  /** Rows of one document are all on one side. */
  readonly document: string;
  readonly passage: string;
  readonly sentence: string;
  readonly supported: boolean;
}

/** Sentences that claim nothing ("generic") are left out. JSONL, also compressed with gzip. */
export async function readSupportRows(path: string): Promise<SupportRow[]> {
  const bytes = await readFile(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const set = /^data\b/.test(basename(path))
    ? basename(dirname(path))
    : basename(path).replace(/\.jsonl.*$/, '');
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    let row: z.infer<typeof rowSchema>;
    try {
      row = rowSchema.parse(JSON.parse(line));
    } catch (cause) {
      throw new AppError('bad-input', `${path}, line ${index + 1}: no passage with a labelled sentence.`, {
        cause,
      });
    }
    const { id, passage, sentence, label, supported = label === 'supported' } = row;
    if (label === 'generic') return [];
    return [{ id, set, document: row.document ?? row.doc ?? passage, passage, sentence, supported }];
  });
}

export type Part = 'test' | 'dev' | 'train';

/**
 * By the hash of its document: three tenths judge (`test`), one tenth chooses thresholds (`dev`), and from the others the model that ships
 * may have learned (training/groundedness/claims.py has the same rule).
 */
export function partOf({ document }: Pick<SupportRow, 'document'>): Part {
  const share = createHash('sha256').update(document).digest().readUInt16BE(0) / 65_536;
  return share < 0.3 ? 'test' : share < 0.4 ? 'dev' : 'train';
}

export interface ScoredRow extends SupportRow {
  readonly score: number;
  readonly isRuledOut: boolean;
}

export async function scoreRows(
  rows: readonly SupportRow[],
  scorer: GroundednessScorer,
  { signal, progress }: CallOptions & { readonly progress?: (done: number) => void } = {},
): Promise<ScoredRow[]> {
  const scored: ScoredRow[] = [];
  for (const row of rows) {
    scored.push({
      ...row,
      score: await scorer.score(row.sentence, row.passage, { signal }),
      isRuledOut: supportGap(row.sentence, row.passage) !== undefined,
    });
    progress?.(scored.length);
  }
  return scored;
}

export interface Agreement {
  /** Of what was kept, the share that is supported. */
  readonly precision: number;
  /** Of what is supported, the share that was kept. */
  readonly recall: number;
  readonly f1: number;
}

export interface JudgedSet extends Agreement {
  readonly rows: number;
  readonly supported: number;
  /** 95 %, by a bootstrap over documents: rows of one document are not independent. */
  readonly f1Interval: readonly [low: number, high: number];
}

export interface GuardRule {
  readonly supportedFrom: number;
  /** False: the score alone. */
  readonly rules: boolean;
}

export function agreement(rows: readonly ScoredRow[], { supportedFrom, rules }: GuardRule): Agreement {
  const isKept = ({ score, isRuledOut }: ScoredRow) => score >= supportedFrom && !(rules && isRuledOut);
  const kept = rows.filter(isKept);
  const right = kept.filter(({ supported }) => supported).length;
  const supported = rows.filter((row) => row.supported).length;
  const precision = kept.length === 0 ? 0 : right / kept.length;
  const recall = supported === 0 ? 0 : right / supported;
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { precision, recall, f1 };
}

export function judgeSet(rows: readonly ScoredRow[], rule: GuardRule): JudgedSet {
  const documents = [...Map.groupBy(rows, ({ document }) => document).values()];
  return {
    ...agreement(rows, rule),
    rows: rows.length,
    supported: rows.filter(({ supported }) => supported).length,
    f1Interval: bootstrapInterval(documents, (drawn) => agreement(drawn.flat(), rule).f1),
  };
}

/** Precision counts twice as much as recall (F0.5). The mean of the sets: a big set does not outvote a small one. */
export function fitThreshold(rows: readonly ScoredRow[], rules: boolean): number {
  const sets = [...Map.groupBy(rows, ({ set }) => set).values()];
  const quality = (supportedFrom: number) =>
    sets.reduce((sum, set) => sum + preciseScore(agreement(set, { supportedFrom, rules })), 0) / sets.length;
  const candidates = Array.from({ length: 37 }, (_, index) => 0.05 + index * 0.025);
  return candidates.reduce((best, candidate) => (quality(candidate) > quality(best) ? candidate : best));
}

function preciseScore({ precision, recall }: Agreement): number {
  const weighed = 0.25 * precision + recall;
  return weighed === 0 ? 0 : (1.25 * precision * recall) / weighed;
}
