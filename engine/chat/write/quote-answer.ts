// The answer that quotes: streamed through the output filter. Nothing checks it, for it says what the passages say, and no clock runs.
import type { CallOptions } from '#core/call-options.ts';
import type { Grounding, NamedChatModel } from '#core/chat-model.ts';
import type { Citation } from '#core/conversation.ts';
import type { ChatEvent } from '#core/events.ts';
import { createAnswerFilter } from './answer-filter.ts';
import { citationsOf } from './citations.ts';
import { heldTags } from './held-addresses.ts';

export interface QuoteRequest {
  readonly messageId: string;
  readonly grounding: Grounding;
  readonly isAllowedUrl: (url: string) => boolean;
}

export interface Quoted {
  readonly text: string;
  readonly citations: readonly Citation[];
}

/** Rejects as the model does, or with the signal's reason. */
export async function* quoteAnswer(
  { model }: NamedChatModel,
  { messageId, grounding, isAllowedUrl }: QuoteRequest,
  { signal }: CallOptions = {},
): AsyncGenerator<ChatEvent, Quoted> {
  const { passages } = grounding;
  const filter = createAnswerFilter({
    passages: passages.length,
    isAllowedUrl,
    isHeld: heldTags(passages),
  });
  let text = '';
  let announced = 0;
  const show = function* (piece: string): Generator<ChatEvent> {
    if (piece.length === 0) return;
    if (filter.cited.length > announced) {
      announced = filter.cited.length;
      yield { type: 'sources-available', messageId, citations: citationsOf(filter.cited, passages) };
    }
    text += piece;
    yield { type: 'answer-delta', messageId, text: piece };
  };
  for await (const chunk of await model.stream([], { ...(signal ? { signal } : {}), grounding }))
    yield* show(filter.push(chunk.text));
  yield* show(filter.flush());
  return { text, citations: citationsOf(filter.cited, passages, text) };
}

/** The same, before any of it is shown: where nothing is quoted, something else may be said. */
export async function quoteWhole(
  model: NamedChatModel,
  request: QuoteRequest,
  options: CallOptions = {},
): Promise<Quoted & { readonly events: readonly ChatEvent[] }> {
  const quoting = quoteAnswer(model, request, options);
  const events: ChatEvent[] = [];
  for (let next = await quoting.next(); ; next = await quoting.next()) {
    if (next.done) return { ...next.value, events };
    events.push(next.value);
  }
}
