// The one place that runs answers: it takes messages in, journals every event of their answers before anyone is told, and
// brings to an end what a crash or a restart cut off. Knows no HTTP and no socket.
//
// Rules:
// - An answer does not belong to a connection: it goes on when its reader has left, and ends early only by `cancel`.
// - Answers of one conversation follow one another; messages sent meanwhile wait, `waitingMessages` at most.
// - An answer is promised in the store together with its message. A promise that has no end in the journal is unfinished:
//   that is the durable mark of both a crash and an orderly stop (`drain` adds "set aside" to it, so that only crashes count
//   as failed attempts). Nothing final is journalled on a stop: `recover` of the next process finishes the sentence.
import type { Citation, Conversation, Decision, Feedback, Message } from '#core/conversation.ts';
import { AppError, toAppError } from '#core/errors.ts';
import type { AnswerEndReason, ChatEvent, JournalEntry } from '#core/events.ts';
import type { ConversationStore, StoredMessage, UnfinishedAnswer } from '#core/stores.ts';
import type { Answer } from './answer.ts';
import { continueAnswer } from './continue-answer.ts';
import { newSecret } from './conversation-secret.ts';
import { createJournalFeed, type SubscribeOptions } from './journal-feed.ts';

export interface AnsweringLimits {
  /** UTF-16 code units of a message. */
  readonly messageLength: number;
  /** Answers being written or waiting, all conversations together; above it messages are refused as `busy`. */
  readonly concurrentAnswers: number;
  /** Messages of one conversation that may wait for their turn. */
  readonly waitingMessages?: number;
  /** For one answer from its turn to its end: a last resort behind the time-outs of its parts. */
  readonly answerTimeoutMs?: number;
  /** A text that ended the process this often is not tried again. */
  readonly attempts?: number;
}

export interface AnsweringOptions {
  readonly store: ConversationStore;
  readonly answer: Answer;
  readonly limits: AnsweringLimits;
  readonly observer?: AnsweringObserver;
  readonly now?: () => Date;
}

/** For metrics and logs. No text of a customer passes through here. */
export interface AnsweringObserver {
  /** From the arrival of the message to the first text in the journal. */
  firstText?(durationMs: number): void;
  /** Length in UTF-16 code units. */
  delta?(length: number): void;
  ended?(outcome: Decision | AnswerEndReason | 'error', durationMs: number): void;
  failed?(error: AppError, conversationId: string): void;
}

export interface IncomingMessage {
  readonly messageId: string;
  readonly text: string;
}

export interface Answering {
  /**
   * Resolves when the message is stored durably and its answer is on its way. The same `messageId` again changes nothing and gives
   * the same result. Throws `message-too-long`, `busy`, `too-many-requests`, `shutting-down`; `bad-request` if the id names another message.
   */
  send(conversationId: string, message: IncomingMessage): Promise<StoredMessage>;
  /** Journal entries after a sequence number, then live, without gap or repetition, until the signal aborts or the desk closes. */
  subscribe(conversationId: string, options: SubscribeOptions): AsyncGenerator<JournalEntry, void>;
  /** Ends the answer with the text so far. `messageId` names it or the message it answers. False if it is not being written. */
  cancel(conversationId: string, messageId: string): boolean;
  /** The customer asks for a person. */
  handoff(conversationId: string, options?: { email?: string | undefined }): Promise<void>;
  /** Throws `not-found` if the conversation has no such answer. */
  feedback(feedback: Omit<Feedback, 'at'>): Promise<void>;
  /** Removes the conversation; its answers stop, its readers end. */
  delete(conversationId: string): Promise<void>;
  /** Takes up what an earlier process left unfinished, in the background. Returns how many answers that are. */
  recover(): Promise<number>;
  /** Takes no more messages, waits for answers up to `graceMs`, sets the rest aside for `recover`, then ends all readers. */
  drain(graceMs: number): Promise<{ finished: number; setAside: number }>;
  /** Answers being written or waiting. */
  readonly active: number;
}

interface Run {
  readonly conversationId: string;
  readonly answerId: string;
  readonly replyTo: string;
  readonly arrivedAt: number;
  readonly before: UnfinishedAnswer | undefined;
  readonly controller: AbortController;
  readonly settled: PromiseWithResolvers<void>;
  /** As journalled. */
  text: string;
  citations: readonly Citation[];
  /** Nothing more of it goes into the journal. */
  over: boolean;
}

const recoverAgainAfterMs = 10_000;

export function createAnswering({
  store,
  answer,
  limits,
  observer = {},
  now = () => new Date(),
}: AnsweringOptions): Answering {
  const { waitingMessages = 3, answerTimeoutMs = 300_000, attempts: maxAttempts = 3 } = limits;
  const feed = createJournalFeed(store);
  /** By conversation, in order; the first is being written. */
  const lanes = new Map<string, Run[]>();
  let active = 0;
  let draining = false;
  let recovery: NodeJS.Timeout | undefined;

  function admit(conversationId: string): void {
    if (draining) throw new AppError('shutting-down', 'The server is shutting down.');
    if ((lanes.get(conversationId)?.length ?? 0) > waitingMessages)
      throw new AppError('too-many-requests', 'Too many messages of this conversation wait for an answer.');
    if (active >= limits.concurrentAnswers)
      throw new AppError(
        'busy',
        `${active} answers are being written: ANSWERDESK_MAX_CONCURRENT_ANSWERS allows no more.`,
      );
  }

  function enqueue(
    conversationId: string,
    answerId: string,
    replyTo: string,
    before?: UnfinishedAnswer,
  ): void {
    const run: Run = {
      conversationId,
      answerId,
      replyTo,
      before,
      arrivedAt: performance.now(),
      controller: new AbortController(),
      settled: Promise.withResolvers(),
      text: before?.text ?? '',
      citations: before?.citations ?? [],
      over: false,
    };
    active += 1;
    const lane = lanes.get(conversationId);
    if (lane) lane.push(run);
    else {
      lanes.set(conversationId, [run]);
      void work(conversationId);
    }
  }

  async function work(conversationId: string): Promise<void> {
    const lane = lanes.get(conversationId)!;
    for (let run = lane[0]; run; run = lane[0]) {
      if (!run.over) await perform(run);
      lane.shift();
      active -= 1;
      run.settled.resolve();
    }
    lanes.delete(conversationId);
  }

  /** Never rejects. Returns as soon as the run is over, even if the generator does not notice that it was stopped. */
  async function perform(run: Run): Promise<void> {
    const { signal } = run.controller;
    const stopped = new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => resolve(), { once: true }),
    );
    const timer = setTimeout(() => {
      fail(run, new AppError('model-timeout', `The answer was not complete after ${answerTimeoutMs} ms.`));
      run.controller.abort();
    }, answerTimeoutMs);
    try {
      await Promise.race([write(run), stopped]);
    } catch (thrown) {
      fail(run, toAppError(thrown));
    } finally {
      clearTimeout(timer);
      run.controller.abort();
    }
  }

  async function write(run: Run): Promise<void> {
    const { conversationId, answerId, replyTo, before } = run;
    if (store.beginAnswer(conversationId, answerId) > maxAttempts)
      throw new AppError('internal', `The answer was begun ${maxAttempts} times and never completed.`);
    const conversation = await store.get(conversationId);
    if (!conversation) return;
    const request = { conversation: asAskedIn(conversation, replyTo), messageId: answerId, replyTo };
    const written = answer(request, { signal: run.controller.signal });
    for await (const event of before ? continueAnswer(before, written) : written) {
      if (run.over) return;
      await note(run, event);
    }
    if (!run.over) throw new AppError('internal', 'The answer ended without saying how.');
  }

  async function note(run: Run, event: ChatEvent): Promise<void> {
    const isFirstText = event.type === 'answer-delta' && run.text.length === 0;
    feed.append(run.conversationId, event);
    switch (event.type) {
      case 'answer-start':
        run.text = '';
        run.citations = [];
        break;
      case 'sources-available':
        run.citations = event.citations;
        break;
      case 'answer-delta':
        run.text += event.text;
        observer.delta?.(event.text.length);
        if (isFirstText && !run.before) observer.firstText?.(performance.now() - run.arrivedAt);
        break;
      case 'answer-end':
        finish(run, event.reason === 'complete' ? (event.message.decision ?? 'complete') : event.reason);
        break;
      case 'answer-error':
        finish(run, 'error');
        break;
      case 'handoff-request':
        await store.recordHandoff(run.conversationId, { reason: event.reason });
    }
  }

  function finish(run: Run, outcome: Decision | AnswerEndReason | 'error'): void {
    run.over = true;
    observer.ended?.(outcome, performance.now() - run.arrivedAt);
  }

  /** Ends the answer with what the customer has seen of it. */
  function endEarly(run: Run, reason: AnswerEndReason): void {
    const message: Message = {
      id: run.answerId,
      author: 'bot',
      text: run.text,
      createdAt: now().toISOString(),
      replyTo: run.replyTo,
      citations: run.citations,
    };
    feed.append(run.conversationId, { type: 'answer-end', message, reason });
    finish(run, reason);
  }

  function fail(run: Run, error: AppError): void {
    if (run.over) return;
    observer.failed?.(error, run.conversationId);
    const { code, publicMessage: message, retryable } = error;
    try {
      if (run.text.length > 0) endEarly(run, 'interrupted');
      else {
        feed.append(run.conversationId, {
          type: 'answer-error',
          messageId: run.answerId,
          code,
          message,
          retryable,
        });
        finish(run, 'error');
      }
    } catch (thrown) {
      // The journal cannot be written: nobody may be told, so readers are sent away to come back, and it is tried again later.
      finish(run, 'error');
      observer.failed?.(toAppError(thrown), run.conversationId);
      feed.end(run.conversationId);
      recovery ??= setTimeout(() => {
        recovery = undefined;
        recover().catch((error) => observer.failed?.(toAppError(error), run.conversationId));
      }, recoverAgainAfterMs).unref();
    }
  }

  async function recover(): Promise<number> {
    const unfinished = (await store.unfinishedAnswers()).filter(
      ({ conversationId, messageId }) =>
        !lanes.get(conversationId)?.some(({ answerId }) => answerId === messageId),
    );
    if (draining) return 0;
    for (const answer of unfinished) enqueue(answer.conversationId, answer.messageId, answer.replyTo, answer);
    return unfinished.length;
  }

  return {
    async send(conversationId, { messageId, text }) {
      if (text.length > limits.messageLength) {
        throw new AppError('message-too-long', `The message has ${text.length} characters.`, {
          publicMessage: `The message is too long: ${limits.messageLength} characters are allowed.`,
        });
      }
      if (!store.findMessage(conversationId, messageId)) admit(conversationId);
      const answerId = newSecret();
      const adding = store.addMessage(
        conversationId,
        { id: messageId, author: 'customer', text, createdAt: now().toISOString() },
        answerId,
      );
      // It is in the journal already; the promise is about the disk, and the answer need not wait for that.
      const stored = store.findMessage(conversationId, messageId);
      if (stored?.answerId === answerId) {
        feed.announce(conversationId);
        enqueue(conversationId, answerId, messageId);
      }
      await adding;
      if (!stored) throw new AppError('bad-request', 'The message id names another message.');
      return stored;
    },

    subscribe: feed.subscribe,

    cancel(conversationId, messageId) {
      const run = lanes
        .get(conversationId)
        ?.find(({ answerId, replyTo, over }) => !over && (answerId === messageId || replyTo === messageId));
      if (!run) return false;
      endEarly(run, 'cancelled');
      run.controller.abort();
      return true;
    },

    async handoff(conversationId, { email } = {}) {
      const already = (await store.get(conversationId))?.handoff;
      await store.recordHandoff(conversationId, {
        reason: 'customer-request',
        ...(email === undefined ? {} : { email }),
      });
      if (!already) feed.append(conversationId, { type: 'handoff-request', reason: 'customer-request' });
    },

    async feedback(feedback) {
      const conversation = await store.get(feedback.conversationId);
      if (!conversation?.messages.some(({ id, author }) => id === feedback.messageId && author === 'bot'))
        throw new AppError('not-found', 'The conversation has no such answer.');
      await store.recordFeedback({ ...feedback, at: now().toISOString() });
    },

    async delete(conversationId) {
      for (const run of lanes.get(conversationId) ?? []) {
        run.over = true;
        run.controller.abort();
      }
      await store.delete(conversationId);
      feed.end(conversationId);
    },

    recover,

    async drain(graceMs) {
      draining = true;
      clearTimeout(recovery);
      const runs = [...lanes.values()].flat();
      const grace = Promise.withResolvers<void>();
      const timer = setTimeout(grace.resolve, graceMs);
      await Promise.race([Promise.all(runs.map(({ settled }) => settled.promise)), grace.promise]);
      clearTimeout(timer);
      const left = runs.filter(({ over }) => !over);
      for (const run of left) {
        run.over = true;
        run.controller.abort();
        try {
          store.setAnswerAside(run.conversationId, run.answerId);
        } catch (thrown) {
          // It stays open in the store and is recovered all the same.
          observer.failed?.(toAppError(thrown), run.conversationId);
        }
      }
      feed.end();
      return { finished: runs.length - left.length, setAside: left.length };
    },

    get active() {
      return active;
    },
  };
}

/** The conversation as it was when the question's turn came: later questions out, the question last. */
function asAskedIn(conversation: Conversation, questionId: string): Conversation {
  const at = conversation.messages.findIndex(({ id }) => id === questionId);
  const earlier = conversation.messages.filter(
    ({ author }, index) => index < at || (index > at && author !== 'customer'),
  );
  return { ...conversation, messages: [...earlier, ...conversation.messages.slice(at, at + 1)] };
}
