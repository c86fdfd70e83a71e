import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Chunk, matchesFilter, type ScoredChunk } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import type { Reranker, RerankerTrust, RerankReport } from '#core/reranker.ts';
import type { Retriever } from '#core/retriever.ts';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { createRerankingRetriever } from './reranking-retriever.ts';

interface Known extends Partial<Chunk> {
  readonly id: string;
  readonly score: number;
  /** What the reranker makes of it. */
  readonly logit: number;
}

function passage({ score, logit: _logit, ...chunk }: Known): ScoredChunk {
  return {
    score,
    evidence: { cosine: score },
    chunk: makeChunk({ documentId: chunk.id, title: '', text: chunk.id, ...chunk }),
  };
}

/** Finds them all, best first, as far as `k` and filter allow. */
function retrieverOf(known: readonly Known[]): Retriever {
  const passages = known.map(passage).sort((a, b) => b.score - a.score);
  return {
    retrieve: async (_query, { k = 10, filter } = {}) =>
      passages.filter(({ chunk }) => matchesFilter(chunk, filter)).slice(0, k),
  };
}

const trust: RerankerTrust = { temperature: 1, passageWeight: 0.5, sentenceWeight: 0 };

function rerankerOf(known: readonly Known[]) {
  const logits = new Map(known.map(({ id, logit }) => [id, logit]));
  const asked: number[] = [];
  const rerank: Reranker['rerank'] = async (_query, candidates) => {
    asked.push(candidates.length);
    return candidates
      .map(({ chunk, evidence }) => {
        const score = logits.get(chunk.id)!;
        return { chunk, score, evidence: { ...evidence, rerank: score } };
      })
      .sort((a, b) => b.score - a.score);
  };
  return { rerank, asked, trust };
}

const ids = (found: readonly ScoredChunk[]) => found.map(({ chunk }) => chunk.id);
const falling = (count: number, rest: (index: number) => Partial<Known> = () => ({})): Known[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `p${index}`,
    score: 1 - index / count,
    logit: -4,
    ...rest(index),
  }));

describe('the reranking retriever', () => {
  it('lets the reranker read a question that needs its context behind it, and any other alone', async () => {
    const known = [{ id: 'a', score: 1, logit: 1 }];
    const questions: string[] = [];
    const reranking = createRerankingRetriever(retrieverOf(known), {
      trust,
      rerank: async (question, candidates) => {
        questions.push(question);
        return rerankerOf(known).rerank(question, candidates);
      },
    });
    for (const weight of [1, 0.5])
      await reranking.retrieve('and on iPhone?', { context: { text: 'Geofencing on Android', weight } });
    await reranking.retrieve('and on iPhone?');
    expect(questions).toEqual(['Geofencing on Android\nand on iPhone?', 'and on iPhone?', 'and on iPhone?']);
  });

  it('lifts what the reranker finds to answer, and says how sure it was', async () => {
    const known = falling(10, (index) => (index === 5 ? { logit: 6 } : {}));
    const found = await createRerankingRetriever(retrieverOf(known), rerankerOf(known)).retrieve('q');
    expect(ids(found).slice(0, 3)).toEqual(['p5', 'p0', 'p1']);
    expect(found[0]!.evidence).toEqual({ cosine: 0.5, rerank: 6 });
    for (const [index, { score }] of found.entries())
      expect(score).toBeLessThanOrEqual(found[index - 1]?.score ?? 1);
  });

  it('reads on as long as an unread passage could still come first, and no longer', async () => {
    const unsure = falling(30);
    const { rerank, asked } = rerankerOf(unsure);
    const reports: RerankReport[] = [];
    const observer = { reranked: (report: RerankReport) => reports.push(report) };
    await createRerankingRetriever(retrieverOf(unsure), { rerank, trust }, { observer }).retrieve('q');
    expect(asked).toEqual([8, 6, 6]);
    const shallow = rerankerOf(unsure);
    const ofModel = { rerank: shallow.rerank, trust: { ...trust, depth: 8 } };
    await createRerankingRetriever(retrieverOf(unsure), ofModel).retrieve('q');
    expect(shallow.asked).toEqual([8]);
    const clear = falling(30, (index) => (index === 0 ? { logit: 8 } : {}));
    const found = await createRerankingRetriever(retrieverOf(clear), rerankerOf(clear), {
      observer,
    }).retrieve('q', { k: 30 });
    expect(reports).toMatchObject([
      { outcome: 'complete', candidates: 20, read: 20 },
      { outcome: 'sure', candidates: 20, read: 8 },
    ]);
    expect(found.filter(({ evidence }) => evidence.rerank !== undefined)).toHaveLength(8);
    expect(ids(found)).toEqual(ids(clear.map(passage)));
  });

  it('gives a past conversation the same share of both scores', async () => {
    const known: Known[] = [
      { id: 'article', score: 0.6, logit: 0 },
      { id: 'talk', score: 0.6, logit: 1, kind: 'transcript' },
    ];
    const found = await createRerankingRetriever(retrieverOf(known), rerankerOf(known)).retrieve('q');
    expect(ids(found)).toEqual(['article', 'talk']);
  });

  it('passes the filter on, and gives as many as are wanted', async () => {
    const known = falling(40, (index) => (index % 2 ? { audience: 'internal', logit: 9 } : {}));
    const retriever = createRerankingRetriever(retrieverOf(known), rerankerOf(known));
    for (const k of [0, 1, 5, 18, 60]) {
      const found = await retriever.retrieve('q', { k, filter: { audiences: ['customer'] } });
      expect(found).toHaveLength(Math.min(k, 20));
      expect(found.every(({ chunk }) => chunk.audience === 'customer')).toBe(true);
    }
    expect(await retriever.retrieve('q', { filter: { sources: ['none'] } })).toEqual([]);
  });

  it('falls back to the first order when the reranker fails, and tells the observer', async () => {
    const known = falling(12);
    const failures: string[] = [];
    const reports: RerankReport[] = [];
    const retriever = createRerankingRetriever(
      retrieverOf(known),
      {
        trust,
        rerank: async () => {
          throw new AppError('model-invalid', 'gives no usable scores');
        },
      },
      { observer: { failed: ({ code }) => failures.push(code), reranked: (report) => reports.push(report) } },
    );
    expect(await retriever.retrieve('q')).toEqual(known.map(passage).slice(0, 10));
    expect(failures).toEqual(['model-invalid']);
    expect(reports).toMatchObject([{ outcome: 'failed', read: 0 }]);
  });

  it('goes on without what is late, and keeps what came in time', async () => {
    const known = falling(20, (index) => (index === 7 ? { logit: 1 } : {}));
    const { rerank, asked } = rerankerOf(known);
    const reports: RerankReport[] = [];
    const slow: Reranker['rerank'] = (query, candidates, options) =>
      asked.length === 0
        ? rerank(query, candidates, options)
        : new Promise((_resolve, reject) => {
            options?.signal?.addEventListener('abort', () => reject(options.signal?.reason));
          });
    const retriever = createRerankingRetriever(
      retrieverOf(known),
      { rerank: slow, trust },
      { deadlineMs: 20, observer: { reranked: (report) => reports.push(report) } },
    );
    let isCutShort = false;
    const cutShort = () => {
      isCutShort = true;
    };
    const found = await retriever.retrieve('q', { cutShort });
    expect(ids(found).slice(0, 2)).toEqual(['p7', 'p0']);
    expect(reports).toMatchObject([{ outcome: 'late', read: 8 }]);
    expect(isCutShort).toBe(true);
  });

  it('goes on without a reranker that says that it would be late, which is no failure', async () => {
    const known = falling(20, (index) => (index === 7 ? { logit: 1 } : {}));
    const reports: RerankReport[] = [];
    const within: (number | undefined)[] = [];
    const retriever = createRerankingRetriever(
      retrieverOf(known),
      {
        trust,
        async rerank(_query, _candidates, { withinMs } = {}) {
          within.push(withinMs);
          throw new AppError('busy', 'Others are read.');
        },
      },
      {
        deadlineMs: 60_000,
        observer: { reranked: (report) => reports.push(report), failed: () => expect.unreachable() },
      },
    );
    expect(ids(await retriever.retrieve('q')).slice(0, 2)).toEqual(['p0', 'p1']);
    expect(reports).toMatchObject([{ outcome: 'late', read: 0 }]);
    expect(within).toEqual([expect.closeTo(60_000, -4)]);
  });

  it('rejects with the reason of the customer who went away', async () => {
    const known = falling(5);
    const controller = new AbortController();
    const retriever = createRerankingRetriever(retrieverOf(known), {
      trust,
      rerank: async (_query, _candidates, { signal } = {}) => {
        controller.abort();
        signal?.throwIfAborted();
        return [];
      },
    });
    await expect(retriever.retrieve('q', { signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  const anyKnown = fc
    .array(
      fc.record({
        score: fc.double({ min: 0, max: 1, noNaN: true }),
        logit: fc.double({ min: -12, max: 12, noNaN: true }),
        kind: fc.constantFrom('article' as const, 'transcript' as const),
      }),
      { maxLength: 30 },
    )
    .map((list): Known[] => list.map((one, index) => ({ ...one, id: `p${index}` })));
  const anyOptions = fc.record({
    trust: fc.record({
      passageWeight: fc.double({ min: 0, max: 1, noNaN: true }),
      temperature: fc.double({ min: 0.5, max: 4, noNaN: true }),
    }),
    first: fc.integer({ min: 1, max: 20 }),
    step: fc.integer({ min: 1, max: 20 }),
  });

  it('never changes the first passage by stopping early', async () => {
    await fc.assert(
      fc.asyncProperty(anyKnown, anyOptions, async (known, options) => {
        const stopping = createRerankingRetriever(retrieverOf(known), rerankerOf(known), options);
        const reading = createRerankingRetriever(retrieverOf(known), rerankerOf(known), {
          ...options,
          first: 20,
        });
        const [early, all] = [await stopping.retrieve('q'), await reading.retrieve('q')];
        expect(ids(early)[0]).toBe(ids(all)[0]);
      }),
    );
  });

  it('gives every passage once, best first, with scores from 0 to 1', async () => {
    await fc.assert(
      fc.asyncProperty(anyKnown, anyOptions, async (known, options) => {
        const found = await createRerankingRetriever(retrieverOf(known), rerankerOf(known), options).retrieve(
          'q',
          { k: 30 },
        );
        expect(ids(found).sort()).toEqual(ids(known.map(passage)).sort());
        for (const [index, { score }] of found.entries()) {
          expect(score).toBeLessThanOrEqual(found[index - 1]?.score ?? 1);
          expect(score).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
