// A chat server made of scripts, for the widget's tests: it speaks the real protocol, answers what it was told to, and cuts
// connections where it was told to. Keeps everything in memory.
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { Citation, Message } from '#core/conversation.ts';
import type { JournalEntry, JournalEvent } from '#core/events.ts';

interface ScriptedAnswer {
  readonly text: string;
  readonly citations?: readonly Citation[];
  readonly decision?: Message['decision'];
  readonly topics?: Message['topics'];
  /** Characters per delta. */
  readonly step?: number;
  readonly delayMs?: number;
  /** Awaited before each delta, with what is written so far: a test says when the answer goes on. No cancelled answer waits. */
  readonly pace?: (written: string) => Promise<unknown> | undefined;
  readonly error?: { readonly code: 'busy' | 'model-unavailable' | 'internal'; readonly retryable: boolean };
  readonly handoff?: 'customer-request' | 'unanswered';
}

export interface ScriptedServer {
  readonly origin: string;
  /** The answer to a question; changed by tests as they go. */
  answer: (question: string) => ScriptedAnswer;
  /** The server is gone: connections are dropped, new ones too. */
  down: boolean;
  /** Each event stream is cut after this many bytes, then the next one is not. */
  cuts: number[];
  /** Says what it takes in one message. */
  messageLimit: number | undefined;
  /** Refuses every message with this. */
  refusal: { status: number; code: string; retryAfterMs?: number } | undefined;
  /** What came in, as `METHOD path`. */
  readonly requests: string[];
  readonly feedback: unknown[];
  readonly handoffs: unknown[];
  readonly entries: Map<string, JournalEntry[]>;
  /** Pages by path: HTML and headers. */
  readonly pages: Map<string, { html: string; headers?: Record<string, string> }>;
  forgetConversations(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Conversation {
  readonly token: string;
  readonly entries: JournalEntry[];
  readonly watchers: Set<(entry: JournalEntry) => void>;
  cancelled: boolean;
  onCancel: () => void;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const strictPolicy =
  "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; " +
  "object-src 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types dompurify";

export async function openScriptedServer(folder: string): Promise<ScriptedServer> {
  const conversations = new Map<string, Conversation>();
  const sockets = new Set<import('node:net').Socket>();

  const server = createServer((request, response) => {
    scripted.requests.push(`${request.method} ${request.url}`);
    if (scripted.down) return void request.socket.destroy();
    const url = new URL(request.url ?? '/', 'http://x');
    if (url.pathname.startsWith('/api/conversations')) {
      handleApi(request, response, url.pathname.split('/').slice(3)).catch(() => response.destroy());
    } else {
      servePage(response, url.pathname);
    }
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });

  function servePage(response: ServerResponse, path: string): void {
    const page = scripted.pages.get(path);
    if (page) {
      response.writeHead(200, {
        'content-type': types['.html'],
        'content-security-policy': strictPolicy,
        ...page.headers,
      });
      response.end(page.html);
      return;
    }
    const file = join(folder, normalize(path.endsWith('/') ? `${path}index.html` : path));
    if (!existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': strictPolicy,
    });
    response.end(readFileSync(file));
  }

  async function handleApi(
    request: IncomingMessage,
    response: ServerResponse,
    path: string[],
  ): Promise<void> {
    if (scripted.messageLimit) response.setHeader('x-message-limit', scripted.messageLimit);
    const body = request.method === 'POST' ? JSON.parse((await read(request)) || '{}') : {};
    if (path.length === 0) {
      const id = randomUUID();
      const token = randomBytes(16).toString('base64url');
      const entries: JournalEntry[] = [];
      conversations.set(id, { token, entries, watchers: new Set(), cancelled: false, onCancel: () => {} });
      scripted.entries.set(id, entries);
      return json(response, 201, { id, token });
    }
    const [id = '', action] = path;
    const conversation = conversations.get(id);
    if (!conversation || request.headers.authorization !== `Bearer ${conversation.token}`) {
      return json(response, 404, { error: { code: 'not-found', message: 'There is nothing here.' } });
    }
    if (action === 'messages') {
      if (scripted.refusal) {
        const { status, ...error } = scripted.refusal;
        return json(response, status, { error: { message: 'Refused.', ...error } });
      }
      const from = Number(request.headers['last-event-id'] ?? conversation.entries.length);
      const known = conversation.entries.some(
        ({ event }) => event.type === 'customer-message' && event.message.id === body.id,
      );
      if (!known) void play(id, conversation, body).catch(() => {});
      return stream(response, conversation, from, true);
    }
    if (action === 'events')
      return stream(response, conversation, Number(request.headers['last-event-id'] ?? 0), false);
    if (action === 'cancel') {
      conversation.cancelled = true;
      conversation.onCancel();
    }
    if (action === 'feedback') scripted.feedback.push(body);
    if (action === 'handoff') scripted.handoffs.push(body);
    response.writeHead(204).end();
  }

  function stream(
    response: ServerResponse,
    conversation: Conversation,
    from: number,
    untilEnd: boolean,
  ): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.flushHeaders();
    let budget = scripted.cuts.shift() ?? Number.POSITIVE_INFINITY;
    const send = (entry: JournalEntry) => {
      const bytes = Buffer.from(`id: ${entry.sequence}\ndata: ${JSON.stringify(entry)}\n\n`);
      if (budget <= 0) return;
      response.write(bytes.subarray(0, budget));
      budget -= bytes.length;
      if (budget <= 0) {
        conversation.watchers.delete(send);
        setTimeout(() => response.destroy(), 5);
        return;
      }
      if (untilEnd && ['answer-end', 'answer-error'].includes(entry.event.type)) {
        conversation.watchers.delete(send);
        response.end();
      }
    };
    for (const entry of conversation.entries.slice(from)) send(entry);
    if (budget > 0) conversation.watchers.add(send);
    else setTimeout(() => response.destroy(), 5);
    response.on('close', () => conversation.watchers.delete(send));
  }

  async function play(
    id: string,
    conversation: Conversation,
    { id: messageId, text }: { id: string; text: string },
  ): Promise<void> {
    const append = (event: JournalEvent) => {
      const entry: JournalEntry = { conversationId: id, sequence: conversation.entries.length + 1, event };
      conversation.entries.push(entry);
      for (const watcher of conversation.watchers) watcher(entry);
    };
    const script = scripted.answer(text);
    const answerId = randomUUID();
    const createdAt = new Date(0).toISOString();
    conversation.cancelled = false;
    const cancelled = new Promise<void>((resolve) => {
      conversation.onCancel = resolve;
    });
    await pause(1);
    append({ type: 'customer-message', message: { id: messageId, author: 'customer', text, createdAt } });
    append({ type: 'answer-start', messageId: answerId, replyTo: messageId });
    if (script.error) {
      append({ type: 'answer-error', messageId: answerId, message: 'It failed.', ...script.error });
      return;
    }
    const citations = script.citations ?? [];
    if (citations.length > 0) append({ type: 'sources-available', messageId: answerId, citations });
    let written = '';
    for (let at = 0; at < script.text.length && !conversation.cancelled; at += script.step ?? 6) {
      await Promise.race([script.pace?.(written), cancelled]);
      const delta = script.text.slice(at, at + (script.step ?? 6));
      written += delta;
      append({ type: 'answer-delta', messageId: answerId, text: delta });
      if (script.delayMs) await pause(script.delayMs);
    }
    if (script.handoff) append({ type: 'handoff-request', reason: script.handoff });
    append({
      type: 'answer-end',
      reason: conversation.cancelled ? 'cancelled' : 'complete',
      message: {
        id: answerId,
        author: 'bot',
        text: written,
        createdAt,
        replyTo: messageId,
        decision: script.decision ?? 'answer',
        ...(script.topics ? { topics: script.topics } : {}),
        citations: citations.filter(({ number }) => written.includes(`[${number}]`)),
      },
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const scripted: ScriptedServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: (question) => ({ text: `You asked: ${question}` }),
    get down() {
      return down;
    },
    set down(now) {
      down = now;
      if (now) for (const socket of sockets) socket.destroy();
    },
    cuts: [],
    messageLimit: undefined,
    refusal: undefined,
    requests: [],
    feedback: [],
    handoffs: [],
    entries: new Map(),
    pages: new Map(),
    forgetConversations: () => conversations.clear(),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  let down = false;
  return scripted;
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
