// Writes events to the journal in batches: what comes within one turn of the event loop, or while the previous write is running, is one
// transaction, whichever conversations it belongs to. Pieces of one answer's text that wait together become one entry. Order is kept, and
// nobody is told of an event before it is written.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError, toAppError } from '#core/errors.ts';
import type { JournalEntry, JournalEvent } from '#core/events.ts';
import type { ConversationStore, NewEntry } from '#core/stores.ts';
import type { ConversationKey } from '#core/tenant.ts';

/** For one run of events, e.g. an answer. When one of them cannot be written, none behind it is: the journal has no gaps. */
export interface JournalWriter {
  /** Takes the event; resolves when there is room for the next one. Rejects with why an earlier one could not be written. */
  append(event: JournalEvent): Promise<void>;
  /** Resolves when everything taken so far is in the journal. Rejects as `append` does. */
  flushed(): Promise<void>;
  /** Rejects as soon as a write fails, with `not-found` if the conversation is gone, `conflict` if the answer has ended. Never resolves. */
  readonly failed: Promise<never>;
  /** Why, once it has. */
  readonly error: AppError | undefined;
}

export interface JournalQueue {
  /** `answerId`: of the answer whose events these are. */
  writer(key: ConversationKey, answerId?: string): JournalWriter;
}

export interface JournalQueueOptions {
  /** Told of every entry when it is written. */
  readonly onEntry: (key: ConversationKey, entry: JournalEntry) => void;
  /** Above this, whoever appends waits. */
  readonly mostWaiting?: number;
  readonly mostPerWrite?: number;
}

/** UTF-16 code units of pieces that become one: so that memory has an end while nothing can be written. */
const longestPiece = 2_000;

interface WaitingEvent {
  entry: NewEntry;
  /** In the transaction that is running: no text can be added to it any more. */
  isTaken: boolean;
  readonly run: { fail(error: AppError): void; readonly error: AppError | undefined };
  readonly written: PromiseWithResolvers<void>;
}

export function createJournalQueue(
  store: Pick<ConversationStore, 'append'>,
  { onEntry, mostWaiting = 1_000, mostPerWrite = 500 }: JournalQueueOptions,
): JournalQueue {
  let waiting: WaitingEvent[] = [];
  let isWriting = false;
  let room = Promise.withResolvers<void>();

  async function writeAll(): Promise<void> {
    if (isWriting) return;
    isWriting = true;
    while (waiting.length > 0) {
      await nextTurn();
      await write(waiting.splice(0, mostPerWrite));
      waiting = waiting.filter(stillWanted);
      if (waiting.length < mostWaiting) {
        room.resolve();
        room = Promise.withResolvers();
      }
    }
    isWriting = false;
  }

  async function write(batch: readonly WaitingEvent[]): Promise<void> {
    for (const item of batch) item.isTaken = true;
    try {
      const appended = await store.append(batch.map(({ entry }) => entry));
      for (const [index, { entry, run, written }] of batch.entries()) {
        const became = appended[index]!;
        if (became === 'gone') run.fail(new AppError('not-found', 'The conversation was deleted.'));
        else if (became === 'ended') run.fail(new AppError('conflict', 'The answer has ended.'));
        else {
          onEntry(entry.key, became);
          written.resolve();
        }
      }
    } catch (thrown) {
      for (const { run } of batch) run.fail(toAppError(thrown));
    }
    for (const item of batch) stillWanted(item);
  }

  function stillWanted({ run, written }: WaitingEvent): boolean {
    if (run.error) written.reject(run.error);
    return !run.error;
  }

  return {
    writer(key, answerId) {
      const failure = Promise.withResolvers<never>();
      failure.promise.catch(() => {});
      let error: AppError | undefined;
      let last: WaitingEvent | undefined;
      const run = {
        fail(reason: AppError) {
          error ??= reason;
          failure.reject(error);
        },
        get error() {
          return error;
        },
      };
      return {
        async append(event) {
          if (error) throw error;
          const joined = last && !last.isTaken ? joinText(last.entry.event, event) : undefined;
          if (last && joined) {
            last.entry = { ...last.entry, event: joined };
          } else {
            const written = Promise.withResolvers<void>();
            written.promise.catch(() => {});
            const entry = { key, event, ...(answerId === undefined ? {} : { answerId }) };
            last = { entry, run, written, isTaken: false };
            waiting.push(last);
            void writeAll();
          }
          if (waiting.length > mostWaiting) await room.promise;
          if (error) throw error;
        },
        flushed: async () => last?.written.promise,
        failed: failure.promise,
        get error() {
          return error;
        },
      };
    },
  };
}

/** Undefined where the two are not pieces of one answer's text, or too much for one. */
function joinText(first: JournalEvent, next: JournalEvent): JournalEvent | undefined {
  if (first.type !== 'answer-delta' || next.type !== 'answer-delta') return undefined;
  if (first.messageId !== next.messageId) return undefined;
  const text = first.text + next.text;
  return text.length > longestPiece ? undefined : { ...first, text };
}
