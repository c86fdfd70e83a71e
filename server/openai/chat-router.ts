// `/v1`: the desk for programs that speak OpenAI's chat completions. They bring a key of the team with the permission `answers:ask`.
import { once } from 'node:events';
import express, { type Request, type Response, Router } from 'express';
import type { Answering } from '#chat/runs/answering.ts';
import type { EarlierTurn } from '#chat/runs/ask-once.ts';
import { authorize } from '#core/access.ts';
import { newSecret } from '#core/conversation-secret.ts';
import { AppError } from '#core/errors.ts';
import type { ChatEvent, JournalEntry, JournalEvent } from '#core/events.ts';
import type { ConversationStore } from '#core/stores.ts';
import type { TenantId } from '#core/tenant.ts';
import { clientAddress } from '../http/client-address.ts';
import { nothingHere } from '../http/error-response.ts';
import { type AddressSettings, hostRefusal } from '../http/own-address.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import type { TeamDependencies } from '../team/route.ts';
import { principalOf } from '../team/team-router.ts';
import { createCompletion, deskModel, type Ending, readAnswer, textOf } from './completion.ts';
import { NoSuchModel, openAiErrorOf, openAiErrorResponse } from './openai-error.ts';
import { type ChatBody, chatBody, chatBodyLimit } from './wire.ts';

export interface ChatRouterOptions extends Pick<TeamDependencies, 'accounts'> {
  readonly answering: Answering;
  readonly store: ConversationStore;
  readonly settings: AddressSettings;
  readonly rateLimits: Pick<RateLimits, 'request' | 'team'>;
}

/** As many turns before the question as the desk looks at. */
const turnsRead = 50;
/** A client that reads nothing for this long is cut off. */
const stallTimeoutMs = 30_000;
/** Of the day this interface began; OpenAI's format wants a time. */
const modelCreated = Date.UTC(2026, 0, 1) / 1000;

export function chatRouter({ answering, store, settings, rateLimits, accounts }: ChatRouterOptions): Router {
  const router = Router();
  const known = { id: deskModel, object: 'model', created: modelCreated, owned_by: 'answerdesk' };

  router.use(async (request, response, next) => {
    response.set('Cache-Control', 'no-store');
    const refusal = hostRefusal(request, settings);
    if (refusal) throw refusal;
    // A cookie would let other websites ask in somebody's name.
    const principal = await principalOf({ headers: { ...request.headers, cookie: undefined } }, { accounts });
    await (principal
      ? rateLimits.team(principal.person.id)
      : rateLimits.request(clientAddress(request, settings.trustProxy)));
    if (!principal)
      throw new AppError('not-signed-in', 'No key.', {
        publicMessage: 'Send an API key of the console: "Authorization: Bearer adk_…".',
      });
    response.locals.principal = authorize(principal, 'answers:ask');
    next();
  });

  router.get('/models', (_request, response) => {
    response.json({ object: 'list', data: [known] });
  });
  router.get('/models/:model', (request: Request<{ model: string }>, response) => {
    if (request.params.model !== deskModel) throw new NoSuchModel(request.params.model);
    response.json(known);
  });

  router.post(
    '/chat/completions',
    express.json({ limit: chatBodyLimit, inflate: false, strict: true }),
    async (request, response) => {
      if (request.body === undefined)
        throw new AppError('bad-request', 'The body is not JSON.', {
          publicMessage: 'Send JSON with Content-Type: application/json.',
        });
      const body = chatBody.parse(request.body);
      if (body.model !== deskModel) throw new NoSuchModel(body.model);
      const left = new AbortController();
      response.once('close', () => left.abort());
      if (response.destroyed) return;
      const { events, conversation } = await begin(body, response.locals.principal.tenantId, left.signal);
      const completion = createCompletion(body, conversation);
      try {
        if (body.stream) await stream(response, { body, events, completion });
        else response.json(completion.whole(await readAnswer(events)));
      } catch (thrown) {
        if (!left.signal.aborted) throw thrown;
      }
    },
  );

  /** Stored or not, the same events. */
  async function begin(body: ChatBody, tenantId: TenantId, signal: AbortSignal) {
    const { history, text } = turnsOf(body);
    if (!body.store) return { events: answering.ask({ text, history }, { signal }), conversation: undefined };
    const { conversation, token } = await store.create(tenantId);
    const key = { tenantId, conversationId: conversation.id };
    await store.append(history.map((turn) => ({ key, event: asStored(turn) })));
    const messageId = newSecret();
    const { sequence } = await answering.send(key, { messageId, text });
    signal.addEventListener('abort', () => {
      answering.cancel(key, messageId).catch(() => {});
    });
    const entries = answering.subscribe(key, { after: sequence, signal });
    return { events: chatEvents(entries), conversation: { id: conversation.id, token } };
  }

  router.use(nothingHere);
  router.use(openAiErrorResponse);
  return router;
}

interface Streamed {
  readonly body: ChatBody;
  readonly events: AsyncIterable<ChatEvent>;
  readonly completion: ReturnType<typeof createCompletion>;
}

/** The status line waits for the first text: what fails before it is refused as any other request. */
async function stream(response: Response, { body, events, completion }: Streamed): Promise<void> {
  let streamed = '';
  const send = async (value: unknown) => {
    if (!response.headersSent) {
      response.status(200).set({
        'Content-Type': 'text/event-stream; charset=utf-8',
        'X-Accel-Buffering': 'no',
      });
      response.write(`data: ${JSON.stringify(completion.first())}\n\n`);
    }
    if (!response.write(`data: ${JSON.stringify(value)}\n\n`))
      await once(response, 'drain', { signal: AbortSignal.timeout(stallTimeoutMs) });
  };
  let ending: Ending;
  try {
    ending = await readAnswer(events, async (text) => {
      streamed += text;
      await send(completion.piece(text));
    });
  } catch (thrown) {
    if (!response.headersSent) throw thrown;
    const { error, body: refusal } = openAiErrorOf(thrown);
    response.locals.error = error;
    if (!response.destroyed) response.end(`data: ${JSON.stringify(refusal)}\n\n`);
    return;
  }
  await send(completion.last(ending, streamed));
  if (body.stream_options?.include_usage) await send(completion.usage(ending));
  response.end('data: [DONE]\n\n');
}

/** Throws `bad-request` where the last message is no question. What the caller tells the model (system, developer) is left out. */
function turnsOf({ messages }: ChatBody): { history: EarlierTurn[]; text: string } {
  const last = messages.at(-1);
  if (last?.role !== 'user')
    throw new AppError('bad-request', 'The last message is no question.', {
      publicMessage: 'The last of "messages" must be of the role "user".',
    });
  const history = messages.slice(0, -1).flatMap((message): EarlierTurn[] => {
    const text = textOf(message.content);
    if (text === '') return [];
    if (message.role === 'user') return [{ author: 'customer', text }];
    if (message.role !== 'assistant') return [];
    const said = message.answerdesk;
    const topics = said?.topics;
    // What cites an article was an answer.
    const told = said?.decision ?? (/\[\d{1,3}\]/.test(text) ? 'answer' : undefined);
    return [
      {
        author: 'bot',
        text,
        ...(told ? { decision: told } : {}),
        ...(topics ? { topics: topics as NonNullable<EarlierTurn['topics']> } : {}),
      },
    ];
  });
  return { history: history.slice(-turnsRead), text: textOf(last.content) };
}

function asStored(turn: EarlierTurn): JournalEvent {
  const message = { ...turn, id: newSecret(), createdAt: new Date().toISOString() };
  return turn.author === 'customer'
    ? { type: 'customer-message', message }
    : { type: 'answer-end', message, reason: 'complete' };
}

async function* chatEvents(entries: AsyncIterable<JournalEntry>): AsyncGenerator<ChatEvent> {
  for await (const { event } of entries)
    if (!['customer-message', 'person-message', 'handling-changed'].includes(event.type))
      yield event as ChatEvent;
}
