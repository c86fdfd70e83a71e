import { describe, expect, it } from 'vitest';
import type { Embedder } from '#core/embedder.ts';
import { createHashingEmbedder } from '../testing/hashing-embedder.ts';
import { rememberQueries } from './recent-queries.ts';

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
