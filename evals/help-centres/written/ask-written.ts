// One question, answered by a model that writes, with the guard or without it, or by quoting: what the customer sees, and what it took.
import { type AnswerDependencies, createAnswer } from '#chat/answer.ts';
import { mustCoverQuotation } from '#chat/write/covers-quotation.ts';
import { type GuardVerdict, type OpenGuard, saysUnknown } from '#chat/write/guard-sentences.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { Citation, Decision, Message } from '#core/conversation.ts';
import { AppError } from '#core/errors.ts';
import { splitSentences } from '#core/sentences.ts';
import { toTurns } from '#core/turns.ts';
import type { AskTurn } from '#evals/core/ask.ts';
import { unguarded } from '#evals/safety/unguarded.ts';
import { processorMs, type RecordedModel } from './recorded-model.ts';

export interface WrittenReply {
  readonly decision: Decision;
  readonly text: string;
  readonly citations: readonly Citation[];
  /** In the model's own words; false where articles are quoted. */
  readonly isWritten: boolean;
  /** Milliseconds of processor time from the decision to answer to the first words that are shown, and to the last. */
  readonly firstMs: number;
  readonly totalMs: number;
  readonly verdict?: GuardVerdict;
}

/** Longer than any answer takes. */
const neverMs = 24 * 3_600_000;
const noDate = new Date(0).toISOString();

/** Without `model`, articles are quoted. `guard` absent: all that the model writes is shown. */
export async function askWritten(
  turns: readonly AskTurn[],
  { dependencies, model, guard = everything }: WrittenBy,
  { signal }: CallOptions = {},
): Promise<WrittenReply> {
  const clock = model?.clock ?? processorMs;
  const coversQuotation = model !== undefined && guard !== everything && mustCoverQuotation(model.size);
  let first: number | undefined;
  const watched: OpenGuard = (passages, options) => {
    const inner = guard(passages, options);
    const noted = (text: string) => {
      if (text.length > 0) first ??= clock();
      return text;
    };
    return {
      push: async (text) => noted(await inner.push(text)),
      end: async (isWhole) => noted(await inner.end(isWhole)),
      get verdict() {
        return inner.verdict;
      },
    };
  };
  const timeouts = { firstTokenTimeoutMs: neverMs, tokenTimeoutMs: neverMs };
  const answer = createAnswer({
    ...dependencies,
    ...(model
      ? {
          writing: {
            ...unguarded(model),
            openGuard: watched,
            timeouts,
            quoteAfterMs: neverMs,
            coversQuotation,
          },
        }
      : {}),
    now: () => new Date(0),
  });
  const messages = toTurns(turns).map(
    (turn, index): Message => ({ ...turn, id: `m${index}`, createdAt: noDate }),
  );
  let decidedAt = clock();
  let verdict: GuardVerdict | undefined;
  let ended: Message | undefined;
  const events = answer(
    {
      conversation: { id: 'eval', createdAt: noDate, messages },
      messageId: 'answer',
      replyTo: `m${turns.length - 1}`,
    },
    {
      signal,
      observer: {
        decided: () => {
          decidedAt = clock();
        },
        guarded: (said) => {
          verdict = said;
        },
      },
    },
  );
  for await (const event of events) {
    if (event.type === 'answer-error') throw new AppError(event.code, event.message);
    if (event.type === 'answer-delta' && !model) first ??= clock();
    if (event.type === 'answer-end') ended = event.message;
  }
  const because = ended?.model?.because;
  if (!ended || (because !== undefined && because !== 'unsupported' && because !== 'incomplete'))
    throw new AppError('model-unavailable', `The model wrote no answer${because ? `: ${because}` : ''}.`);
  const totalMs = clock() - decidedAt;
  const decision = ended.decision ?? 'answer';
  return {
    decision,
    text: ended.text,
    citations: ended.citations ?? [],
    isWritten: decision === 'answer' && ended.model?.name === model?.name && !ended.model?.fallback,
    firstMs: first === undefined ? totalMs : first - decidedAt,
    totalMs,
    ...(verdict ? { verdict } : {}),
  };
}

export interface WrittenBy {
  readonly dependencies: AnswerDependencies;
  readonly model?: RecordedModel;
  readonly guard?: OpenGuard;
}

/** That a model says it does not know is heard without a guard, too: nobody would show it as an answer. */
const everything: OpenGuard = () => {
  let said = '';
  return {
    async push(text) {
      said += text;
      return text;
    },
    end: async () => '',
    get verdict() {
      const sentences = splitSentences(said).map(({ start, end }) => said.slice(start, end));
      const declines = sentences.length > 0 && sentences.every(saysUnknown);
      return {
        kept: declines ? 0 : 1,
        citedAnew: 0,
        dropped: 0,
        declines,
        isTooLittle: false,
        isStuck: false,
      };
    },
  };
};
