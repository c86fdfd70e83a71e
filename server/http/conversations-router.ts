// The HTTP interface of conversations: it reads the request, asks `answering`, and writes the response.
import { type NextFunction, type Request, type Response, Router } from 'express';
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
  secretId,
  typingBody,
} from '../protocol.ts';
import { type EventStreamOptions, sendEventStream } from './event-stream.ts';
import type { RateLimits } from './rate-limits.ts';

export interface ConversationsRouterOptions {
  readonly answering: Answering;
  readonly store: ConversationStore;
  readonly rateLimits: RateLimits;
  readonly metrics: Metrics;
  readonly streams?: Pick<EventStreamOptions, 'heartbeatMs' | 'stallTimeoutMs'>;
}

/** Bodies are parsed before. Every route but the first asks for the conversation's token. */
export function conversationsRouter({
  answering,
  store,
  rateLimits,
  metrics,
  streams,
}: ConversationsRouterOptions): Router {
  const router = Router();

  router.post('/', async (request, response) => {
    const { language } = conversationBody.parse(request.body ?? {});
    const { conversation, token } = await store.create(
      defaultTenant,
      language === undefined ? {} : { language },
    );
    response
      .status(201)
      .location(`${request.baseUrl}/${conversation.id}`)
      .json({ id: conversation.id, token } satisfies ConversationCreated);
  });

  /** The same answer, after the same work, for "not yours" and "not there". */
  async function ownConversation(
    request: Request<{ id: string }>,
    response: Response,
    next: NextFunction,
  ): Promise<void> {
    const id = secretId.safeParse(request.params.id);
    const [, token = ''] = /^Bearer ([\w-]{1,64})$/.exec(request.headers.authorization ?? '') ?? [];
    if (!(await store.authenticate(inDefaultTenant(id.data ?? ''), token)))
      throw new AppError('not-found', 'No conversation for this token.');
    response.locals.conversationId = request.params.id;
    response.set('Cache-Control', 'no-store');
    next();
  }

  async function stream(
    response: Response,
    key: ConversationKey,
    { after, isLast }: Pick<SubscribeOptions, 'after'> & Pick<EventStreamOptions, 'isLast'>,
  ): Promise<void> {
    const closed = new AbortController();
    response.once('close', () => closed.abort());
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

  router.get('/:id', ownConversation, async (request: Request<{ id: string }>, response) => {
    const conversation = await store.get(inDefaultTenant(request.params.id));
    if (!conversation) throw new AppError('not-found', 'The conversation was deleted meanwhile.');
    response.json(conversation);
  });

  router.post('/:id/messages', ownConversation, async (request: Request<{ id: string }>, response) => {
    const { id } = request.params;
    await rateLimits.message(id);
    const { id: messageId = newSecret(), text } = messageBody.parse(request.body);
    const key = inDefaultTenant(id);
    const { sequence, answerId } = await answering.send(key, { messageId, text });
    const seen = lastEventId(request);
    await stream(response, key, {
      after: Math.min(seen ?? sequence, sequence - 1),
      isLast: (entry) => (answerId === undefined ? entry.sequence >= sequence : endsAnswer(entry, answerId)),
    });
  });

  router.get('/:id/events', ownConversation, async (request: Request<{ id: string }>, response) => {
    await stream(response, inDefaultTenant(request.params.id), { after: lastEventId(request) ?? 0 });
  });

  router.post('/:id/cancel', ownConversation, async (request: Request<{ id: string }>, response) => {
    const { messageId } = cancelBody.parse(request.body);
    response.json({ cancelled: await answering.cancel(inDefaultTenant(request.params.id), messageId) });
  });

  router.post('/:id/feedback', ownConversation, async (request: Request<{ id: string }>, response) => {
    const { messageId, rating, comment } = feedbackBody.parse(request.body);
    await answering.feedback(inDefaultTenant(request.params.id), {
      messageId,
      rating,
      ...(comment === undefined ? {} : { comment }),
    });
    response.status(204).end();
  });

  router.post('/:id/handoff', ownConversation, async (request: Request<{ id: string }>, response) => {
    const { email } = handoffBody.parse(request.body ?? {});
    await answering.handoff(inDefaultTenant(request.params.id), { email });
    response.status(204).end();
  });

  router.post('/:id/typing', ownConversation, async (request: Request<{ id: string }>, response) => {
    const { typing } = typingBody.parse(request.body);
    answering.signals.customerTypes(inDefaultTenant(request.params.id), typing);
    response.status(204).end();
  });

  router.delete('/:id', ownConversation, async (request: Request<{ id: string }>, response) => {
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
