// Brings a conversation and its case in another system together: what was said here goes there, what agents answered there comes back.
// The journal is what is to be sent, a sequence number how far it went. Whatever is written there ends with a marker that has this number,
// and before more is written the case is read: so nothing is sent twice, whatever was lost on the way.
import {
  type BridgeCase,
  type BridgeStore,
  bridgeLabels,
  type CaseState,
  type CaseThere,
  type Entry,
  type HandoverBridge,
  lastMarked,
  markerOf,
  referenceOf,
} from '#core/bridges.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { Conversation } from '#core/conversation.ts';
import { AppError } from '#core/errors.ts';
import type { JournalEvent } from '#core/events.ts';
import type { Handling, Person } from '#core/handling.ts';
import { reasonSentences } from '#core/handoff-reasons.ts';
import type { Notice } from '#core/notices.ts';
import type { ConversationStore } from '#core/stores.ts';
import type { ConversationKey } from '#core/tenant.ts';
import type { Deliver } from './deliver-notices.ts';
import { handlingSentence, handoverOf, saidBy } from './handover-text.ts';

export interface CaseSyncOptions {
  readonly bridge: HandoverBridge;
  readonly store: Pick<ConversationStore, 'get' | 'handling' | 'entriesAfter' | 'lastSequence'> & BridgeStore;
  /** An agent there answered the customer. The same id again changes nothing. */
  readonly replied: (key: ConversationKey, reply: DeskReply) => Promise<unknown>;
  readonly closed: (key: ConversationKey, by: Person) => Promise<unknown>;
  readonly linkTo: (key: ConversationKey) => string;
  readonly now?: () => Date;
}

export interface DeskReply {
  readonly messageId: string;
  readonly text: string;
  readonly by: Person;
}

interface Pending {
  readonly sequence: number;
  readonly entry: Entry;
}

/** A person owes the customer a word. */
const isPromised = ({ state }: Pick<Handling, 'state'>) => state === 'waiting' || state === 'person';
const pageOfEntries = 1_000;
const erasedText =
  'The customer’s conversation was erased in Answerdesk. What stands here is a copy: delete it if it has to go as well.';
/** No journal entry has it. */
const erasedMark = 0;

export function createCaseSync({
  bridge,
  store,
  replied,
  closed,
  linkTo,
  now = () => new Date(),
}: CaseSyncOptions): Deliver {
  const label = bridgeLabels[bridge.name];

  /** Durable, and the newest that is known. */
  async function save(before: BridgeCase, change: Partial<BridgeCase>): Promise<BridgeCase> {
    const isNewState = change.state !== undefined && change.state !== before.state;
    const after = { ...before, ...change, ...(isNewState ? { since: now().toISOString() } : {}) };
    await store.saveBridgeCase(after);
    return after;
  }

  async function sync({ key }: Notice, options: CallOptions): Promise<void> {
    const handling = await store.handling(key);
    if (!handling) return;
    const known = await store.bridgeCase(key);
    const own = known?.bridge === bridge.name ? known : undefined;
    // What a person here took over at once needs no case there.
    const isNeeded = handling.state === 'waiting' || (isPromised(handling) && own?.state === 'gone');
    const isOver = !own || own.state === 'closed' || own.state === 'gone';
    if (own?.state === 'opening' || (isOver && isNeeded)) return open(key, handling, known, options);
    if (own?.there) await exchange({ ...own, there: own.there }, handling, options);
  }

  /** The number of the round is kept before anything is written there, so that a retry looks for the same reference. */
  async function open(
    key: ConversationKey,
    handling: Handling,
    known: BridgeCase | undefined,
    options: CallOptions,
  ): Promise<void> {
    const isRetry = known?.state === 'opening' && known.bridge === bridge.name;
    const round = isRetry ? known.round : (known?.round ?? 0) + 1;
    const { name } = bridge;
    const begun: BridgeCase = isRetry
      ? known
      : { key, bridge: name, round, state: 'opening', since: now().toISOString(), sentSequence: 0 };
    if (!isRetry) await store.saveBridgeCase(begun);
    const sequence = await store.lastSequence(key);
    const conversation = await store.get(key);
    if (!conversation) return;
    const reason = handling.reason ?? conversation.handoff?.reason ?? 'customer-request';
    const handover = handoverOf(begun, { conversation, reason, sequence, link: linkTo(key) });
    const found = isRetry ? await bridge.find(handover, options) : undefined;
    if (found) return exchange({ ...begun, state: 'open', there: found }, handling, options);
    // It ended before it could be opened.
    if (!isPromised(handling)) return void (await save(begun, { state: 'closed' }));
    const there = await bridge.open(handover, options);
    await save(begun, { state: 'open', there, sentSequence: sequence });
  }

  async function exchange(
    before: BridgeCase & { readonly there: CaseThere },
    handling: Handling,
    options: CallOptions,
  ): Promise<void> {
    const { key, there } = before;
    const state = await bridge.read(there.id, options);
    const startAnew = async () => {
      const gone = await save(before, { state: 'gone' });
      if (isPromised(handling)) await open(key, handling, gone, options);
    };
    if (!state) {
      const unsent = isPromised(handling) ? await pendingAfter(before, { isWanted: true }) : [];
      return unsent.some(({ entry }) => entry.author === 'customer')
        ? startAnew()
        : void (await save(before, { state: 'gone' }));
    }
    const arrived = lastMarked(referenceOf(before), state.others) ?? 0;
    let current = await save(before, { sentSequence: Math.max(before.sentSequence, arrived) });
    const taken = await takeReplies(key, state);
    const isOver = current.state === 'closed' && !isPromised(handling);
    // As it is now: a reply that came in may have made it a person's.
    const isWanted = isPromised((await store.handling(key)) ?? handling);
    const pending = isOver ? [] : await pendingAfter(current, { isWanted });
    for (const { sequence, entry } of pending) {
      try {
        await bridge.append(there.id, entry, options);
      } catch (thrown) {
        // Deleted, or closed so that nothing can be added: the customer needs a case that is looked at.
        if (thrown instanceof AppError && thrown.code === 'not-found') return startAnew();
        throw thrown;
      }
      current = await save(current, { sentSequence: sequence });
    }
    const isReopened = pending.some(({ entry }) => entry.author === 'customer');
    const isClosedThere = state.isClosed && !isReopened;
    if (!isWanted) {
      // Once: an agent who opens it again has a reason.
      if (!isOver && !isClosedThere) await close(there.id, options);
      return void (await save(current, { state: 'closed' }));
    }
    if (!isClosedThere) return void (await save(current, { state: 'open' }));
    // Closed before, and nothing was said since.
    if (current.state === 'closed' && taken === 0) return;
    await closed(key, state.replies.length > 0 ? personOf(state) : desk());
    await save(current, { state: 'closed' });
  }

  async function close(caseId: string, options: CallOptions): Promise<void> {
    await bridge.close?.(caseId, options).catch((thrown: unknown) => {
      // What is gone is over.
      if (!(thrown instanceof AppError && thrown.code === 'not-found')) throw thrown;
    });
  }

  const desk = (): Person => ({ id: `${bridge.name}:`, name: label });
  const agent = ({ id, name }: Person): Person => ({ id: `${bridge.name}:${id}`, name });
  const personOf = ({ replies }: CaseState): Person => agent(replies.at(-1)!.by);
  const messageIdOf = (replyId: string) => `${bridge.name}-${replyId}`;

  /** How many were new. */
  async function takeReplies(key: ConversationKey, { replies }: CaseState): Promise<number> {
    let taken = 0;
    const { messages = [] } = (await store.get(key)) ?? ({} as Partial<Conversation>);
    const here = new Set(messages.map(({ id }) => id));
    for (const { id, text, by, attachments = [] } of replies) {
      const whole = [text, ...attachments.map((name) => `(File: ${name})`)].filter(Boolean).join('\n');
      if (whole === '' || here.has(messageIdOf(id))) continue;
      await replied(key, { messageId: messageIdOf(id), text: whole, by: agent(by) });
      taken += 1;
    }
    return taken;
  }

  /** What the case does not have yet. Where nobody waits for a person any more: up to the end of that. */
  async function pendingAfter(
    { key, round, sentSequence }: BridgeCase,
    { isWanted }: { readonly isWanted: boolean },
  ): Promise<Pending[]> {
    const reference = referenceOf({ key, round });
    const pending: Pending[] = [];
    for (let after = sentSequence; ; ) {
      const entries = await store.entriesAfter(key, after, pageOfEntries);
      for (const { sequence, event } of entries) {
        const said = sayingOf(event);
        if (said)
          pending.push({
            sequence,
            entry: { author: said.author, text: `${said.text}\n\n${markerOf(reference, sequence)}` },
          });
        if (!isWanted && event.type === 'handling-changed' && !isPromised(event)) return pending;
      }
      if (entries.length < pageOfEntries) return isWanted ? pending : [];
      after = entries.at(-1)!.sequence;
    }
  }

  /** Undefined for what the case need not know, or has said itself. */
  function sayingOf(event: JournalEvent): Entry | undefined {
    if (event.type === 'handoff-request' && event.reason === 'danger')
      return { author: 'desk', text: reasonSentences.danger };
    if (event.type === 'handling-changed' && !event.elsewhere)
      return { author: 'desk', text: handlingSentence(event) };
    if (!('message' in event) || typeof event.message === 'string') return undefined;
    const { message } = event;
    if (message.text === '' || message.id.startsWith(messageIdOf(''))) return undefined;
    return { author: message.author, text: saidBy(message) };
  }

  async function tellErased({ key }: Notice, options: CallOptions): Promise<void> {
    const known = await store.bridgeCase(key);
    if (!known || known.bridge !== bridge.name) return;
    const reference = referenceOf(known);
    const there = known.there ?? (await bridge.find({ reference, labels: [] }, options));
    const state = there && (await bridge.read(there.id, options));
    const marker = markerOf(reference, erasedMark);
    if (there && state && !state.others.some((text) => text.includes(marker))) {
      const entry = { author: 'desk', text: `${erasedText}\n\n${marker}` } as const;
      await bridge.append(there.id, entry, options).catch((thrown: unknown) => {
        if (!(thrown instanceof AppError && thrown.code === 'not-found')) throw thrown;
      });
    }
    await store.forgetBridgeCase(key);
  }

  return (notice, options) =>
    notice.kind === 'erased' ? tellErased(notice, options) : sync(notice, options);
}
