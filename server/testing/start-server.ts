// The real server on a free port, with a scripted answer behind it.
import { join } from 'node:path';
import { loadConfig } from '#app/config.ts';
import { createLogger } from '#app/logger.ts';
import { createMetrics } from '#app/metrics.ts';
import type { Answer } from '#chat/answer.ts';
import { createAnswering } from '#chat/runs/answering.ts';
import { cannedKnowledgeBase } from '#chat/testing/fixtures.ts';
import { scriptedAnswer } from '#chat/testing/scripted-answer.ts';
import type { JournalEntry } from '#core/events.ts';
import type { ConversationStore } from '#core/stores.ts';
import { createMemoryConversationStore } from '#storage/memory/memory-conversation-store.ts';
import { type HttpServerOptions, openHttpServer } from '../http/http-server.ts';
import { createRateLimits } from '../http/rate-limits.ts';

export interface StartOptions {
  readonly script?: Parameters<typeof scriptedAnswer>[0];
  /** Instead of a scripted one. */
  readonly answer?: Answer;
  readonly env?: Record<string, string>;
  readonly store?: ConversationStore;
  readonly overrides?: Partial<HttpServerOptions>;
}

export const allowedOrigin = 'https://shop.example';

/** Limits are so wide that only tests about them meet them. */
const roomy = {
  ANSWERDESK_PORT: '0',
  ANSWERDESK_ALLOWED_ORIGINS: allowedOrigin,
  ANSWERDESK_METRICS_TOKEN: 'token-of-the-tests',
  ANSWERDESK_MESSAGES_PER_MINUTE: '100000',
  ANSWERDESK_REQUESTS_PER_MINUTE: '1000000',
};

export async function startServer({
  script = { deltas: ['Hold ', 'it.'] },
  answer,
  env = {},
  store: given,
  overrides = {},
}: StartOptions = {}) {
  const config = loadConfig({ ...roomy, ...env });
  const store = given ?? createMemoryConversationStore();
  const scripted = scriptedAnswer(script);
  const logs: string[] = [];
  const metrics = createMetrics();
  const answering = createAnswering({
    store,
    answer: answer ?? scripted.answer,
    limits: config.limits,
    observer: metrics.answering,
  });
  metrics.countAnswers(() => answering.active);
  const server = await openHttpServer({
    config,
    answering,
    store,
    metrics,
    knowledgeBase: () => cannedKnowledgeBase([]),
    rateLimits: createRateLimits(config.limits),
    logger: createLogger('debug', { write: (line) => void logs.push(line) }),
    webFolder: join(import.meta.dirname, 'web'),
    ...overrides,
  });
  const url = server.url.replace('localhost', '127.0.0.1');
  return {
    ...scripted,
    url,
    api: `${url}/api/conversations`,
    metrics: async () => (await fetch(`${url}/metrics`, requestInit(roomy.ANSWERDESK_METRICS_TOKEN))).text(),
    store,
    answering,
    logs,
    close: server.close,
    async [Symbol.asyncDispose]() {
      await server.close(0);
    },
  };
}

export interface TestConversation {
  readonly id: string;
  readonly token: string;
}

export async function createConversation(api: string): Promise<TestConversation> {
  const response = await fetch(api, { method: 'POST' });
  return (await response.json()) as TestConversation;
}

export const bodyOf = async <Body>(response: Response) => (await response.json()) as Body;

export function requestInit(
  token: string | undefined,
  body?: unknown,
  headers: Record<string, string> = {},
): RequestInit {
  return {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
  };
}

/** The entries of an event stream that the server ends, or as many as wanted. */
export async function readEvents(
  response: Response,
  { count = Number.POSITIVE_INFINITY } = {},
): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  let text = '';
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data === undefined) continue;
      const entry = JSON.parse(data) as JournalEntry;
      if (Number(/^id: (.*)$/m.exec(block)?.[1]) !== entry.sequence)
        throw new Error('the event id is not the sequence number');
      entries.push(entry);
      if (entries.length >= count) return entries;
    }
  }
  return entries;
}

export const textOf = (entries: readonly JournalEntry[]) =>
  entries.map(({ event }) => (event.type === 'answer-delta' ? event.text : '')).join('');
