import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDailySpending } from './daily-spending.ts';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spending-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let now = new Date('2026-11-29T10:00:00Z');
const open = (path: string, caps: { tokens?: number; money?: number }) =>
  openDailySpending({ path, caps: { inputPrice: 1, outputPrice: 10, ...caps }, now: () => now });

describe('what a hosted model may cost in a day', () => {
  it('is what answers used, also after a restart, and begins anew the next day', async () => {
    const path = join(folder, `${count++}.json`);
    const first = await open(path, { tokens: 1_000 });
    const one = await first.reserve({ input: 500, output: 400 });
    expect(await first.reserve({ input: 100, output: 50 })).toBeUndefined();
    await one?.settle({ input: 500, output: 100 });
    const again = await open(path, { tokens: 1_000 });
    expect(await again.reserve({ input: 300, output: 200 })).toBeUndefined();
    expect(await again.reserve({ input: 300, output: 100 })).toBeDefined();
    now = new Date('2026-11-30T00:00:01Z');
    expect(await again.reserve({ input: 900, output: 100 })).toBeDefined();
  });

  it('counts what was reserved when the process ends in the middle of an answer', async () => {
    const path = join(folder, `${count++}.json`);
    await (await open(path, { tokens: 1_000 })).reserve({ input: 900, output: 50 });
    expect(await (await open(path, { tokens: 1_000 })).reserve({ input: 60, output: 0 })).toBeUndefined();
  });

  it('is money by the prices of a million tokens', async () => {
    const spending = await open(join(folder, `${count++}.json`), { money: 2 });
    expect(await spending.reserve({ input: 1_000_000, output: 100_001 })).toBeUndefined();
    expect(await spending.reserve({ input: 1_000_000, output: 100_000 })).toBeDefined();
  });

  it('is nothing yet where the file cannot be read', async () => {
    const path = join(folder, `${count++}.json`);
    await writeFile(path, '{"day": 7');
    expect(await (await open(path, { tokens: 10 })).reserve({ input: 5, output: 5 })).toBeDefined();
  });
});
