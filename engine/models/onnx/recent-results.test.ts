import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createRecentResults } from './recent-results.ts';

function counting(most = 10, sizeOf?: (result: { key: string }) => number) {
  const computed: string[] = [];
  const recent = createRecentResults<{ key: string }>({ most, ...(sizeOf ? { sizeOf } : {}) });
  const ask = (key: string, gate?: Promise<void>, signal?: AbortSignal) =>
    recent(
      key,
      async () => {
        computed.push(key);
        await gate;
        signal?.throwIfAborted();
        return { key };
      },
      signal ? { signal } : {},
    );
  return { ask, computed };
}

describe('createRecentResults', () => {
  it('computes what many ask for in the same moment once', async () => {
    const { ask, computed } = counting();
    const gate = Promise.withResolvers<void>();
    const asking = Promise.all([ask('a', gate.promise), ask('a'), ask('b')]);
    gate.resolve();
    expect(await asking).toEqual([{ key: 'a' }, { key: 'a' }, { key: 'b' }]);
    expect(computed).toEqual(['a', 'b']);
  });

  it('goes on for the others when the one who computes it gives up', async () => {
    const { ask, computed } = counting();
    const gate = Promise.withResolvers<void>();
    const leaving = new AbortController();
    const first = ask('a', gate.promise, leaving.signal);
    const others = Promise.all([ask('a'), ask('a')]);
    leaving.abort();
    gate.resolve();
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    expect(await others).toEqual([{ key: 'a' }, { key: 'a' }]);
    expect(computed).toEqual(['a', 'a']);
  });

  it('lets go at once whoever gives up while another computes', async () => {
    const { ask } = counting();
    const gate = Promise.withResolvers<void>();
    const first = ask('a', gate.promise);
    const leaving = new AbortController();
    const second = ask('a', undefined, leaving.signal);
    await nextTurn();
    leaving.abort();
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
    gate.resolve();
    await first;
  });

  it('keeps as much as it may, by the size of the results', async () => {
    const { ask, computed } = counting(3, () => 2);
    for (const key of ['a', 'b', 'a']) await ask(key);
    expect(computed).toEqual(['a', 'b', 'a']);
  });
});
