// What every model that writes has to do, wherever it runs.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { finishOf, type WritingModel } from '#core/chat-model.ts';
import { patienceMs } from '#core/testing/patience.ts';

export interface ContractOptions {
  open(): Promise<WritingModel>;
  /** Whether the model works on an answer right now: a request that is open, or decoding. */
  isWorking(): boolean | Promise<boolean>;
}

const prompt = [
  { role: 'system' as const, content: 'You answer in plain sentences.' },
  {
    role: 'user' as const,
    content: 'Write ten sentences about how a letter travels from one town to another.',
  },
];

export function writingModelContract({ open, isWorking }: ContractOptions): void {
  let opened: WritingModel;
  beforeAll(async () => {
    opened = await open();
  }, patienceMs);
  afterAll(() => opened?.[Symbol.asyncDispose]());

  it(
    'streams in pieces, and says in the last one how it ended',
    async () => {
      const pieces: string[] = [];
      let finish: string | undefined;
      for await (const chunk of await opened.model.stream(prompt)) {
        pieces.push(chunk.text);
        finish = finishOf(chunk) ?? finish;
      }
      expect(pieces.filter(Boolean).length).toBeGreaterThan(1);
      expect(finish).toMatch(/^(?:stop|length)$/);
      // The cap on output holds.
      expect(opened.countTokens(pieces.join(''))).toBeLessThanOrEqual(2 * opened.maxTokens);
    },
    patienceMs,
  );

  it(
    'stops working when it is aborted, and takes the next question',
    async () => {
      const controller = new AbortController();
      const reading = (async () => {
        for await (const { text } of await opened.model.stream(prompt, { signal: controller.signal }))
          if (text) controller.abort();
      })();
      await expect(reading).rejects.toThrow();
      await expect.poll(isWorking, { timeout: patienceMs }).toBe(false);
      let text = '';
      for await (const chunk of await opened.model.stream(prompt)) text += chunk.text;
      expect(text).not.toBe('');
    },
    patienceMs,
  );

  it(
    'stops working when nobody reads any more',
    async () => {
      for await (const { text } of await opened.model.stream(prompt)) if (text) break;
      await expect.poll(isWorking, { timeout: patienceMs }).toBe(false);
    },
    patienceMs,
  );

  it('counts tokens, never fewer for a longer text', () => {
    expect(opened.countTokens('Hold the dial for ten seconds.')).toBeGreaterThanOrEqual(5);
    expect(opened.countTokens('a b c '.repeat(100))).toBeGreaterThan(opened.countTokens('a b c '.repeat(50)));
    expect(opened.contextTokens).toBeGreaterThanOrEqual(512);
  });
}
