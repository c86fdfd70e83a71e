import { describe, expect, it } from 'vitest';
import { type Chunk, chunkContext, type Document } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import type { Retriever } from '#core/retriever.ts';
import { normalize, stackVectors } from '#core/vector-matrix.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { passagesOf } from '../generations/passages.ts';
import { buildBm25 } from '../index/bm25-build.ts';
import { createBm25Index } from '../index/bm25-index.ts';
import { createExactVectorIndex } from '../index/exact-vector-index.ts';
import { sampleChunks, sampleDocument, sampleDocuments } from '../testing/sample-generation.ts';
import { createHybridRetriever } from './hybrid-retriever.ts';

async function createRetriever(
  documents: readonly Document[],
  embedder: Embedder = createHashingEmbedder(),
): Promise<Retriever> {
  const chunks = documents.flatMap(sampleChunks);
  const vectors = stackVectors(await embedder.embedDocuments(chunks.map(chunkContext)), embedder.dimensions);
  const heading = (chunk: Chunk) => [chunk.title, ...chunk.headingPath].join(' ');
  return createHybridRetriever({
    embedder,
    passages: passagesOf(chunks, documents),
    vectors,
    vectorIndex: createExactVectorIndex(vectors),
    lexicalIndex: createBm25Index(
      buildBm25(chunks.map((chunk) => ({ heading: heading(chunk), text: chunk.text }))),
    ),
  });
}

/** Texts with a word of the list lie where the word says, all others far away: an embedder with opinions for a test. */
function createOpinionatedEmbedder(opinions: Readonly<Record<string, readonly [number, number]>>): Embedder {
  const embed = (text: string) => {
    const word = Object.keys(opinions).find((candidate) => text.includes(candidate));
    return normalize(Float32Array.from([...(word === undefined ? [0, 0] : opinions[word]!), 0.1]));
  };
  return {
    modelId: 'opinions@1',
    dimensions: 3,
    embedDocuments: async (texts) => texts.map(embed),
    embedQuery: async (text) => embed(text),
    close: async () => {},
  };
}

const idsOf = (found: Awaited<ReturnType<Retriever['retrieve']>>) => found.map(({ chunk }) => chunk.id);

describe('hybrid retriever', () => {
  it('lets a past conversation lead to its article, whatever words the article has', async () => {
    const article = sampleDocument('hinge', 'Clean the joint of the cover with vinegar.');
    const others = ['post', 'ship', 'bill', 'plug', 'tank'].map((word) =>
      sampleDocument(word, `The lid of the ${word} is shut.`),
    );
    const past = sampleDocument('c1', 'the lid of my kettle does not close any more');
    const linked = (articles: readonly string[]) => ({
      ...past,
      metadata: { ...past.metadata, kind: 'transcript' as const, articles },
    });
    const rankOf = async (articles: readonly string[]) => {
      const retriever = await createRetriever([...others, article, linked(articles)]);
      return idsOf(await retriever.retrieve('lid of my kettle does not close')).indexOf('hinge#0');
    };
    expect(await rankOf(['hinge'])).toBe(0);
    expect(await rankOf([])).toBeGreaterThan(1);
    const retriever = await createRetriever([article, linked(['hinge', 'gone'])]);
    const filter = { documents: ['c1'] };
    expect(idsOf(await retriever.retrieve('lid of my kettle', { filter }))).toEqual(['c1#0']);
  });

  it('returns the chunk that says it, with all evidence filled in', async () => {
    const retriever = await createRetriever(sampleDocuments);
    const found = await retriever.retrieve('what does error E4 mean', { k: 7 });
    expect(found[0]?.chunk.id).toBe('error-e4#0');
    expect(found).toHaveLength(7);
    for (const { evidence } of found) {
      expect(evidence.cosine).toBeGreaterThan(-1);
      expect(evidence.bm25).toBeGreaterThanOrEqual(0);
      expect(evidence.coverage).toBeGreaterThanOrEqual(0);
    }
    expect(found[0]!.evidence.coverage).toBeGreaterThan(0.5);
    expect(found.at(-1)!.evidence).toMatchObject({ bm25: 0, coverage: 0 });
  });

  it('finds what only the vectors know, and what only the words know', async () => {
    const embedder = createOpinionatedEmbedder({
      'locked out': [1, 0],
      password: [0.95, 0.1],
      parcel: [0, 1],
    });
    const documents = [
      sampleDocument('password', 'Reset your password here.'),
      sampleDocument('parcel', 'The parcel comes on Monday.'),
      sampleDocument('code', 'Code ZX81 means low battery.'),
      sampleDocument('other', 'Opening hours are long.'),
    ];
    const retriever = await createRetriever(documents, embedder);
    expect(idsOf(await retriever.retrieve('locked out', { k: 1 }))).toEqual(['password#0']);
    expect(idsOf(await retriever.retrieve('zx81', { k: 1 }))).toEqual(['code#0']);
  });

  describe('with the context of a conversation', () => {
    const documents = [
      sampleDocument('android-geofencing', 'Turn on geofencing on Android in the app.'),
      sampleDocument('iphone-geofencing', 'Turn on geofencing on iPhone in the app.'),
      sampleDocument('iphone-widget', 'The widget shows the temperature on iPhone.'),
      sampleDocument('parcel', 'The parcel with the crushed corner comes back to the shop.'),
    ];
    const context = (weight: number) => ({ text: 'How do I turn on geofencing on Android?', weight });

    it('finds what the question and the context are about together', async () => {
      const retriever = await createRetriever(documents);
      const found = await retriever.retrieve('and on iPhone?', { context: context(1) });
      expect(idsOf(found)[0]).toBe('iphone-geofencing#0');
      const evidence = found[0]!.evidence;
      expect(evidence.cosine).toBeLessThanOrEqual(1.0001);
      expect(evidence.coverage).toBeGreaterThan(0.5);
    });

    it('lets a question that changes the subject outweigh it', async () => {
      const retriever = await createRetriever(documents);
      const question = 'my parcel has a crushed corner';
      expect(idsOf(await retriever.retrieve(question, { context: context(0.5) }))[0]).toBe('parcel#0');
    });

    it('is as without it when it is empty or counts nothing', async () => {
      const retriever = await createRetriever(documents);
      const alone = await retriever.retrieve('on iPhone');
      expect(await retriever.retrieve('on iPhone', { context: context(0) })).toEqual(alone);
      expect(await retriever.retrieve('on iPhone', { context: { text: ' ', weight: 1 } })).toEqual(alone);
    });
  });

  it('embeds no question whose vector it is given, unless that is of another model', async () => {
    const asked: string[] = [];
    const inner = createHashingEmbedder();
    const retriever = await createRetriever(sampleDocuments, {
      ...inner,
      embedQuery: (text, options) => {
        asked.push(text);
        return inner.embedQuery(text, options);
      },
    });
    const query = 'what does error E4 mean';
    const values = await inner.embedQuery(query);
    const vector = { modelId: inner.modelId, values };
    const found = await retriever.retrieve(query, { vector });
    expect(asked).toEqual([]);
    const foreign = { modelId: 'other@1', values: values.map((value) => -value) };
    expect(await retriever.retrieve(query, { vector: foreign })).toEqual(found);
    const context = { text: 'about the boiler', weight: 1 };
    expect(await retriever.retrieve(query, { vector, context })).toEqual(
      await retriever.retrieve(query, { context }),
    );
    expect(asked.filter((text) => text === query)).toHaveLength(2);
  });

  it('fills k from what the filter accepts, and nothing else', async () => {
    const retriever = await createRetriever(sampleDocuments);
    const question = 'refund without asking, return the parcel';
    expect(idsOf(await retriever.retrieve(question, { k: 1 }))).toEqual(['refund-rules#0']);
    const customers = await retriever.retrieve(question, { k: 10, filter: { audiences: ['customer'] } });
    expect(customers).toHaveLength(6);
    expect(customers.every(({ chunk }) => chunk.audience === 'customer')).toBe(true);
    expect(idsOf(await retriever.retrieve(question, { filter: { sources: ['shop'] } })).sort()).toEqual([
      'returns#0',
      'returns#1',
    ]);
    expect(await retriever.retrieve(question, { filter: { languages: ['de'] } })).toEqual([]);
  });

  it('shows a passage once that several documents share word for word', async () => {
    const text = 'Press the button for ten seconds.';
    const documents = [
      sampleDocument('one', text),
      sampleDocument('two', 'press the button, for ten seconds'),
      sampleDocument('three', 'Do not press the button for ten seconds.'),
    ];
    const found = idsOf(await (await createRetriever(documents)).retrieve('button seconds'));
    expect(found).toHaveLength(2);
    expect(found).toContain('three#0');
  });

  it('prefers, of passages that are alike, the one from the document that is about it', async () => {
    const embedder = createOpinionatedEmbedder({ about: [1, 0], nearly: [0.95, 0.3], off: [0, 1] });
    const documents = [
      sampleDocument('mixed', 'nearly one\noff two\noff three'),
      sampleDocument('whole', 'nearly four\nnearly five\nnearly six'),
    ];
    const retriever = await createRetriever(documents, embedder);
    const found = idsOf(await retriever.retrieve('about', { k: 6 }));
    expect(found.slice(0, 3)).toEqual(['whole#0', 'whole#1', 'whole#2']);
    expect(found[3]).toBe('mixed#0');
  });

  it('keeps passages in a script that has no words for the index', async () => {
    const documents = [sampleDocument('one', '☎ ☎ ☎'), sampleDocument('two', '✉ ✉ ✉')];
    expect(await (await createRetriever(documents)).retrieve('about one')).toHaveLength(2);
  });

  it('finds nothing for an empty question or k of 0', async () => {
    const retriever = await createRetriever(sampleDocuments);
    expect(await retriever.retrieve('  \n')).toEqual([]);
    expect(await retriever.retrieve('valve', { k: 0 })).toEqual([]);
  });

  it('gives the same order every time', async () => {
    const retriever = await createRetriever(sampleDocuments);
    const first = await retriever.retrieve('valve bridge return');
    expect(await retriever.retrieve('valve bridge return')).toEqual(first);
  });

  it('rejects with the abort error, before and during embedding', async () => {
    const retriever = await createRetriever(sampleDocuments);
    await expect(retriever.retrieve('valve', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });

    const controller = new AbortController();
    const slow = {
      ...createHashingEmbedder(),
      embedQuery: async () => {
        controller.abort();
        return new Float32Array(64);
      },
    };
    const slowRetriever = await createRetriever(sampleDocuments, slow);
    await expect(slowRetriever.retrieve('valve', { signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
