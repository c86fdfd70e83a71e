// What the team does with conversations: take over, reply, note, give back. Each is one atomic change of the store; customers and other
// agents are told what the journal holds, after it holds it. Knows no HTTP and no user accounts: who may do what is asked before.
import type { Message } from '#core/conversation.ts';
import { newSecret } from '#core/conversation-secret.ts';
import { AppError } from '#core/errors.ts';
import type { JournalEvent } from '#core/events.ts';
import { changeHandling, type Handling, type HandlingAction, type Person } from '#core/handling.ts';
import type { InboxStore } from '#core/inbox.ts';
import type { NoticeKind } from '#core/notices.ts';
import type { ConversationStore, HandlingChange } from '#core/stores.ts';
import type { Block, TeamStore } from '#core/team.ts';
import { type ConversationKey, keyText, type TenantId } from '#core/tenant.ts';
import type { Answering } from './answering.ts';
import { visitorHash } from './visitor-blocks.ts';

/** What an agent does to a conversation. */
export type TeamAction = Extract<HandlingAction, { readonly by: Person }>;

export interface PersonReply {
  /** Made by the client. The same id again is the same message. */
  readonly messageId: string;
  readonly text: string;
  readonly by: Person;
  readonly overrides?: boolean;
}

/** What an agent said in another system. */
export interface DeskReply extends Omit<PersonReply, 'overrides'> {
  /** That system brings it to a customer who has left. */
  readonly isMailed: boolean;
}

export interface Presence {
  readonly person: Person;
  /** They are writing to the customer right now. */
  readonly typing: boolean;
}

/** Something to look at again, or who is looking. */
export type TeamNews =
  | { readonly type: 'conversation-changed'; readonly key: ConversationKey; readonly handling?: Handling }
  | {
      readonly type: 'presence-changed';
      readonly key: ConversationKey;
      readonly present: readonly Presence[];
    }
  /** The time by which the customer was promised an answer is near. */
  | { readonly type: 'promise-due'; readonly key: ConversationKey; readonly dueAt: string };

export interface CaseWork {
  /** Throws `not-found`, or `conflict` as `changeHandling` says. The customer's own way back to the assistant is told to the team like the rest. */
  act(
    key: ConversationKey,
    action: Exclude<TeamAction, { readonly type: 'reply' }> | { readonly type: 'customer-returned' },
  ): Promise<Handling>;
  /** Throws `not-found`; `conflict` unless the person owns the conversation; `message-too-long`. */
  reply(key: ConversationKey, reply: PersonReply): Promise<Handling>;
  /** It was said already: it needs no right and knows no limit. Who said it owns the conversation, unless somebody here does. */
  takeIn(key: ConversationKey, reply: DeskReply): Promise<Handling>;
  note(
    key: ConversationKey,
    note: { readonly id: string; readonly text: string; readonly by: Person },
  ): Promise<void>;
  /** The team has seen the conversation up to this journal entry; the customer is told. */
  seen(key: ConversationKey, sequence: number): Promise<void>;
  /**
   * Whoever wrote this may not write until then: the conversation is resolved, what is being answered ends. Throws `not-found`, or
   * `conflict` as `changeHandling` says.
   */
  block(
    key: ConversationKey,
    block: { readonly by: Person; readonly overrides: boolean; readonly until: string },
  ): Promise<Block>;
  /** Back to the queue: what its owner left without a reply since before `since`. Returns how many. */
  returnForgotten(since: Date): Promise<number>;
  /** Until the signal aborts, others see that the person looks at the conversation. */
  look(key: ConversationKey, person: Person, options: { readonly signal: AbortSignal }): Look;
  present(key: ConversationKey): readonly Presence[];
  /** Until the signal aborts, the person has a console open. */
  attend(tenantId: TenantId, person: Person, options: { readonly signal: AbortSignal }): void;
  /** Ids of who has a console open. */
  attending(tenantId: TenantId): ReadonlySet<string>;
  promiseIsDue(key: ConversationKey, dueAt: string): void;
  /** Returns the function that ends it. */
  onNews(listener: (news: TeamNews) => void): () => void;
}

export interface Look {
  typing(isTyping: boolean): void;
}

export interface CaseWorkOptions {
  readonly store: ConversationStore &
    Pick<InboxStore, 'addNote' | 'forgotten' | 'markSeen'> &
    Pick<TeamStore, 'block'>;
  readonly answering: Pick<Answering, 'silence' | 'announce' | 'onChange' | 'isFollowed' | 'signals'>;
  /** How a reply reaches a customer who has left; none by default. */
  readonly absentChannels?: readonly string[];
  /** Where what is said to customers, and who looks after them, has to go, too; none by default. */
  readonly followChannels?: readonly string[];
  /** UTF-16 code units. */
  readonly messageLength: number;
  readonly now?: () => Date;
}

const forgottenAtOnce = 100;

export function createCaseWork({
  store,
  answering,
  messageLength,
  absentChannels = [],
  followChannels = [],
  now = () => new Date(),
}: CaseWorkOptions): CaseWork {
  const listeners = new Set<(news: TeamNews) => void>();
  const consoles = new Set<{ readonly tenantId: TenantId; readonly personId: string }>();
  const looking = new Map<string, Set<{ person: Person; typing: boolean }>>();

  function tell(news: TeamNews): void {
    for (const listener of listeners) listener(news);
  }
  answering.onChange((key) => tell({ type: 'conversation-changed', key }));

  async function change(
    key: ConversationKey,
    changed: (current: Handling, at: string) => HandlingChange,
  ): Promise<Handling> {
    const at = now().toISOString();
    const done = await store.changeHandling(key, (current) => changed(current, at));
    if (!done) throw new AppError('not-found', 'The conversation is not there.');
    // The journal has no more of what was being written: first it stops, then everybody is told.
    answering.silence(key, done.endedAnswers);
    answering.announce(key, done.entries);
    tell({ type: 'conversation-changed', key, handling: done.handling });
    return done.handling;
  }

  const act = (
    key: ConversationKey,
    action: HandlingAction,
    { endsAnswers = false } = {},
  ): Promise<Handling> =>
    change(key, (current, at) => {
      const handling = changeHandling(current, action, at);
      const by = 'by' in action ? action.by : undefined;
      const events = publicChange(current, handling, by);
      // Another system need not be told of what it did itself.
      const isNews = events.length > 0 && !(by && isElsewhere(by));
      return {
        handling,
        events,
        endsAnswers,
        notices: isNews ? noticesOf('said', followChannels, newSecret()) : [],
      };
    });

  function personMessage({ messageId, text, by }: PersonReply): Message {
    const createdAt = now().toISOString();
    return { id: messageId, author: 'person', text, createdAt, person: { name: by.name } };
  }

  const noticesOf = (kind: NoticeKind, channels: readonly string[], about: string) =>
    channels.map((channel) => ({ kind, channel, about }));

  /** Who replies is seen typing; who looks on is not. */
  function tellCustomer(key: ConversationKey, person: Person, typing: boolean): void {
    store.handling(key).then(
      (handling) => {
        if (handling?.state !== 'person' || handling.owner?.id !== person.id) return;
        answering.signals.tell(key, { type: 'typing', who: 'person', typing, person: { name: person.name } });
      },
      // Nothing depends on it.
      () => {},
    );
  }

  function present(key: ConversationKey): readonly Presence[] {
    const byId = new Map<string, Presence>();
    for (const { person, typing } of looking.get(keyText(key)) ?? [])
      byId.set(person.id, { person, typing: typing || (byId.get(person.id)?.typing ?? false) });
    return [...byId.values()];
  }

  return {
    act: (key, action) => act(key, action),

    async reply(key, reply) {
      const { messageId, text, by, overrides = false } = reply;
      if (text.length > messageLength)
        throw new AppError('message-too-long', `The message has ${text.length} characters.`, {
          publicMessage: `The message is too long: ${messageLength} characters are allowed.`,
        });
      return change(key, (current, at) => ({
        handling: changeHandling(current, { type: 'reply', by, overrides }, at),
        events: [{ type: 'person-message', message: personMessage(reply) }],
        notices: [
          ...noticesOf('reply', answering.isFollowed(key) ? [] : absentChannels, messageId),
          ...noticesOf('said', followChannels, messageId),
        ],
      }));
    },

    async takeIn(key, reply) {
      const { messageId, by, isMailed } = reply;
      return change(key, (current, at) => {
        const isOwned = current.state === 'person' && current.owner && !isElsewhere(current.owner);
        const taken = isOwned ? current : changeHandling(current, { type: 'take', by, overrides: true }, at);
        return {
          handling: changeHandling(taken, { type: 'reply', by, overrides: true }, at),
          events: [
            ...publicChange(current, taken, by),
            { type: 'person-message', message: personMessage(reply) },
          ],
          notices: noticesOf('reply', isMailed || answering.isFollowed(key) ? [] : absentChannels, messageId),
        };
      });
    },

    async note(key, { id, text, by }) {
      await store.addNote(key, { id, text, author: by, at: now().toISOString() });
      tell({ type: 'conversation-changed', key });
    },

    async seen(key, sequence) {
      await store.markSeen(key, sequence);
      answering.signals.tell(key, { type: 'read', sequence: await store.seenUpTo(key) });
    },

    async block(key, { by, overrides, until }) {
      const conversation = await store.get(key);
      await act(key, { type: 'resolve', by, overrides }, { endsAnswers: true });
      const hash = visitorHash(conversation?.visitor);
      const block: Block = {
        id: newSecret(),
        conversationId: key.conversationId,
        createdAt: now().toISOString(),
        until,
        by,
        ...(hash ? { visitorHash: hash } : {}),
      };
      await store.block(key.tenantId, block);
      tell({ type: 'conversation-changed', key });
      return block;
    },

    async returnForgotten(since) {
      const keys = await store.forgotten(since.toISOString(), forgottenAtOnce);
      let returned = 0;
      for (const key of keys) {
        try {
          await act(key, { type: 'forgotten' });
          returned += 1;
        } catch (thrown) {
          // Its owner was quicker, or it is gone.
          if (!(thrown instanceof AppError && ['conflict', 'not-found'].includes(thrown.code))) throw thrown;
        }
      }
      return returned;
    },

    look(key, person, { signal }) {
      const name = keyText(key);
      const self = { person, typing: false };
      const others = looking.get(name) ?? new Set();
      looking.set(name, others.add(self));
      const changed = () => tell({ type: 'presence-changed', key, present: present(key) });
      signal.addEventListener(
        'abort',
        () => {
          others.delete(self);
          if (others.size === 0) looking.delete(name);
          if (self.typing) tellCustomer(key, person, false);
          changed();
        },
        { once: true },
      );
      changed();
      return {
        typing(isTyping) {
          if (signal.aborted || self.typing === isTyping) return;
          self.typing = isTyping;
          tellCustomer(key, person, isTyping);
          changed();
        },
      };
    },

    present,

    attend(tenantId, { id: personId }, { signal }) {
      const self = { tenantId, personId };
      consoles.add(self);
      signal.addEventListener('abort', () => consoles.delete(self), { once: true });
    },

    attending: (tenantId) =>
      new Set([...consoles].filter((one) => one.tenantId === tenantId).map(({ personId }) => personId)),

    promiseIsDue: (key, dueAt) => tell({ type: 'promise-due', key, dueAt }),

    onNews(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Accounts here have ids without a colon; those of other systems begin with its name and one. */
const isElsewhere = ({ id }: Person) => id.includes(':');

/** What the customer learns of a change: who is there for them, not who was told to be. */
function publicChange(
  before: Handling,
  { state, owner, returnedBy }: Handling,
  by: Person | undefined,
): readonly JournalEvent[] {
  const isSamePerson = state !== 'person' || owner?.id === before.owner?.id;
  if (state === before.state && isSamePerson) return [];
  return [
    {
      type: 'handling-changed',
      state,
      ...(state === 'person' && owner ? { person: { name: owner.name } } : {}),
      ...(returnedBy ? { by: returnedBy } : {}),
      ...(by && isElsewhere(by) ? { elsewhere: true } : {}),
    },
  ];
}
