// More customers than the desk can serve, and customers who all leave at once.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ConversationStore } from '#core/stores.ts';
import { inDefaultTenant } from '#core/tenant.ts';
import { createMemoryConversationStore } from '#storage/memory/memory-conversation-store.ts';
import { connectSocket } from './testing/socket-client.ts';
import { bodyOf, createConversation, readEvents, requestInit, startServer } from './testing/start-server.ts';

const message = { id: 'message-1', text: 'How do I reset it?' };
const metric = (metrics: string, name: string) =>
  Number(new RegExp(`^${name} (\\d+)`, 'm').exec(metrics)?.[1]);

describe('many customers', () => {
  it('refuses who comes above the number of answers at once, with the time to come back, over HTTP and sockets', async () => {
    const gate = Promise.withResolvers<void>();
    await using server = await startServer({
      script: { deltas: ['a', 'b'], gate: gate.promise },
      env: { ANSWERDESK_MAX_CONCURRENT_ANSWERS: '2' },
    });
    const conversations = await Promise.all(Array.from({ length: 6 }, () => createConversation(server.api)));
    const responses = await Promise.all(
      conversations.map(({ id, token }) =>
        fetch(`${server.api}/${id}/messages`, requestInit(token, message)),
      ),
    );
    expect(responses.map(({ status }) => status).toSorted()).toEqual([200, 200, 503, 503, 503, 503]);
    for (const response of responses.filter(({ status }) => status === 503)) {
      const { error } = await bodyOf<{ error: { code: string; retryable: boolean; retryAfterMs: number } }>(
        response,
      );
      expect(error).toMatchObject({ code: 'busy', retryable: true });
      expect(error.retryAfterMs).toBeGreaterThanOrEqual(1_000);
      expect(Number(response.headers.get('retry-after'))).toBe(Math.ceil(error.retryAfterMs / 1_000));
    }
    using client = await connectSocket(server.url);
    const { id: conversationId, token } = await createConversation(server.api);
    const { id: messageId, text } = message;
    expect(await client.request('message-send', { conversationId, token, messageId, text })).toMatchObject({
      ok: false,
      error: { code: 'busy', retryAfterMs: expect.any(Number) },
    });
    gate.resolve();
    for (const response of responses.filter(({ status }) => status === 200)) await readEvents(response);
    // There is room again, also for the one who was refused.
    const again = await fetch(`${server.api}/${conversationId}/messages`, requestInit(token, message));
    expect((await readEvents(again)).at(-1)?.event.type).toBe('answer-end');
  });

  it('refuses before anything is looked up, for those whom it lets in, too, and leaves places that are not used', async () => {
    const memory = createMemoryConversationStore();
    const gate = Promise.withResolvers<void>();
    let isHeld = false;
    const store: ConversationStore = {
      ...memory,
      async authenticate(...asked) {
        if (isHeld) await gate.promise;
        return memory.authenticate(...asked);
      },
    };
    await using server = await startServer({ store, env: { ANSWERDESK_MAX_CONCURRENT_ANSWERS: '2' } });
    const conversations = await Promise.all(Array.from({ length: 6 }, () => createConversation(server.api)));
    using client = await connectSocket(server.url);
    isHeld = true;
    // The last one has no right to its conversation, and is counted as the others are.
    const asking = conversations.map(({ id, token }, index) =>
      fetch(`${server.api}/${id}/messages`, requestInit(index === 5 ? 'wrong' : token, message)),
    );
    const refused: number[] = [];
    const told = asking.map(async (response) => {
      const { status } = await response;
      if (status === 503) refused.push(status);
    });
    while (refused.length < 4) await sleep(1);
    const { id: conversationId, token } = conversations[0]!;
    expect(
      await client.request('message-send', { conversationId, token, messageId: 'message-2', text: 'How?' }),
    ).toMatchObject({ ok: false, error: { code: 'busy', retryAfterMs: expect.any(Number) } });
    gate.resolve();
    await Promise.all(told);
    expect(refused).toHaveLength(4);
    const responses = await Promise.all(asking);
    for (const response of responses.filter(({ status }) => status === 200)) await readEvents(response);
    while (server.answering.active > 0) await sleep(1);
    // Whatever became of the two, both places are free again.
    const again = await Promise.all(
      conversations
        .slice(0, 2)
        .map(({ id, token }) => fetch(`${server.api}/${id}/messages`, requestInit(token, message))),
    );
    expect(again.map(({ status }) => status)).toEqual([200, 200]);
    for (const response of again) await readEvents(response);
  });

  it('does not refuse a message that is being answered when its client sends it again', async () => {
    const gate = Promise.withResolvers<void>();
    await using server = await startServer({
      script: { deltas: ['a', 'b'], gate: gate.promise },
      env: { ANSWERDESK_MAX_CONCURRENT_ANSWERS: '1' },
    });
    const { id, token } = await createConversation(server.api);
    const send = () => fetch(`${server.api}/${id}/messages`, requestInit(token, message));
    const responses = [await send(), await send()];
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    gate.resolve();
    const [first, second] = await Promise.all(responses.map((response) => readEvents(response)));
    expect(second).toEqual(first);
  });

  it('keeps nothing of customers who vanish in the middle of their answers', async () => {
    const gate = Promise.withResolvers<void>();
    await using server = await startServer({ script: { deltas: ['a', 'b'], gate: gate.promise } });
    const leaving = new AbortController();
    const conversations = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const { id, token } = await createConversation(server.api);
        const response = await fetch(`${server.api}/${id}/messages`, {
          ...requestInit(token, message),
          signal: leaving.signal,
        });
        await readEvents(response, { count: 3 }).catch(() => {});
        return inDefaultTenant(id);
      }),
    );
    expect(metric(await server.metrics(), 'answerdesk_answers_active')).toBe(100);
    leaving.abort();
    while (metric(await server.metrics(), 'answerdesk_event_streams') > 0) await sleep(5);
    expect(conversations.filter(server.answering.isFollowed)).toEqual([]);
    // Their answers do not belong to connections: they are completed, for whoever comes back.
    gate.resolve();
    while (server.answering.active > 0) await sleep(5);
    for (const key of conversations.slice(0, 3))
      expect((await server.store.entriesAfter(key, 0)).at(-1)?.event).toMatchObject({
        type: 'answer-end',
        message: { text: 'ab' },
      });
    expect(await server.store.unfinishedAnswers()).toEqual([]);
  });
});
