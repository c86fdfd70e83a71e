// One answer to a conversation that somebody else keeps: nothing is stored, and it ends when its reader leaves.
import type { CallOptions } from '#core/call-options.ts';
import type { Message } from '#core/conversation.ts';
import { newSecret } from '#core/conversation-secret.ts';
import type { ChatEvent } from '#core/events.ts';
import type { Answer } from '../answer.ts';
import { timeLimit } from '../time-limit.ts';

/** What was said before. `decision` and `topics` are those of an earlier answer, where its keeper has them. */
export type EarlierTurn = Pick<Message, 'author' | 'text'> & Partial<Pick<Message, 'decision' | 'topics'>>;

export interface Question {
  readonly text: string;
  /** Oldest first. */
  readonly history?: readonly EarlierTurn[];
}

/** Yields what answer() yields. Throws the signal's reason, and `model-timeout`. */
export type AskOnce = (question: Question, options?: CallOptions) => AsyncGenerator<ChatEvent>;

export function createAskOnce(
  answer: Answer,
  { timeoutMs, now }: { readonly timeoutMs: number; readonly now: () => Date },
): AskOnce {
  return async function* askOnce({ text, history = [] }, { signal } = {}) {
    const createdAt = now().toISOString();
    const replyTo = newSecret();
    const question: Message = { id: replyTo, author: 'customer', text, createdAt };
    const messages = [...history.map((turn) => ({ ...turn, id: newSecret(), createdAt })), question];
    const conversation = { id: newSecret(), createdAt, messages };
    const message = `The answer was not complete after ${timeoutMs} ms.`;
    const limit = timeLimit({ timeoutMs, signal, message });
    try {
      yield* answer({ conversation, messageId: newSecret(), replyTo }, { signal: limit.signal });
    } catch (thrown) {
      throw limit.failure(thrown);
    }
  };
}
