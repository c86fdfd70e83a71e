import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRecordStore, removeOldRecords } from './record-store.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evals-records-'));
  path = join(folder, 'records.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the record store', () => {
  it('computes once, also over a restart', async () => {
    const first = openRecordStore(path, 'f');
    expect(await first.remember(['ask', 1], async () => ({ answer: 'a' }))).toEqual({ answer: 'a' });
    const second = openRecordStore(path, 'f');
    const never = async () => expect.fail('it was known');
    expect(await second.remember(['ask', 1], never)).toEqual({ answer: 'a' });
    expect(second.reused).toBe(1);
  });

  it('does not use what another model, index or calibration gave', async () => {
    await openRecordStore(path, 'old').remember('key', async () => 'old');
    expect(await openRecordStore(path, 'new').remember('key', async () => 'new')).toBe('new');
  });

  it('does not keep failures', async () => {
    const store = openRecordStore(path, 'f');
    await expect(store.remember('key', async () => Promise.reject(new Error('down')))).rejects.toThrow(
      'down',
    );
    expect(await store.remember('key', async () => 'up')).toBe('up');
  });

  it('survives a last line that a kill cut in half', async () => {
    const store = openRecordStore(path, 'f');
    await store.remember('one', async () => 1);
    await store.remember('two', async () => 2);
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, -8));
    const again = openRecordStore(path, 'f');
    expect(await again.remember('one', async () => 100)).toBe(1);
    expect(await again.remember('two', async () => 200)).toBe(200);
    expect(await openRecordStore(path, 'f').remember('two', async () => 300)).toBe(200);
  });
});

it('removes records but for those used last', () => {
  for (const age of [1, 2, 3, 4]) {
    const file = join(folder, `${age}.jsonl`);
    writeFileSync(file, '');
    utimesSync(file, 1_000_000 - age, 1_000_000 - age);
  }
  removeOldRecords(folder, 2);
  expect(readdirSync(folder).sort()).toEqual(['1.jsonl', '2.jsonl']);
  removeOldRecords(join(folder, 'absent'));
});
