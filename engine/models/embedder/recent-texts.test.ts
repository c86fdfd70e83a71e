import { describe, expect, it } from 'vitest';
import type { Embedder } from '#core/embedder.ts';
import { createHashingEmbedder } from '../testing/hashing-embedder.ts';
import { rememberQueries, rememberSentences } from './recent-texts.ts';

function counting(): { embedder: Embedder; asked: string[] } {
  const asked: string[] = [];
  const inner = createHashingEmbedder();
  return {
    asked,
    embedder: {
      ...inner,
      async embedQuery(text, options) {
        asked.push(text);
        if (text === 'broken' && asked.length === 1) throw new Error('the model is away');
        return inner.embedQuery(text, options);
      },
    },
  };
}

describe('an embedder that remembers queries', () => {
  it('embeds a query once, and gives the same vector', async () => {
    const { embedder, asked } = counting();
    const remembering = rememberQueries(embedder);
    const first = await remembering.embedQuery('reset it');
    expect(await remembering.embedQuery('reset it')).toEqual(first);
    expect(asked).toEqual(['reset it']);
  });

  it('forgets what was not asked for longest', async () => {
    const { embedder, asked } = counting();
    const remembering = rememberQueries(embedder, { queries: 2 });
    for (const text of ['a', 'b', 'a', 'c', 'a', 'b']) await remembering.embedQuery(text);
    expect(asked).toEqual(['a', 'b', 'c', 'b']);
  });

  it('keeps no failure and no abort', async () => {
    const { embedder, asked } = counting();
    const remembering = rememberQueries(embedder);
    await expect(remembering.embedQuery('broken')).rejects.toThrow('the model is away');
    await expect(remembering.embedQuery('broken')).resolves.toBeInstanceOf(Float32Array);
    await expect(remembering.embedQuery('broken', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(asked).toEqual(['broken', 'broken']);
  });
});

describe('an embedder that remembers sentences', () => {
  it('embeds each sentence once, by itself, and those that are missing in one call', async () => {
    const asked: { texts: readonly string[]; alone: boolean | undefined }[] = [];
    const inner = createHashingEmbedder();
    const remembering = rememberSentences({
      ...inner,
      async embedDocuments(texts, options) {
        asked.push({ texts, alone: options?.alone });
        return inner.embedDocuments(texts, options);
      },
    });
    const first = await remembering.embedDocuments(['one', 'two', 'one']);
    expect(await remembering.embedDocuments(['two', 'one'])).toEqual([first[1], first[0]]);
    await remembering.embedDocuments(['three', 'two']);
    expect(asked).toEqual([
      { texts: ['one', 'two'], alone: true },
      { texts: ['three'], alone: true },
    ]);
  });

  it('goes on for the other customer when the one who asked first gives up', async () => {
    const inner = createHashingEmbedder();
    const leaving = new AbortController();
    const remembering = rememberSentences({
      ...inner,
      async embedDocuments(texts, options) {
        await new Promise((resolve) => setImmediate(resolve));
        return inner.embedDocuments(texts, options);
      },
    });
    const first = remembering.embedDocuments(['one', 'two'], { signal: leaving.signal });
    const second = remembering.embedDocuments(['two', 'three']);
    leaving.abort();
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    expect(await second).toEqual(await inner.embedDocuments(['two', 'three']));
  });

  it('does not mix up the vectors of two models', async () => {
    let dimensions = 8;
    const remembering = rememberSentences({
      ...createHashingEmbedder(),
      get modelId() {
        return `model-${dimensions}`;
      },
      embedDocuments: async (texts) => texts.map(() => new Float32Array(dimensions)),
    });
    await remembering.embedDocuments(['one']);
    dimensions = 16;
    expect((await remembering.embedDocuments(['one']))[0]).toHaveLength(16);
  });
});
