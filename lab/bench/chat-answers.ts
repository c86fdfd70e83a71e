// One answer of a chat model, with its times.
import { type BaseMessage, HumanMessage } from '@langchain/core/messages';
import type { ChatModel } from '#core/chat-model.ts';

export interface TimedAnswer {
  readonly text: string;
  readonly firstMs: number;
  readonly totalMs: number;
}

export async function readAnswer(
  model: ChatModel,
  prompt: string | readonly BaseMessage[],
): Promise<TimedAnswer> {
  const began = performance.now();
  let firstMs = Number.NaN;
  let text = '';
  const messages = typeof prompt === 'string' ? [new HumanMessage(prompt)] : [...prompt];
  for await (const piece of await model.stream(messages)) {
    if (piece.text && text === '') firstMs = performance.now() - began;
    text += piece.text;
  }
  return { text, firstMs, totalMs: performance.now() - began };
}
