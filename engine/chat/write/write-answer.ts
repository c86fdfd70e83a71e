// An answer from passages, streamed: prompt, chat model, output filter. If the model fails before its first token, the spare one writes.
import type { CallOptions } from '#core/call-options.ts';
import type { ChatModel, Grounding } from '#core/chat-model.ts';
import type { Citation, Message } from '#core/conversation.ts';
import { type AppError, isAbortError, toAppError } from '#core/errors.ts';
import type { ChatEvent } from '#core/events.ts';
import { createAnswerFilter } from './answer-filter.ts';
import { citationsOf } from './citations.ts';
import { buildPrompt } from './prompt.ts';
import { type StreamTimeouts, timedStream } from './timed-stream.ts';

export interface NamedChatModel {
  readonly name: string;
  readonly model: ChatModel;
}

export interface WriterDependencies {
  readonly chatModel: NamedChatModel;
  /** Answers when `chatModel` fails before its first token. */
  readonly fallbackModel?: NamedChatModel;
  readonly timeouts: StreamTimeouts;
}

export interface WriteRequest {
  readonly messageId: string;
  /** Up to and with the question, oldest first. */
  readonly turns: readonly Message[];
  readonly grounding: Grounding;
  readonly isAllowedUrl: (url: string) => boolean;
}

export interface WriteOptions extends CallOptions {
  readonly firstToken?: () => void;
  readonly modelFailed?: (model: string, error: AppError) => void;
}

export interface Written {
  readonly text: string;
  readonly citations: readonly Citation[];
  readonly model: NonNullable<Message['model']>;
  /** False when the model broke off behind its first token. */
  readonly complete: boolean;
}

/** Throws the last model's AppError if no model wrote a token, or the signal's reason. */
export type WriteAnswer = (
  request: WriteRequest,
  options?: WriteOptions,
) => AsyncGenerator<ChatEvent, Written>;

export function createWriter({ chatModel, fallbackModel, timeouts }: WriterDependencies): WriteAnswer {
  const models = fallbackModel ? [chatModel, fallbackModel] : [chatModel];

  return async function* write(request, { signal, firstToken, modelFailed } = {}) {
    const { messageId, turns, grounding, isAllowedUrl } = request;
    const { passages } = grounding;
    const prompt = buildPrompt({ turns, passages });

    for (const [index, { name, model }] of models.entries()) {
      const filter = createAnswerFilter({ passages: passages.length, isAllowedUrl });
      let text = '';
      let announced = 0;
      const show = function* (piece: string): Generator<ChatEvent> {
        if (piece.length === 0) return;
        if (text.length === 0) firstToken?.();
        if (filter.cited.length > announced) {
          announced = filter.cited.length;
          yield { type: 'sources-available', messageId, citations: citationsOf(filter.cited, passages) };
        }
        text += piece;
        yield { type: 'answer-delta', messageId, text: piece };
      };
      const written = (complete: boolean): Written => ({
        text,
        citations: citationsOf(filter.cited, passages, text),
        model: { name, ...(index > 0 ? { fallback: true } : {}) },
        complete,
      });
      try {
        const stream = timedStream(
          (own) => model.stream(prompt, { signal: own, grounding }),
          timeouts,
          signal,
        );
        for await (const chunk of stream) yield* show(filter.push(chunk.text));
        yield* show(filter.flush());
        if (text.trim().length > 0 || index === models.length - 1) return written(true);
        // An empty answer helps nobody: the next model may do better.
      } catch (thrown) {
        if (signal?.aborted || isAbortError(thrown)) throw thrown;
        const error = toAppError(thrown);
        modelFailed?.(name, error);
        if (text.length > 0) return written(false);
        if (index === models.length - 1) throw error;
      }
    }
    throw new Error('unreachable: the last model returns or throws');
  };
}
