// The one place that runs answers: it takes messages in, journals every event of their answers before anyone is told, and
// brings to an end what a crash or a restart cut off. Knows no HTTP and no socket.
//
// Rules:
// - An answer does not belong to a connection: it goes on when its reader has left, and ends early only by `cancel`.
// - Answers of one conversation follow one another; messages sent meanwhile wait, `waitingMessages` at most.
// - An answer is promised in the store together with its message. A promise that has no end in the journal is unfinished:
//   that is the durable mark of both a crash and an orderly stop (`drain` adds "set aside" to it, so that only crashes count
//   as failed attempts). Nothing final is journalled on a stop: `recover` of the next process finishes the sentence.
import type { Citation, Conversation, Decision, Feedback, Message, Picture } from '#core/conversation.ts';
import { newSecret } from '#core/conversation-secret.ts';
import { eachInTurnOf, inTurnOf } from '#core/customer-turn.ts';
import { AppError, toAppError } from '#core/errors.ts';
import type { AnswerEndReason, ChatEvent, JournalEntry, JournalEvent } from '#core/events.ts';
import { cutMessage } from '#core/journalled-answer.ts';
import type { ConversationStore, Erasure, StoredMessage, UnfinishedAnswer } from '#core/stores.ts';
import { type ConversationKey, keyText } from '#core/tenant.ts';
import type { Answer } from '../answer.ts';
import { type AdmissionPlace, type Admitted, createAdmission } from './admission.ts';
import { type AskOnce, createAskOnce } from './ask-once.ts';
import { continueAnswer } from './continue-answer.ts';
import { createEventLoopTurns, type EventLoopTurns } from './event-loop-turns.ts';
import { createJournalFeed, type SubscribeOptions } from './journal-feed.ts';
import { createJournalQueue, type JournalWriter } from './journal-queue.ts';
import { createLiveSignals, type LiveSignals } from './live-signals.ts';

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
  /** Those in which the parts of an answer take their turn, too. */
  readonly turns?: EventLoopTurns;
  /** Throws for who may not write now. */
  readonly refuse?: (key: ConversationKey) => Promise<void>;
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

export interface MessageName {
  readonly key: ConversationKey;
  readonly messageId: string;
}

export interface IncomingMessage {
  readonly messageId: string;
  /** May be empty where there are pictures. */
  readonly text: string;
  readonly pictures?: readonly Picture[];
}

export interface Answering {
  /** A connection was made: takes in who comes before the work of others goes on. */
  someoneCame(): void;
  /**
   * Counts a message from the moment it has come, before anything is looked up for it, and does `work` when it is its turn: checks who
   * sends it, then `send`. Throws `busy` and `shutting-down` at once.
   */
  admit<Result>(message: MessageName, work: (admitted: Admitted) => Promise<Result>): Promise<Result>;
  /**
   * Resolves when the message is stored durably and its answer is on its way. The same `messageId` again changes nothing and gives
   * the same result. Throws `message-too-long`, `busy`, `blocked`, `too-many-requests`, `shutting-down`; `bad-request` if the id names another message.
   */
  send(key: ConversationKey, message: IncomingMessage, admitted?: Admitted): Promise<StoredMessage>;
  /** An answer that is not stored, see ask-once.ts. Throws `message-too-long`, `busy`, `shutting-down`, too. */
  ask: AskOnce;
  /** Journal entries after a sequence number, then live, without gap or repetition, until the signal aborts or the desk closes. */
  subscribe(key: ConversationKey, options: SubscribeOptions): AsyncGenerator<JournalEntry, void>;
  /** Ends the answer with the text so far. `messageId` names it or the message it answers. False if it is not being written. */
  cancel(key: ConversationKey, messageId: string): Promise<boolean>;
  /** The customer asks for a person. Without an address, the one that their website vouches for counts. */
  handoff(key: ConversationKey, options?: { email?: string | undefined }): Promise<void>;
  /** The store has ended these answers: stops the work on them. */
  silence(key: ConversationKey, answerIds: readonly string[]): void;
  /** Tells readers of entries that something else has journalled. */
  announce(key: ConversationKey, entries: readonly JournalEntry[]): void;
  /** Who types, and how far a person has read. */
  readonly signals: LiveSignals;
  /** Whether somebody reads the conversation right now. */
  isFollowed(key: ConversationKey): boolean;
  /** Told of each conversation whose messages or handling changed here. Returns the function that ends it. */
  onChange(listener: (key: ConversationKey) => void): () => void;
  /** Throws `not-found` if the conversation has no such answer. */
  feedback(key: ConversationKey, feedback: Omit<Feedback, 'at'>): Promise<void>;
  /** Removes the conversation; its answers stop, its readers end. */
  delete(key: ConversationKey): Promise<Erasure>;
  /** Takes up what an earlier process left unfinished, in the background. Returns how many answers that are. */
  recover(): Promise<number>;
  /** Takes no more messages, waits for answers up to `graceMs`, sets the rest aside for `recover`, then ends all readers. */
  drain(graceMs: number): Promise<{ finished: number; setAside: number }>;
  /** Answers being written or waiting. */
  readonly active: number;
}

interface Run {
  readonly key: ConversationKey;
  readonly answerId: string;
  readonly replyTo: string;
  readonly arrivedAt: number;
  readonly before: UnfinishedAnswer | undefined;
  readonly controller: AbortController;
  readonly place: AdmissionPlace;
  readonly settled: PromiseWithResolvers<void>;
  readonly journal: JournalWriter;
  /** As given to the journal. */
  text: string;
  citations: readonly Citation[];
  /** Nothing more of it is given to the journal. */
  over: boolean;
}

/** One for all: to make one takes as long as a query. */
const isOver = new DOMException('The answer is over.', 'AbortError');

const recoverAgainAfterMs = 10_000;

export function createAnswering({
  store,
  answer,
  limits,
  turns = createEventLoopTurns(),
  refuse = async () => {},
  observer = {},
  now = () => new Date(),
}: AnsweringOptions): Answering {
  const { waitingMessages = 3, answerTimeoutMs = 300_000, attempts: maxAttempts = 3 } = limits;
  const feed = createJournalFeed(store);
  const signals = createLiveSignals();
  const journal = createJournalQueue(store, { onEntry: feed.announce });
  /** By conversation, in order; the first is being written. */
  const lanes = new Map<string, Run[]>();
  /** Messages on their way into the store: the conversation by the id of the answer. */
  const arriving = new Map<string, string>();
  /** What becomes of those messages, for retries that come meanwhile. */
  const sending = new Map<string, Promise<StoredMessage>>();
  /** Messages that have come and are not sent yet. */
  const atTheDoor = new Set<string>();
  const changeListeners = new Set<(key: ConversationKey) => void>();
  const changed = (key: ConversationKey) => {
    for (const listener of changeListeners) listener(key);
  };
  const askOnce = createAskOnce(answer, { timeoutMs: answerTimeoutMs, now });
  const admission = createAdmission({ most: limits.concurrentAnswers });
  let active = 0;
  let draining = false;
  let recovery: NodeJS.Timeout | undefined;

  function throwIfDraining(): void {
    if (draining) throw new AppError('shutting-down', 'The server is shutting down.');
  }

  function refuseTooLong({ length }: string): void {
    if (length > limits.messageLength)
      throw new AppError('message-too-long', `The message has ${length} characters.`, {
        publicMessage: `The message is too long: ${limits.messageLength} characters are allowed.`,
      });
  }

  const aheadIn = (lane: string) =>
    (lanes.get(lane)?.length ?? 0) +
    arriving
      .values()
      .filter((other) => other === lane)
      .toArray().length;

  async function accept(
    key: ConversationKey,
    { messageId, text, pictures }: IncomingMessage,
    admitted: Admitted | undefined,
  ): Promise<StoredMessage> {
    // It counts from now on, while it waits for the store, too.
    const lane = keyText(key);
    const isCrowded = aheadIn(lane) > waitingMessages;
    const place = isCrowded ? undefined : admitted ? admitted.take() : admission.enter();
    const arrivedAt = admitted?.arrivedAt ?? performance.now();
    const answerId = newSecret();
    if (place) arriving.set(answerId, lane);
    let isAnswered = false;
    try {
      const refusal = await refusalOf(key, { isCrowded, place });
      if (refusal) {
        // What is there already is not refused.
        const known = await store.findMessage(key, messageId);
        if (known) return known;
        throw refusal;
      }
      const message: Message = {
        id: messageId,
        author: 'customer',
        text,
        createdAt: now().toISOString(),
        ...(pictures ? { pictures } : {}),
      };
      const stored = await store.addMessage(key, message, answerId);
      if (!stored) throw new AppError('bad-request', 'The message id names another message.');
      // It was there before.
      if (stored.answerId !== undefined && stored.answerId !== answerId) return stored;
      const { conversationId } = key;
      const event: JournalEvent = { type: 'customer-message', message };
      feed.announce(key, { conversationId, sequence: stored.sequence, event });
      signals.customerTypes(key, false);
      changed(key);
      // A message that came in during a stop is answered by the next process: it is promised in the store.
      if (!draining && stored.answerId !== undefined) {
        isAnswered = true;
        enqueue(key, { messageId: answerId, replyTo: messageId, place, arrivedAt });
      }
      return stored;
    } finally {
      arriving.delete(answerId);
      if (!isAnswered) place?.leave();
    }
  }

  async function refusalOf(
    key: ConversationKey,
    { isCrowded, place }: { readonly isCrowded: boolean; readonly place: AdmissionPlace | undefined },
  ): Promise<unknown> {
    try {
      throwIfDraining();
      if (isCrowded)
        throw new AppError('too-many-requests', 'Too many messages of this conversation wait for an answer.');
      if (!place) throw admission.refusal();
      await refuse(key);
      return undefined;
    } catch (thrown) {
      return thrown;
    }
  }

  function enqueue(
    key: ConversationKey,
    {
      messageId: answerId,
      replyTo,
      place = admission.enterAnyway(),
      arrivedAt = performance.now(),
    }: Pick<UnfinishedAnswer, 'messageId' | 'replyTo'> & {
      readonly place?: AdmissionPlace | undefined;
      readonly arrivedAt?: number;
    },
    before?: UnfinishedAnswer,
  ): void {
    const run: Run = {
      key,
      answerId,
      replyTo,
      before,
      journal: journal.writer(key, answerId),
      arrivedAt,
      controller: new AbortController(),
      place,
      settled: Promise.withResolvers(),
      text: before?.text ?? '',
      citations: before?.citations ?? [],
      over: false,
    };
    active += 1;
    const lane = lanes.get(keyText(key));
    if (lane) lane.push(run);
    else {
      lanes.set(keyText(key), [run]);
      void work(keyText(key));
    }
  }

  async function work(name: string): Promise<void> {
    const lane = lanes.get(name)!;
    for (let run = lane[0]; run; run = lane[0]) {
      await turns.next(run.arrivedAt);
      if (!run.over) await inTurnOf(run.arrivedAt, () => perform(run));
      await settle(run);
      lane.shift();
      active -= 1;
      run.place.leave();
      run.settled.resolve();
    }
    lanes.delete(name);
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
      await Promise.race([write(run), stopped, run.journal.failed]);
    } catch (thrown) {
      // Where the journal itself failed, nothing more can be said: see `settle`.
      if (!run.journal.error) fail(run, toAppError(thrown));
    } finally {
      clearTimeout(timer);
      run.controller.abort(isOver);
    }
  }

  async function write(run: Run): Promise<void> {
    const { key, answerId, replyTo, before } = run;
    const attempts = await store.beginAnswer(key, answerId);
    if (run.over) return;
    const conversation = attempts === undefined ? undefined : await store.get(key);
    if (attempts === undefined || !conversation) {
      run.over = true;
      return;
    }
    if (run.over) return;
    if (attempts > maxAttempts)
      throw new AppError('internal', `The answer was begun ${maxAttempts} times and never completed.`);
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
    const written = run.journal.append(event);
    switch (event.type) {
      case 'answer-start':
        run.text = '';
        run.citations = [];
        break;
      case 'sources-available':
        run.citations = event.citations;
        break;
      case 'answer-queued':
        break;
      case 'answer-replaced':
        run.text = event.text;
        run.citations = event.citations;
        break;
      case 'answer-delta':
        run.text += event.text;
        observer.delta?.(event.text.length);
        if (isFirstText && !run.before) tellFirstText(run);
        break;
      case 'answer-end':
        finish(run, event.reason === 'complete' ? (event.message.decision ?? 'complete') : event.reason);
        break;
      case 'answer-error':
        finish(run, 'error');
        break;
      case 'handoff-request':
        await store.recordHandoff(run.key, { reason: event.reason });
        break;
      case 'contact-given':
        await store.recordHandoff(run.key, { reason: 'customer-request', email: event.email });
    }
    await written;
    if (event.type !== 'answer-delta' && event.type !== 'answer-start' && event.type !== 'answer-queued')
      changed(run.key);
  }

  function tellFirstText({ journal, arrivedAt }: Run): void {
    journal.flushed().then(
      () => observer.firstText?.(performance.now() - arrivedAt),
      // The run learns of it by itself.
      () => {},
    );
  }

  function finish(run: Run, outcome: Decision | AnswerEndReason | 'error'): void {
    run.over = true;
    observer.ended?.(outcome, performance.now() - run.arrivedAt);
  }

  /** Ends the answer with what the customer has seen of it. */
  function endEarly(run: Run, reason: AnswerEndReason): void {
    const message = cutMessage({ ...run, messageId: run.answerId }, now().toISOString());
    giveToJournal(run, { type: 'answer-end', message, reason });
    finish(run, reason);
  }

  function fail(run: Run, error: AppError): void {
    if (run.over) return;
    observer.failed?.(error, run.key.conversationId);
    const { code, publicMessage: message, retryable } = error;
    if (run.text.length > 0) endEarly(run, 'interrupted');
    else {
      giveToJournal(run, { type: 'answer-error', messageId: run.answerId, code, message, retryable });
      finish(run, 'error');
    }
  }

  /** Whether it could be written is asked in `settle`. */
  function giveToJournal(run: Run, event: ChatEvent): void {
    run.journal.append(event).catch(() => {});
  }

  /**
   * Resolves when the journal holds what the run gave it. If it cannot be written, nobody may be told: readers are sent away to come back,
   * and the answer is taken up again later from where the journal ends.
   */
  async function settle(run: Run): Promise<void> {
    try {
      await run.journal.flushed();
    } catch (thrown) {
      const error = toAppError(thrown);
      // A person took over: the journal holds its end.
      if (error.code === 'conflict') {
        if (!run.over) finish(run, 'cancelled');
        return;
      }
      run.over = true;
      feed.end(run.key);
      // A deleted conversation needs no answer.
      if (error.code === 'not-found' || draining) return;
      observer.failed?.(error, run.key.conversationId);
      recovery ??= setTimeout(() => {
        recovery = undefined;
        recover().catch((error) => observer.failed?.(toAppError(error), run.key.conversationId));
      }, recoverAgainAfterMs).unref();
    }
  }

  async function recover(): Promise<number> {
    const unfinished = (await store.unfinishedAnswers()).filter(
      ({ key, messageId }) =>
        !arriving.has(messageId) && !lanes.get(keyText(key))?.some(({ answerId }) => answerId === messageId),
    );
    if (draining) return 0;
    for (const answer of unfinished) enqueue(answer.key, answer, answer);
    return unfinished.length;
  }

  /** Whoever asks again for what is being answered is neither counted twice nor refused. */
  const isUnderWay = ({ key, messageId }: MessageName) =>
    atTheDoor.has(nameOf(key, messageId)) ||
    sending.has(nameOf(key, messageId)) ||
    lanes.get(keyText(key))?.some(({ replyTo }) => replyTo === messageId);

  return {
    someoneCame: turns.someoneCame,

    async admit(message, work) {
      throwIfDraining();
      const isAgain = isUnderWay(message);
      let place = isAgain ? undefined : admission.enter();
      if (!place && !isAgain) throw admission.refusal();
      const name = nameOf(message.key, message.messageId);
      if (!isAgain) atTheDoor.add(name);
      const arrivedAt = performance.now();
      try {
        await turns.next(arrivedAt);
        return await work({
          arrivedAt,
          take() {
            const taken = place ?? admission.enter();
            place = undefined;
            return taken;
          },
        });
      } finally {
        if (!isAgain) atTheDoor.delete(name);
        place?.leave();
      }
    },

    async send(key, message, admitted) {
      refuseTooLong(message.text);
      const name = nameOf(key, message.messageId);
      const sent = sending.get(name) ?? accept(key, message, admitted).finally(() => sending.delete(name));
      sending.set(name, sent);
      return sent;
    },

    async *ask(question, options) {
      refuseTooLong(question.text);
      throwIfDraining();
      const place = admission.enter();
      if (!place) throw admission.refusal();
      const arrivedAt = performance.now();
      try {
        await turns.next(arrivedAt);
        yield* eachInTurnOf(arrivedAt, askOnce(question, options));
      } finally {
        place.leave();
      }
    },

    subscribe: feed.subscribe,

    async cancel(key, messageId) {
      const run = lanes
        .get(keyText(key))
        ?.find(({ answerId, replyTo, over }) => !over && (answerId === messageId || replyTo === messageId));
      if (!run) return false;
      endEarly(run, 'cancelled');
      run.controller.abort();
      await run.journal.flushed();
      return true;
    },

    async handoff(key, { email } = {}) {
      await refuse(key);
      const before = await store.handling(key);
      const address = email ?? (await store.get(key))?.visitor?.email;
      await store.recordHandoff(key, {
        reason: 'customer-request',
        ...(address === undefined ? {} : { email: address }),
      });
      // Asked again while one is coming, it is the address that changed.
      if (before && before.state !== 'waiting' && before.state !== 'person') {
        const writer = journal.writer(key);
        await writer.append({ type: 'handoff-request', reason: 'customer-request' });
        await writer.flushed();
      }
      changed(key);
    },

    silence(key, answerIds) {
      for (const run of lanes.get(keyText(key)) ?? []) {
        if (run.over || !answerIds.includes(run.answerId)) continue;
        finish(run, 'cancelled');
        run.controller.abort();
      }
    },

    announce(key, entries) {
      for (const entry of entries) feed.announce(key, entry);
    },

    signals,

    isFollowed: feed.isFollowed,

    onChange(listener) {
      changeListeners.add(listener);
      return () => changeListeners.delete(listener);
    },

    async feedback(key, feedback) {
      const conversation = await store.get(key);
      if (!conversation?.messages.some(({ id, author }) => id === feedback.messageId && author === 'bot'))
        throw new AppError('not-found', 'The conversation has no such answer.');
      await store.recordFeedback(key, { ...feedback, at: now().toISOString() });
    },

    async delete(key) {
      for (const run of lanes.get(keyText(key)) ?? []) {
        run.over = true;
        run.controller.abort();
      }
      const erasure = await store.delete([key]);
      feed.end(key);
      return erasure;
    },

    recover,

    async drain(graceMs) {
      draining = true;
      clearTimeout(recovery);
      const runs = [...lanes.values()].flat();
      const grace = Promise.withResolvers<void>();
      const timer = setTimeout(grace.resolve, graceMs);
      const ending = [...runs.map(({ settled }) => settled.promise), ...sending.values()];
      await Promise.race([Promise.allSettled(ending), grace.promise]);
      clearTimeout(timer);
      const left = runs.filter(({ over }) => !over);
      for (const run of left) {
        run.over = true;
        run.controller.abort();
      }
      // Waits for what was given to the journal, so that nothing is written behind "set aside".
      await Promise.allSettled(runs.map(({ journal }) => journal.flushed()));
      try {
        await store.setAnswersAside(left.map(({ key, answerId }) => ({ key, answerId })));
      } catch (thrown) {
        // They stay open in the store and are recovered all the same.
        for (const { key } of left) observer.failed?.(toAppError(thrown), key.conversationId);
      }
      feed.end();
      return { finished: runs.length - left.length, setAside: left.length };
    },

    get active() {
      return active;
    },
  };
}

const nameOf = (key: ConversationKey, messageId: string) => `${keyText(key)}/${messageId}`;

/** The conversation as it was when the question's turn came: later questions out, the question last. */
function asAskedIn(conversation: Conversation, questionId: string): Conversation {
  const at = conversation.messages.findIndex(({ id }) => id === questionId);
  // Pictures are for people: nothing here reads them.
  const earlier = conversation.messages.filter(
    ({ author, pictures }, index) => !pictures && (index < at || (index > at && author !== 'customer')),
  );
  return { ...conversation, messages: [...earlier, ...conversation.messages.slice(at, at + 1)] };
}
