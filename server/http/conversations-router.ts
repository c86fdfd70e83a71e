// The HTTP interface of conversations: it reads the request, asks `answering`, and writes the response.
import { type Request, type Response, Router } from 'express';
import type { Metrics } from '#app/metrics.ts';
import type { Answering } from '#chat/runs/answering.ts';
import type { SubscribeOptions } from '#chat/runs/journal-feed.ts';
import { newSecret } from '#core/conversation-secret.ts';
import { AppError } from '#core/errors.ts';
import type { JournalEntry } from '#core/events.ts';
import type { ConversationStore } from '#core/stores.ts';
import { type ConversationKey, defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import { followSignals } from '../follow-signals.ts';
import {
  type ConversationCreated,
  cancelBody,
  conversationBody,
  feedbackBody,
  handoffBody,
  messageBody,
  typingBody,
} from '../protocol.ts';
import { type CustomerDependencies, claimConversation } from './customers-router.ts';
import { type EventStreamOptions, sendEventStream } from './event-stream.ts';
import { ownConversation, requireOwnConversation } from './own-conversation.ts';
import type { RateLimits } from './rate-limits.ts';

export interface ConversationsRouterOptions {
  readonly answering: Answering;
  readonly store: ConversationStore;
  readonly rateLimits: RateLimits;
  readonly metrics: Metrics;
  /** Absent: every customer is anonymous. */
  readonly customers?: CustomerDependencies;
  readonly streams?: Pick<EventStreamOptions, 'heartbeatMs' | 'stallTimeoutMs'>;
}

/** One for all: to make one takes as long as a query. */
const isGone = new DOMException('The client is gone.', 'AbortError');

/** Bodies are parsed before. Every route but the first asks for the conversation's token. */
export function conversationsRouter({
  answering,
  store,
  rateLimits,
  metrics,
  customers,
  streams,
}: ConversationsRouterOptions): Router {
  const router = Router();
  const own = ownConversation(store);

  router.post('/', async (request, response) => {
    const { language, identity } = conversationBody.parse(request.body ?? {});
    const { conversation, token } = await store.create(
      defaultTenant,
      language === undefined ? {} : { language },
    );
    const key = inDefaultTenant(conversation.id);
    const verified = customers && (await claimConversation(key, identity, customers));
    response
      .status(201)
      .location(`${request.baseUrl}/${conversation.id}`)
      .json({
        id: conversation.id,
        token,
        ...(verified ? { verified } : {}),
      } satisfies ConversationCreated);
  });

  async function stream(
    response: Response,
    key: ConversationKey,
    { after, isLast }: Pick<SubscribeOptions, 'after'> & Pick<EventStreamOptions, 'isLast'>,
  ): Promise<void> {
    const closed = new AbortController();
    response.once('close', () => closed.abort(isGone));
    if (response.destroyed) return;
    metrics.eventStreams.inc();
    try {
      const entries = answering.subscribe(key, { after, signal: closed.signal });
      const signals = followSignals(key, { answering, store });
      await sendEventStream(response, entries, { ...streams, signals, ...(isLast ? { isLast } : {}) });
    } finally {
      metrics.eventStreams.dec();
    }
  }

  router.get('/:id', own, async (request: Request<{ id: string }>, response) => {
    const conversation = await store.get(inDefaultTenant(request.params.id));
    if (!conversation) throw new AppError('not-found', 'The conversation was deleted meanwhile.');
    response.json(conversation);
  });

  router.post('/:id/messages', async (request: Request<{ id: string }>, response) => {
    const { id } = request.params;
    const { id: messageId = newSecret(), text } = messageBody.parse(request.body);
    const key = inDefaultTenant(id);
    const { sequence, answerId } = await answering.admit({ key, messageId }, async (admitted) => {
      await requireOwnConversation(store, request, response);
      await rateLimits.message(id);
      return answering.send(key, { messageId, text }, admitted);
    });
    const seen = lastEventId(request);
    await stream(response, key, {
      after: Math.min(seen ?? sequence, sequence - 1),
      isLast: (entry) => (answerId === undefined ? entry.sequence >= sequence : endsAnswer(entry, answerId)),
    });
  });

  router.get('/:id/events', own, async (request: Request<{ id: string }>, response) => {
    await stream(response, inDefaultTenant(request.params.id), { after: lastEventId(request) ?? 0 });
  });

  router.post('/:id/cancel', own, async (request: Request<{ id: string }>, response) => {
    const { messageId } = cancelBody.parse(request.body);
    response.json({ cancelled: await answering.cancel(inDefaultTenant(request.params.id), messageId) });
  });

  router.post('/:id/feedback', own, async (request: Request<{ id: string }>, response) => {
    const { messageId, rating, comment } = feedbackBody.parse(request.body);
    await answering.feedback(inDefaultTenant(request.params.id), {
      messageId,
      rating,
      ...(comment === undefined ? {} : { comment }),
    });
    response.status(204).end();
  });

  router.post('/:id/handoff', own, async (request: Request<{ id: string }>, response) => {
    const { email } = handoffBody.parse(request.body ?? {});
    await answering.handoff(inDefaultTenant(request.params.id), { email });
    response.status(204).end();
  });

  router.post('/:id/typing', own, async (request: Request<{ id: string }>, response) => {
    const { typing } = typingBody.parse(request.body);
    answering.signals.customerTypes(inDefaultTenant(request.params.id), typing);
    response.status(204).end();
  });

  router.delete('/:id', own, async (request: Request<{ id: string }>, response) => {
    const erasure = await answering.delete(inDefaultTenant(request.params.id));
    response.status(erasure === 'erased' ? 204 : 202).end();
  });

  return router;
}

/** From the header, as EventSource sends it, or from `?after=`. */
function lastEventId(request: Request<{ id: string }>): number | undefined {
  const value = request.headers['last-event-id'] ?? request.query.after;
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^\d{1,15}$/.test(value))
    throw new AppError('bad-request', 'Last-Event-ID is not a sequence number.', {
      publicMessage: 'The request is not valid: Last-Event-ID must be a sequence number.',
    });
  return Number(value);
}

function endsAnswer({ event }: JournalEntry, answerId: string): boolean {
  return (
    (event.type === 'answer-end' && event.message.id === answerId) ||
    (event.type === 'answer-error' && event.messageId === answerId)
  );
}
