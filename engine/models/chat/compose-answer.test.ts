import { HumanMessage } from '@langchain/core/messages';
import { describe, expect, it } from 'vitest';
import type { Chunk, ScoredChunk } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { createHashingEmbedder } from '../testing/hashing-embedder.ts';
import { composeAnswer, type ExtractiveModels } from './compose-answer.ts';
import { ExtractiveChatModel } from './extractive-chat-model.ts';

const embedder = createHashingEmbedder();

function passage(
  text: string,
  { score = 1, ...chunk }: Partial<Chunk> & { score?: number } = {},
): ScoredChunk {
  return { score, evidence: {}, chunk: makeChunk({ title: 'Reset the thermostat', text, ...chunk }) };
}
const compose = async (query: string, ...passages: ScoredChunk[]) =>
  (await composeAnswer({ query, passages }, { embedder })).join('');

describe('the extractive answer', () => {
  it('quotes the sentence that answers and cites its passage', async () => {
    const text = await compose(
      'how do I reset the thermostat',
      passage('Our office is closed on Sundays. Colours may differ from the picture.', {
        documentId: 'office',
        score: 0.4,
      }),
      passage('To reset the thermostat, hold the dial for 20 seconds.', { score: 1 }),
    );
    expect(text).toMatch(/^To reset the thermostat, hold the dial for 20 seconds\. \[2\]/);
    expect(text).not.toContain('Colours');
  });

  it('gives steps whole and in order, with the line that leads into them', async () => {
    const text = await compose(
      'how do I reset the thermostat with the dial',
      passage(
        'Some weather is cold.\n\nTo reset:\n\n1. Open the menu.\n2. Hold the dial to reset the thermostat.\n3. Wait for the click.',
      ),
    );
    expect(text).toContain(
      'To reset:\n1. Open the menu.\n2. Hold the dial to reset the thermostat.\n3. Wait for the click. [1]',
    );
  });

  it('says nothing that is not in a passage, word for word', async () => {
    const texts = [
      'The warranty lasts five years. It covers the thermostat and the bridge.\n\n- Receiver — UK: £60\n- Valve — UK: £4',
      'Returns are free within 30 days. This also covers gifts. Write to us first.',
    ];
    const answer = await compose(
      'how long is the warranty on the bridge',
      ...texts.map((text, index) => passage(text, { documentId: `d${index}` })),
    );
    const quoted = answer
      .replace(/ \[\d\]/g, '')
      .split(/\n+|(?<=\.) /)
      .map((part) => part.trim())
      .filter(Boolean);
    for (const part of quoted) expect(texts.some((text) => text.includes(part))).toBe(true);
  });

  it('prefers an article to a past conversation that says about the same, and never mixes the two', async () => {
    const text = await compose(
      'how long is the warranty on the bridge',
      passage('Your warranty on the bridge is fine until May.', {
        documentId: 'c-1',
        kind: 'transcript',
      }),
      passage('The warranty on the bridge is two years.', { documentId: 'warranty' }),
    );
    expect(text).toBe('The warranty on the bridge is two years. [2]');
  });

  it('takes a sentence that points back together with the one before it', async () => {
    const text = await compose(
      'does away mode affect hot water',
      passage('Away lowers the heating to 12 degrees. This does not affect the hot water in away mode.'),
    );
    expect(text).toMatch(/^Away lowers the heating/);
  });

  it('stays short, whatever the passages hold', async () => {
    const long = Array.from(
      { length: 60 },
      (_, index) => `The bridge warranty rule number ${index} says ${'more '.repeat(index % 7)}words.`,
    ).join(' ');
    const text = await compose(
      'bridge warranty rule',
      ...[0, 1, 2, 3].map((index) => passage(long.slice(index), { documentId: `d${index}` })),
    );
    expect(text.split(/\s+/).length).toBeLessThan(200);
    expect(text.match(/\./g)?.length ?? 0).toBeLessThan(12);
  });

  describe('with a reranker', () => {
    const question = 'am I too late to send it back';
    const text =
      'We repair what is broken in our workshop. Returns are free within 60 days.\n\nParcels take three days to arrive.';
    const answer = async (reranker: ExtractiveModels['reranker'], signal?: AbortSignal) =>
      (
        await composeAnswer(
          { query: question, passages: [passage(text)] },
          { embedder, ...(reranker ? { reranker } : {}) },
          { signal },
        )
      ).join('');
    const trust = { temperature: 1, passageWeight: 0, sentenceWeight: 3 };
    const prefers = (word: string) => ({
      trust,
      score: async (_question: string, texts: readonly string[]) =>
        texts.map((one) => (one.includes(word) ? 5 : -5)),
    });

    it('takes the sentence that it finds to answer, whatever words and vectors say', async () => {
      expect(await answer(prefers('Parcels'))).toMatch(/^Parcels take three days to arrive\./);
      expect(await answer(prefers('60 days'))).toMatch(/^Returns are free within 60 days\./);
    });

    it('does not ask one whose sentences are worth nothing', async () => {
      const score = async () => {
        throw new Error('asked');
      };
      expect(await answer({ trust: { ...trust, sentenceWeight: 0 }, score })).toBe(await answer(undefined));
    });

    it('goes on without one that fails, but not for a customer who went away', async () => {
      const controller = new AbortController();
      const failing = {
        trust,
        score: async () => {
          throw new AppError('busy', 'too much waits');
        },
      };
      expect(await answer(failing)).toBe(await answer(undefined));
      const leaving = {
        trust,
        score: async () => {
          controller.abort();
          controller.signal.throwIfAborted();
          return [];
        },
      };
      await expect(answer(leaving, controller.signal)).rejects.toMatchObject({ name: 'AbortError' });
    });
  });

  it('is empty without passages', async () => {
    expect(await compose('anything')).toBe('');
  });

  it('streams and invokes as a LangChain chat model', async () => {
    const model = new ExtractiveChatModel({ embedder });
    const grounding = { query: 'warranty', passages: [passage('The warranty is two years.')] };
    let streamed = '';
    for await (const piece of await model.stream([new HumanMessage('warranty')], { grounding }))
      streamed += piece.text;
    const invoked = await model.invoke([new HumanMessage('warranty')], { grounding });
    expect(streamed).toBe('The warranty is two years. [1]');
    expect(invoked.text).toBe(streamed);
  });
});
