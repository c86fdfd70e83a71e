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
import { createQuestionSearch, type QuestionSearch } from '../questions/question-search.ts';
import { sampleChunks, sampleDocument, sampleDocuments } from '../testing/sample-generation.ts';
import { createHybridRetriever } from './hybrid-retriever.ts';

async function createRetriever(
  documents: readonly Document[],
  embedder: Embedder = createHashingEmbedder(),
  written: Readonly<Record<string, readonly string[]>> = {},
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
    questions: await questionsFor(written, chunks, embedder),
  });
}

/** `written`: by the id of a passage. */
async function questionsFor(
  written: Readonly<Record<string, readonly string[]>>,
  chunks: readonly Chunk[],
  embedder: Embedder,
): Promise<QuestionSearch | undefined> {
  const texts = Object.values(written).flat();
  if (texts.length === 0) return undefined;
  const vectors = stackVectors(await embedder.embedDocuments(texts), embedder.dimensions);
  return createQuestionSearch({
    vectors,
    vectorIndex: createExactVectorIndex(vectors),
    groups: Object.entries(written).map(([id, questions]) => ({
      count: questions.length,
      passages: [chunks.findIndex((chunk) => chunk.id === id)],
    })),
    textOf: (group, index) => Object.values(written)[group]![index]!,
    passages: chunks.length,
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

  describe('with questions that were written for passages', () => {
    const documents = [
      sampleDocument('lamp', 'Hold the button until it blinks.'),
      ...['kettle', 'valve', 'bridge', 'plug'].map((word) =>
        sampleDocument(word, `The ${word} has to be connected.`),
      ),
    ];

    it('finds what only a question finds, with the evidence of the passage itself', async () => {
      const embedder = createOpinionatedEmbedder({
        'stays dark': [1, 0],
        near: [0.95, 0.3],
        far: [0.3, 0.95],
        button: [0, 1],
      });
      const far = Array.from({ length: 60 }, (_, index) => sampleDocument(`p${index}`, `far ${index}`));
      const all = [sampleDocument('n', 'near'), ...far, documents[0]!];
      const plain = await createRetriever(all, embedder);
      expect(idsOf(await plain.retrieve('it stays dark', { k: 50 }))).not.toContain('lamp#0');
      const retriever = await createRetriever(all, embedder, { 'lamp#0': ['why it stays dark'] });
      const found = await retriever.retrieve('it stays dark', { k: 50 });
      expect(idsOf(found).slice(0, 2)).toEqual(['n#0', 'lamp#0']);
      expect(found[1]!.evidence.cosine).toBeLessThan(0.1);
      expect(found[0]!.score).toBe(1);
      expect(found.every(({ score }) => score >= 0 && score <= 1)).toBe(true);
    });

    it('is as without them, to the last digit, where a filter leaves out all that have some', async () => {
      const all = [...documents, sampleDocument('secret', 'For agents.', { audience: 'internal' })];
      const plain = await createRetriever(all);
      const retriever = await createRetriever(all, undefined, { 'secret#0': ['the bulb stays dark'] });
      const filter = { audiences: ['customer'] as const };
      const found = await retriever.retrieve('the bulb stays dark', { filter });
      expect(found).toEqual(await plain.retrieve('the bulb stays dark', { filter }));
      expect(await retriever.retrieve('the bulb stays dark')).not.toEqual(
        await plain.retrieve('the bulb stays dark'),
      );
    });

    it('does not push a passage up because it alone has questions', async () => {
      const retriever = await createRetriever(documents, undefined, {
        'lamp#0': ['which colours does the lamp have'],
      });
      expect(idsOf(await retriever.retrieve('connect the kettle', { k: 1 }))).toEqual(['kettle#0']);
    });

    it('reads them with the context of a conversation, as it reads passages', async () => {
      const embedder = createOpinionatedEmbedder({ heating: [1, 0], bulb: [0, 1] });
      const retriever = await createRetriever(documents, embedder, {
        'lamp#0': ['is the bulb broken'],
        'valve#0': ['is the heating broken'],
      });
      const first = async (text: string) =>
        idsOf(await retriever.retrieve('and why', { context: { text, weight: 1 }, k: 1 }));
      expect(await first('my heating stays cold')).toEqual(['valve#0']);
      expect(await first('my bulb stays dark')).toEqual(['lamp#0']);
    });
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
