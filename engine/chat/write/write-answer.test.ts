import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelSize } from '#core/chat-model.ts';
import type { AppError } from '#core/errors.ts';
import type { ChatEvent } from '#core/events.ts';
import type { Spending } from '#core/spending.ts';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { patienceMs } from '#core/testing/patience.ts';
import { openWritingModel } from '#models/chat/open-chat-model.ts';
import {
  chunkLine,
  type OpenaiServer,
  openOpenaiServer,
  type ServerScript,
} from '#models/testing/openai-server.ts';
import { ScriptedChatModel, scored } from '../testing/fixtures.ts';
import { writingOf } from '../testing/open-writing.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import { sentenceGuard } from './guard-sentences.ts';
import { createModelQueue } from './model-queue.ts';
import { createWriter, type WritingDependencies, type Written } from './write-answer.ts';

const passages = [
  scored(
    makeChunk({
      text: 'To reset the thermostat, hold the dial for 20 seconds. The ring turns white. Then let go of the dial.',
    }),
  ),
];
const quotation = 'Hold the dial for 20 seconds [1].';
/** Words that two texts share, as a score: what is tested here is not how good it is. */
const wordScore = {
  async score(sentence: string, passage: string) {
    const words = sentence.toLowerCase().match(/[a-z]{3,}/g) ?? [];
    return words.filter((word) => passage.toLowerCase().includes(word)).length / Math.max(1, words.length);
  },
};

let server: OpenaiServer;
beforeAll(async () => {
  server = await openOpenaiServer();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Told {
  readonly events: ChatEvent[];
  readonly written: Written;
  readonly failures: AppError[];
}

/** What the customer's screen holds after the events. */
function onScreen(events: readonly ChatEvent[]): string {
  return events.reduce((text, event) => {
    if (event.type === 'answer-replaced') return event.text;
    return event.type === 'answer-delta' ? text + event.text : text;
  }, '');
}

async function desk(changed: Partial<WritingDependencies> = {}, maxTokens = 200, size: ModelSize = 'large') {
  const model = await openWritingModel({
    model: 'openai:m',
    baseUrl: server.baseUrl,
    maxTokens,
    size,
    packages: '/nowhere',
  });
  const write = createWriter({
    chatModel: { name: 'extractive', model: new ScriptedChatModel({ deltas: [quotation] }) },
    writing: writingOf(model, {
      openGuard: sentenceGuard({ scorer: wordScore, supportedFrom: 0.6 }),
      ...changed,
    }),
  });
  return async (
    script: ServerScript,
    signal?: AbortSignal,
    onEvent?: (event: ChatEvent) => void,
  ): Promise<Told> => {
    server.script = script;
    const events: ChatEvent[] = [];
    const failures: AppError[] = [];
    const request = {
      messageId: 'a',
      turns: [
        {
          id: 'q',
          author: 'customer' as const,
          text: 'How do I reset it?',
          createdAt: '2026-01-01T00:00:00.000Z',
        },
      ],
      grounding: { query: 'How do I reset the thermostat?', passages },
      isAllowedUrl: () => false,
    };
    const options = { signal, modelFailed: (_model: string, error: AppError) => failures.push(error) };
    const writing = write(request, options);
    for (let next = await writing.next(); ; next = await writing.next()) {
      if (next.done) return { events, written: next.value, failures };
      events.push(next.value);
      onEvent?.(next.value);
    }
  };
}

const good = ['Hold the dial for 20 seconds [1]. ', 'The ring turns white ', '[1].'];
const types = (events: readonly ChatEvent[]) => events.map(({ type }) => type);

describe('an answer in words of a model', () => {
  it('shows the sources at once, then each sentence when it is complete', async () => {
    const { events, written } = await (await desk())({ words: good });
    expect(types(events)).toEqual(['sources-available', 'sources-available', 'answer-delta', 'answer-delta']);
    expect(onScreen(events)).toBe('Hold the dial for 20 seconds [1]. The ring turns white [1].');
    expect(written).toMatchObject({
      text: onScreen(events),
      complete: true,
      model: { name: 'openai:m' },
      citations: [{ number: 1 }],
    });
  });

  it('drops a sentence that no passage supports, and cites anew what another marker stood behind', async () => {
    const words = [
      'Hold the dial for 20 seconds. ',
      'Your warranty ends then [1]. ',
      'The ring turns white [1].',
    ];
    const { events } = await (await desk())({ words });
    expect(onScreen(events)).toBe('Hold the dial for 20 seconds [1]. The ring turns white [1].');
  });

  it.each([
    ['a number', 'Hold the dial for 90 seconds [1].'],
    ['a name', 'Hold the dial of the Pellworth for 20 seconds [1].'],
    ['an address', 'Hold the dial for 20 seconds, see https://evil.example/dial [1].'],
    ['a denial', 'Do not hold the dial for 20 seconds [1].'],
  ])(
    'never shows %s that no passage holds; the articles are quoted in its place',
    async (_what, sentence) => {
      const { events, written } = await (await desk())({ words: [sentence] });
      expect(onScreen(events)).toBe(quotation);
      expect(written.model).toEqual({ name: 'extractive', fallback: true, because: 'unsupported' });
    },
  );

  it('replaces what was shown where too little is left of the rest', async () => {
    const words = [good[0]!, 'Call us on 555. ', 'Bring 12 bolts. ', 'It costs 99 euros. '];
    const { events, written } = await (await desk())({ words });
    expect(types(events)).toContain('answer-delta');
    expect(events.at(-1)).toMatchObject({ type: 'answer-replaced', text: quotation, reason: 'unsupported' });
    expect(written.model.because).toBe('unsupported');
  });

  it('tells when the model says that it does not know', async () => {
    const words = ['I do not know. ', 'The passages do not mention that.'];
    const { events, written } = await (await desk())({ words });
    expect(onScreen(events)).toBe('');
    expect(written).toMatchObject({ declined: true, text: '' });
  });

  it('stops a model that says the same again and again', async () => {
    const words = Array.from({ length: 5_000 }, () => good[0]!);
    const { events, written } = await (await desk())({ words, delayMs: 0 });
    expect(onScreen(events)).toBe('Hold the dial for 20 seconds [1].');
    expect(written.complete).toBe(true);
    await expect.poll(() => server.requests.at(-1)?.closed).toBe(true);
  });

  it('stops a small model where it has said more than an answer', async () => {
    const ask = await desk({}, 1_000_000, 'small');
    const raw = endless((index) => `It is the ${index}th word of many. `);
    await ask({ raw });
    await expect.poll(() => server.requests.at(-1)?.closed).toBe(true);
  });

  it('gives way to the quotation where it leaves out what that says first, if it has to say that', async () => {
    const besides = { words: ['The ring turns white [1].'] };
    const { events, written } = await (await desk({ coversQuotation: true }))(besides);
    expect(onScreen(events)).toBe(quotation);
    expect(written.model).toEqual({ name: 'extractive', fallback: true, because: 'incomplete' });
    expect(
      (await (await desk({ coversQuotation: true }))({ words: good })).written.model.because,
    ).toBeUndefined();
    expect((await (await desk())(besides)).written.text).toBe('The ring turns white [1].');
  });

  it('stops a model that goes round without ever ending a sentence', async () => {
    const raw = endless(() => 'The light ring means\n');
    const { events } = await (await desk({}, 1_000_000))({ raw });
    expect(onScreen(events)).toBe(quotation);
    await expect.poll(() => server.requests.at(-1)?.closed).toBe(true);
  });
});

describe('while the model is slow', () => {
  it('the quoted answer is shown first, and the written one takes its place when it is complete', async () => {
    const { events, written } = await (await desk({ quoteAfterMs: 20 }))({ words: good, silenceMs: 200 });
    expect(types(events).at(-1)).toBe('answer-replaced');
    expect(events.filter(({ type }) => type === 'answer-delta')).toMatchObject([{ text: quotation }]);
    expect(events.at(-1)).toMatchObject({
      text: written.text,
      citations: written.citations,
      reason: 'written',
    });
    expect(written.text).toContain('The ring turns white');
  });

  it.each([
    ['passes no guard', { words: ['Call 555 now.'], silenceMs: 100 }, 'unsupported'],
    ['breaks off', { words: good, silenceMs: 100, finish: null }, 'failed'],
    ['never begins', { silenceMs: patienceMs }, 'failed'],
  ] as const)('the quoted answer stays where the written one %s', async (_how, script, because) => {
    const timeouts = { firstTokenTimeoutMs: 400, tokenTimeoutMs: patienceMs };
    const { events, written } = await (await desk({ quoteAfterMs: 20, timeouts }))(script);
    expect(onScreen(events)).toBe(quotation);
    expect(types(events)).not.toContain('answer-replaced');
    expect(written).toMatchObject({ complete: true, model: { fallback: true, because } });
  });
});

describe('when the model fails', () => {
  it('20 of 20 streams that end without a reason are interrupted, with the sentences that were shown', async () => {
    const ask = await desk({ breaker: createCircuitBreaker({ failures: 100 }) });
    for (let round = 0; round < 20; round++) {
      const { events, written } = await ask({ words: [...good, ' Then let'], finish: null });
      expect(written).toMatchObject({ complete: false, text: onScreen(events) });
      expect(onScreen(events)).toBe('Hold the dial for 20 seconds [1]. The ring turns white [1].');
    }
  });

  it.each<[string, ServerScript]>([
    ['refuses with the prompt in its message', { status: 400 }],
    ['sends no stream', { raw: (response) => void response.end('<html>Bad gateway</html>') }],
    ['sends nonsense', { raw: (response) => void response.end('data: {"choices": [nonsense]}\n\n') }],
    ['says nothing', { words: [] }],
    ['hangs up', { raw: (response) => void response.destroy() }],
    ['pauses for ever', { words: ['Hold '], silenceMs: 0, delayMs: patienceMs }],
  ])('a server that %s costs no answer, and nothing of the prompt is told', async (_how, script) => {
    const timeouts = { firstTokenTimeoutMs: 500, tokenTimeoutMs: 500 };
    const { events, written, failures } = await (await desk({ timeouts }))(script);
    expect(onScreen(events)).toBe(quotation);
    expect(written).toMatchObject({ complete: true, model: { fallback: true } });
    expect(failures.map(({ message }) => message).join()).not.toMatch(/thermostat|passage|nonsense/);
  });

  it.each<[string, ServerScript]>([
    ['never ends', { raw: endless((index) => `Word ${index} of many. `) }],
    ['never ends and has no sentence', { raw: endless(() => 'word ') }],
    ['sends 560,000 characters at once', { words: [`Hold the dial. ${'x '.repeat(280_000)}`] }],
  ])('a stream that %s is bounded', async (_how, script) => {
    const { written } = await (await desk({}, 100))(script);
    expect(written.text.length).toBeLessThan(1_000);
    await expect.poll(() => server.requests.at(-1)?.closed, { timeout: patienceMs }).toBe(true);
  });

  it('signs of life without text do not put off the time-out', async () => {
    const timeouts = { firstTokenTimeoutMs: 300, tokenTimeoutMs: 300 };
    const raw = endless(() => '');
    const { written } = await (await desk({ timeouts }))({ raw });
    expect(written.model).toMatchObject({ because: 'failed' });
  });

  it('leaves the model alone after five failures, and tries it again after a rest', async () => {
    let now = 0;
    const ask = await desk({ breaker: createCircuitBreaker({ now: () => now }) });
    for (let round = 0; round < 5; round++) await ask({ status: 500 });
    const before = server.requests.length;
    expect((await ask({ words: good })).written.model.because).toBe('resting');
    expect(server.requests.length).toBe(before);
    now += 10_000;
    expect((await ask({ words: good })).written.model.fallback).toBeUndefined();
  });

  it('does not ask a server that said "Retry-After" before that time', async () => {
    let now = 0;
    const ask = await desk({ breaker: createCircuitBreaker({ now: () => now }) });
    await ask({ status: 429, headers: { 'retry-after': '30' } });
    now += 29_000;
    expect((await ask({ words: good })).written.model.because).toBe('resting');
    now += 2_000;
    expect((await ask({ words: good })).written.model.fallback).toBeUndefined();
  });

  it('quotes when the day has no money left, and gives back what was not used', async () => {
    const settled: unknown[] = [];
    const reserve: Spending['reserve'] = async () => ({ settle: async (used) => void settled.push(used) });
    await (await desk({ spending: { reserve } }))({ words: good });
    expect(settled).toHaveLength(1);
    const spent = await (await desk({ spending: { reserve: async () => undefined } }))({ words: good });
    expect(spent.written.model.because).toBe('spent');
  });
});

describe('several customers and one model', () => {
  it('wait in order and see their place; one too many is answered from the articles', async () => {
    const ask = await desk({ queue: createModelQueue({ atOnce: 1, waiting: 2 }) });
    const slow: ServerScript = { words: good, delayMs: 60 };
    const all = await Promise.all([ask(slow), ask(slow), ask(slow), ask(slow)]);
    const places = all.map(({ events }) =>
      events.flatMap((event) => (event.type === 'answer-queued' ? [event.place] : [])),
    );
    expect(places).toEqual([[], [1], [2, 1], []]);
    expect(all.map(({ written }) => written.model.because)).toEqual([
      undefined,
      undefined,
      undefined,
      'busy',
    ]);
  });

  it('a stop reaches the server, and frees the place of who waits', async () => {
    const ask = await desk({ queue: createModelQueue({ atOnce: 1, waiting: 2 }) });
    const controller = new AbortController();
    const words = Array.from(
      { length: 500 },
      (_, index) => `Hold the dial, ${index === 0 ? '' : 'then '}let go. `,
    );
    const stopped = ask({ words, delayMs: 20 }, controller.signal, ({ type }) => {
      if (type === 'answer-delta') controller.abort(new DOMException('stop', 'AbortError'));
    });
    const waits = ask({ words, delayMs: 20 }, AbortSignal.timeout(patienceMs));
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    const request = server.requests.at(-1)!;
    await expect.poll(() => request.closed).toBe(true);
    server.script = { words: good };
    expect((await waits).events.map(({ type }) => type)).toContain('answer-queued');
  });
});

function endless(word: (index: number) => string): NonNullable<ServerScript['raw']> {
  return async (response) => {
    for (let index = 0; !response.destroyed; index++) {
      response.write(chunkLine({ content: word(index) }, null));
      await sleep(1);
    }
  };
}
