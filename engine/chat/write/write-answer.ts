// An answer from passages, streamed. Without a model that writes, the passages are quoted. With one, its sentences are shown as they pass
// the guard. If nothing can be shown soon, the quoted answer is, and the written one takes its place when it is complete.
import type { CallOptions } from '#core/call-options.ts';
import type { NamedChatModel } from '#core/chat-model.ts';
import type { Citation, FallbackReason, Message } from '#core/conversation.ts';
import type { AppError } from '#core/errors.ts';
import type { ChatEvent } from '#core/events.ts';
import { type AnswerFilter, createAnswerFilter } from './answer-filter.ts';
import { citationsOf } from './citations.ts';
import { coversQuotation } from './covers-quotation.ts';
import { type DraftDependencies, type DraftEnd, draftAnswer } from './draft-answer.ts';
import { heldTags } from './held-addresses.ts';
import { buildPrompt } from './prompt.ts';
import { type Quoted, type QuoteRequest, quoteAnswer } from './quote-answer.ts';

export interface WriterDependencies {
  /** Quotes the passages. */
  readonly chatModel: NamedChatModel;
  /** Writes words of its own. Absent: answers are quoted. */
  readonly writing?: WritingDependencies;
}

export interface WritingDependencies extends DraftDependencies {
  /** A customer who has seen nothing for so long gets the quoted answer first. */
  readonly quoteAfterMs: number;
  /** The quoted answer stays where the written one leaves out what it says first. Absent: what passes the guard stands. */
  readonly coversQuotation?: boolean;
}

export interface WriteRequest extends QuoteRequest {
  /** Up to and with the question, oldest first. */
  readonly turns: readonly Message[];
  /** Shown in front of the answer already. */
  readonly lead?: string;
}

export interface WriteOptions extends CallOptions {
  readonly firstToken?: () => void;
  readonly modelFailed?: (model: string, error: AppError) => void;
  readonly guarded?: (verdict: NonNullable<DraftEnd['verdict']>) => void;
}

export interface Written {
  readonly text: string;
  readonly citations: readonly Citation[];
  readonly model: NonNullable<Message['model']>;
  /** False when the model broke off behind its first sentence. */
  readonly complete: boolean;
  /** The model found no answer in the passages; `text` is what was shown all the same. */
  readonly declined?: boolean;
}

/** Throws an AppError if nothing could be quoted, or the signal's reason. */
export type WriteAnswer = (
  request: WriteRequest,
  options?: WriteOptions,
) => AsyncGenerator<ChatEvent, Written>;

export function createWriter({ chatModel, writing }: WriterDependencies): WriteAnswer {
  async function* quote(
    request: WriteRequest,
    { signal, firstToken }: WriteOptions,
  ): AsyncGenerator<ChatEvent, Quoted> {
    let isFirst = true;
    const quoting = quoteAnswer(chatModel, request, { signal });
    for (let next = await quoting.next(); ; next = await quoting.next()) {
      if (next.done) return next.value;
      if (next.value.type === 'answer-delta' && isFirst) {
        isFirst = false;
        firstToken?.();
      }
      yield next.value;
    }
  }

  async function* write(
    request: WriteRequest,
    { model, quoteAfterMs, coversQuotation: mustCover = false, ...rest }: WritingDependencies,
    options: WriteOptions,
  ): AsyncGenerator<ChatEvent, Written> {
    const { messageId, turns, grounding, isAllowedUrl, lead = '' } = request;
    const prompt = buildPrompt({ turns, query: grounding.query, passages: grounding.passages }, model);
    const { passages } = prompt;
    const controller = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, controller.signal]) : controller.signal;
    const filter = createAnswerFilter({
      passages: passages.length,
      isAllowedUrl,
      isHeld: heldTags(passages),
    });
    const draft = draftAnswer(prompt, { model, ...rest }, { signal });
    const patience = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => patience.resolve('late'), quoteAfterMs);
    let text = '';
    let announced = 0;
    let quoted: Quoted | undefined;

    const show = function* (piece: string): Generator<ChatEvent> {
      if (piece.length === 0) return;
      if (!quoted) {
        if (text.length === 0) options.firstToken?.();
        if (filter.cited.length > announced) {
          announced = filter.cited.length;
          yield { type: 'sources-available', messageId, citations: allSources(filter, passages) };
        }
        yield { type: 'answer-delta', messageId, text: piece };
      }
      text += piece;
    };
    const asWritten = (complete: boolean): Written => ({
      text,
      citations: citationsOf(filter.cited, passages, text),
      model: { name: model.name },
      complete,
    });
    const asQuoted = ({ text: said, citations }: Quoted, because: FallbackReason): Written => ({
      text: said,
      citations,
      model: { name: chatModel.name, fallback: true, because },
      complete: true,
    });

    try {
      if (passages.length > 0)
        yield { type: 'sources-available', messageId, citations: allSources(filter, passages) };
      let next = draft.next();
      // Who stops reading does not wait for what is on its way.
      next.catch(() => {});
      for (;;) {
        const arrived = quoted || text.length > 0 ? await next : await Promise.race([next, patience.promise]);
        if (arrived === 'late') {
          quoted = yield* quote(request, { ...options, signal });
          continue;
        }
        if (arrived.done) {
          yield* show(filter.flush());
          return yield* conclude(arrived.value);
        }
        const piece = arrived.value;
        next = draft.next();
        next.catch(() => {});
        if (piece.type === 'text') yield* show(filter.push(piece.text));
        else if (!quoted) yield { type: 'answer-queued', messageId, place: piece.place };
      }
    } finally {
      clearTimeout(timer);
      controller.abort(new DOMException('The answer is over.', 'AbortError'));
      draft.return({ outcome: 'failed' }).catch(() => {});
    }

    async function* conclude({ outcome, verdict, error }: DraftEnd): AsyncGenerator<ChatEvent, Written> {
      if (error) options.modelFailed?.(model.name, error);
      if (verdict) options.guarded?.(verdict);
      const isWritten = outcome === 'written' && verdict !== undefined;
      if (isWritten && verdict.declines) {
        const shown = quoted ?? { text, citations: [] };
        return { ...asWritten(true), text: shown.text, citations: shown.citations, declined: true };
      }
      const isEnough = isWritten && !verdict.isTooLittle && text.trim().length > 0;
      const instead =
        isEnough && mustCover ? (quoted ?? (await silently(quote(request, { signal })))) : undefined;
      const covers = !instead || coversQuotation(text, instead.text);
      if (isEnough && covers) {
        const whole = asWritten(true);
        if (quoted) {
          const { citations } = whole;
          yield { type: 'answer-replaced', messageId, text: lead + text, citations, reason: 'written' };
        }
        return whole;
      }
      if (outcome === 'broken' && !quoted && text.length > 0) return asWritten(false);
      const because = isWritten
        ? isEnough
          ? 'incomplete'
          : 'unsupported'
        : outcome === 'written' || outcome === 'broken'
          ? 'failed'
          : outcome;
      if (quoted?.text) return asQuoted(quoted, because);
      if (text.length === 0) return asQuoted(yield* quote(request, { ...options, signal }), because);
      // Some sentences are shown already, too few to be an answer.
      const better = instead ?? (await silently(quote(request, { signal })));
      if (better.text === '') return asWritten(true);
      const { citations } = better;
      yield {
        type: 'answer-replaced',
        messageId,
        text: lead + better.text,
        citations,
        reason: 'unsupported',
      };
      return asQuoted(better, because);
    }
  }

  return async function* (request, options = {}) {
    // A model that writes would put what the team has settled into words of its own.
    const isSettled = request.grounding.parts?.some(({ settled }) => settled !== undefined);
    if (writing && !isSettled) return yield* write(request, writing, options);
    const { text, citations } = yield* quote(request, options);
    return { text, citations, model: { name: chatModel.name }, complete: true };
  };
}

/** Those that the text cites, in its order, then the others that it may still cite. */
function allSources(filter: AnswerFilter, passages: WriteRequest['grounding']['passages']): Citation[] {
  const others = passages.map((_, index) => index + 1).filter((number) => !filter.cited.includes(number));
  return citationsOf([...filter.cited, ...others], passages);
}

async function silently<T>(events: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const next = await events.next();
    if (next.done) return next.value;
  }
}
