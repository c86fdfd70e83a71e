// A chat model on an OpenAI-compatible server, asked directly: the chat completions API over server-sent events. LangChain's client for it
// takes more than twice the CPU of a call; for OpenAI itself, whose models differ in what they take, and for other providers it stays.
import type { ChatMessage, ChatModel, ChatPiece } from '#core/chat-model.ts';
import { AppError } from '#core/errors.ts';

export interface CompatibleModelOptions {
  /** Ends in `/v1`, as a rule. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
  readonly maxTokens: number;
  /** A request lives no longer, whatever the server sends. */
  readonly timeoutMs: number;
}

/** UTF-16 code units without a line's end, from which on what comes is no stream of tokens. */
const longestLine = 1_000_000;

/** Rejects with what `fetch` rejects with, or with `model-unavailable`; nothing that the server says goes into the message. */
export function createCompatibleChatModel({
  baseUrl,
  apiKey,
  model,
  maxTokens,
  timeoutMs,
}: CompatibleModelOptions): ChatModel {
  const url = `${baseUrl.replace(/\/+$/, '')}/chat/completions`;

  async function stream(
    messages: readonly ChatMessage[],
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<AsyncGenerator<ChatPiece>> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({
        model,
        messages,
        stream: true,
        temperature: 0,
        max_tokens: maxTokens,
      }),
      // Whoever the server sends us on to was not configured, and would get the key.
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw unusable(`answered with status ${response.status}`, response);
    }
    return pieces(response.body);
  }

  return {
    stream,
    async invoke(messages, options) {
      let text = '';
      for await (const piece of await stream(messages, options)) text += piece.text;
      return { text };
    },
  };
}

/** The body is given up as soon as nobody reads any more. */
async function* pieces(body: ReadableStream<Uint8Array>): AsyncGenerator<ChatPiece> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    const lines = rest.split(/\r?\n/);
    rest = lines.pop()!;
    if (rest.length > longestLine) throw unusable('sent a line without an end');
    for (const line of lines) {
      const data = /^data: ?(.*)$/s.exec(line)?.[1];
      if (data === undefined || data === '') continue;
      if (data === '[DONE]') return;
      yield pieceOf(data);
    }
  }
}

interface Chunk {
  readonly error?: unknown;
  readonly choices?: readonly {
    readonly delta?: { readonly content?: unknown };
    readonly finish_reason?: unknown;
  }[];
}

function pieceOf(data: string): ChatPiece {
  let chunk: Chunk;
  try {
    chunk = JSON.parse(data);
  } catch {
    throw unusable('sent what is not JSON');
  }
  if (typeof chunk !== 'object' || chunk === null || chunk.error) throw unusable('broke off with an error');
  const [choice] = Array.isArray(chunk.choices) ? chunk.choices : [];
  const content = choice?.delta?.content;
  const reason = choice?.finish_reason;
  return {
    text: typeof content === 'string' ? content : '',
    response_metadata: typeof reason === 'string' ? { finish_reason: reason } : {},
  };
}

/** With status and headers of the response, where there was one: whoever is told to wait looks for them. */
function unusable(what: string, { status, headers }: Partial<Response> = {}): AppError {
  return Object.assign(new AppError('model-unavailable', `The chat model's server ${what}.`), {
    ...(headers ? { headers, httpStatus: status } : {}),
  });
}
