// One answer of a chat model, with its times.
import type { ChatMessage, ChatModel } from '#core/chat-model.ts';

export interface TimedAnswer {
  readonly text: string;
  readonly firstMs: number;
  readonly totalMs: number;
}

export async function readAnswer(
  model: ChatModel,
  prompt: string | readonly ChatMessage[],
): Promise<TimedAnswer> {
  const began = performance.now();
  let firstMs = Number.NaN;
  let text = '';
  const messages: ChatMessage[] =
    typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : [...prompt];
  for await (const piece of await model.stream(messages)) {
    if (piece.text && text === '') firstMs = performance.now() - began;
    text += piece.text;
  }
  return { text, firstMs, totalMs: performance.now() - began };
}
