import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Embedder } from '#core/embedder.ts';
import { createHashingEmbedder } from '../testing/hashing-embedder.ts';
import { createServingEmbedders } from './serving-embedders.ts';

/** Says when it was closed; `hold` lets a text wait. */
function watched(modelId: string) {
  const state = { closed: 0, hold: Promise.resolve() };
  const inner = createHashingEmbedder({ modelId });
  const embedder: Embedder = {
    ...inner,
    embedQuery: async (text, options) => {
      await state.hold;
      return inner.embedQuery(text, options);
    },
    close: async () => void state.closed++,
  };
  return { state, embedder };
}

describe('the embedders of a server', () => {
  it('open each model once, also for those who ask at the same time, and none that does not exist', async () => {
    const first = watched('first@1');
    const opened: string[] = [];
    await using embedders = createServingEmbedders({
      first: first.embedder,
      async open(modelId) {
        opened.push(modelId);
        await setTimeout(5);
        return modelId === 'nowhere@1' ? undefined : watched(modelId).embedder;
      },
    });
    const [one, other] = await Promise.all([embedders.of('second@1'), embedders.of('second@1')]);
    expect(one).toBe(other);
    expect(await embedders.of('second@1')).toBe(one);
    expect((await embedders.of('first@1'))?.modelId).toBe('first@1');
    expect(await embedders.of('nowhere@1')).toBeUndefined();
    expect(opened).toEqual(['second@1', 'nowhere@1']);
  });

  it('close the old one when nobody has used it for a while, never in the middle of a text', async () => {
    const first = watched('first@1');
    const second = watched('second@1');
    await using embedders = createServingEmbedders({
      first: first.embedder,
      open: async () => second.embedder,
      idleMs: 20,
    });
    const old = (await embedders.of('first@1'))!;
    let release = () => {};
    first.state.hold = new Promise((resolve) => {
      release = resolve;
    });
    const late = old.embedQuery('still on its way');
    await embedders.of('second@1');
    embedders.keepOnly('second@1');
    await setTimeout(100);
    expect(first.state.closed).toBe(0);
    release();
    expect(await late).toHaveLength(64);
    await expect.poll(() => first.state.closed).toBe(1);
    expect(second.state.closed).toBe(0);
  });

  it('keep one that is wanted again, as after a rollback, and open it anew once it is gone', async () => {
    const first = watched('first@1');
    let opened = 0;
    await using embedders = createServingEmbedders({
      first: first.embedder,
      async open(modelId) {
        opened++;
        return watched(modelId).embedder;
      },
      idleMs: 30,
    });
    await embedders.of('second@1');
    embedders.keepOnly('second@1');
    embedders.keepOnly('first@1');
    const openings = async () => {
      await embedders.of('second@1');
      return opened;
    };
    await expect.poll(openings, { interval: 100 }).toBe(2);
    expect(first.state.closed).toBe(0);
  });

  it('are all closed at the end, also one that was still opening', async () => {
    const first = watched('first@1');
    const late = watched('late@1');
    const embedders = createServingEmbedders({
      first: first.embedder,
      async open() {
        await setTimeout(20);
        return late.embedder;
      },
    });
    const opening = embedders.of('late@1');
    await embedders[Symbol.asyncDispose]();
    expect(await opening).toBeUndefined();
    expect([first.state.closed, late.state.closed]).toEqual([1, 1]);
  });
});
