import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  agreement,
  fitThreshold,
  judgeSet,
  partOf,
  readSupportRows,
  type ScoredRow,
} from './guard-agreement.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'guard-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const row = (score: number, supported: boolean, changed: Partial<ScoredRow> = {}): ScoredRow => ({
  id: `${score}`,
  set: 'set',
  document: `${score}`,
  passage: 'p',
  sentence: 's',
  supported,
  score,
  isRuledOut: false,
  ...changed,
});

describe('how far the guard agrees with people', () => {
  it('reads rows with either kind of label, plain or compressed, and leaves out what claims nothing', async () => {
    const lines = [
      { id: '1', passage: 'p', sentence: 's', label: 'contradicted', doc: 'd' },
      { id: '2', passage: 'p', sentence: 's', label: 'generic' },
      { id: '3', passage: 'p', sentence: 's', supported: true },
    ].map((line) => JSON.stringify(line));
    const path = join(folder, 'mine.jsonl.gz');
    await writeFile(path, gzipSync(lines.join('\n')));
    expect(await readSupportRows(path)).toEqual([
      { id: '1', set: 'mine', document: 'd', passage: 'p', sentence: 's', supported: false },
      { id: '3', set: 'mine', document: 'p', passage: 'p', sentence: 's', supported: true },
    ]);
    await writeFile(join(folder, 'wrong.jsonl'), '{"id":"1"}');
    await expect(readSupportRows(join(folder, 'wrong.jsonl'))).rejects.toMatchObject({ code: 'bad-input' });
  });

  it('puts documents on the side that training puts them on', () => {
    // The same as in training/groundedness/test_groundedness.py.
    const parts = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'm'].map((document) => partOf({ document }));
    expect(parts).toEqual(['train', 'test', 'test', 'test', 'test', 'test', 'train', 'dev']);
  });

  it('counts what was kept, by score and by rules', () => {
    const rows = [row(0.9, true), row(0.8, false, { isRuledOut: true }), row(0.3, true), row(0.2, false)];
    expect(agreement(rows, { supportedFrom: 0.5, rules: false })).toEqual({
      precision: 0.5,
      recall: 0.5,
      f1: 0.5,
    });
    expect(agreement(rows, { supportedFrom: 0.5, rules: true })).toMatchObject({ precision: 1, recall: 0.5 });
    expect(agreement([], { supportedFrom: 0.5, rules: true })).toEqual({ precision: 0, recall: 0, f1: 0 });
  });

  it('gives an interval around the figure, drawn by document', () => {
    const rows = Array.from({ length: 60 }, (_, index) =>
      row(index % 3 === 0 ? 0.2 : 0.9, index % 2 === 0, { document: `${index}` }),
    );
    const rule = { supportedFrom: 0.5, rules: true };
    const apart = judgeSet(rows, rule);
    const together = judgeSet(
      rows.map((one, index) => ({ ...one, document: `${Math.floor(index / 15)}` })),
      rule,
    );
    expect(apart.rows).toBe(60);
    expect(apart.f1Interval[0]).toBeLessThan(apart.f1);
    expect(apart.f1Interval[1]).toBeGreaterThan(apart.f1);
    expect(together.f1).toBe(apart.f1);
  });

  it('chooses the threshold by precision before recall', () => {
    const rows = [row(0.9, true), row(0.8, true), row(0.6, false), row(0.55, true), row(0.1, false)];
    const chosen = fitThreshold(rows, true);
    expect(chosen).toBeGreaterThan(0.6);
    expect(chosen).toBeLessThanOrEqual(0.8);
  });
});
