// One question through answer(), with its events collected into one result.
import type { Answer } from '#chat/answer.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { Citation, Decision, Message } from '#core/conversation.ts';
import type { ChatEvent } from '#core/events.ts';
import { type FileTurn, toTurns } from '#core/turns.ts';

export interface Answered {
  readonly decision: Decision;
  readonly text: string;
  readonly citations: readonly Citation[];
  /** Ids of the answer cards that stand in the text. */
  readonly cards?: readonly string[];
  readonly timingsMs: { readonly retrieve: number; readonly firstToken: number; readonly total: number };
}

export interface AnswerFailure {
  readonly error: { readonly code: string; readonly message: string };
}

export interface AnswerOnceOptions extends CallOptions {
  readonly onEvent?: (event: ChatEvent) => void;
}

/** `turns`: oldest first, the last one is the question. */
export async function answerOnce(
  answer: Answer,
  turns: readonly FileTurn[],
  { signal, onEvent }: AnswerOnceOptions = {},
): Promise<Answered | AnswerFailure> {
  const createdAt = new Date().toISOString();
  const messages = toTurns(turns).map((turn, index): Message => ({ ...turn, id: `m${index}`, createdAt }));
  const conversation = { id: 'script', createdAt, messages };
  const timings = { retrieve: 0, firstToken: 0 };
  const observer = {
    retrieved: (durationMs: number) => {
      timings.retrieve = durationMs;
    },
    firstToken: (durationMs: number) => {
      timings.firstToken = durationMs;
    },
  };
  const startedAt = performance.now();
  let result: Answered | AnswerFailure = {
    error: { code: 'internal', message: 'The answer ended without an event that says so.' },
  };
  for await (const event of answer(
    { conversation, messageId: 'answer', replyTo: `m${turns.length - 1}` },
    { signal, observer },
  )) {
    onEvent?.(event);
    if (event.type === 'answer-error') result = { error: { code: event.code, message: event.message } };
    if (event.type !== 'answer-end') continue;
    result = {
      decision: event.message.decision ?? 'answer',
      text: event.message.text,
      citations: event.message.citations ?? [],
      ...(event.message.cards ? { cards: event.message.cards } : {}),
      timingsMs: {
        retrieve: round(timings.retrieve),
        firstToken: round(timings.firstToken),
        total: round(performance.now() - startedAt),
      },
    };
  }
  return result;
}

const round = (milliseconds: number) => Math.round(milliseconds * 100) / 100;
