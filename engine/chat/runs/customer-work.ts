// What customers do besides asking: go back to the assistant, rate, take the conversation along, send a picture. Knows no HTTP; who may
// ask, and how often, is checked before.
import type { Conversation, Picture } from '#core/conversation.ts';
import { newSecret } from '#core/conversation-secret.ts';
import type { CustomerStore } from '#core/customers.ts';
import { AppError } from '#core/errors.ts';
import type { Handling } from '#core/handling.ts';
import type { CleanPictureOf, PictureStore } from '#core/pictures.ts';
import type { ConversationStore, StoredMessage } from '#core/stores.ts';
import type { ConversationKey } from '#core/tenant.ts';
import type { Answering } from './answering.ts';
import type { CaseWork } from './case-work.ts';

/** What a conversation can be given right now. */
export interface CustomerService {
  readonly state: Handling['state'];
  /** In the queue; 1 is next. Only while the customer waits. */
  readonly place?: number;
  /** A person's reply reaches the customer by mail, too. */
  readonly hasEmail: boolean;
  readonly canSendPictures: boolean;
  /** The conversation can be sent by mail. */
  readonly canTakeAlong: boolean;
}

export interface PictureMessage {
  /** Made by the client. The same id again is the same message. */
  readonly messageId: string;
  /** As they came. */
  readonly bytes: Uint8Array;
}

export interface CustomerWork {
  service(key: ConversationKey): Promise<CustomerService>;
  /** From waiting or from a person to the assistant; nothing happens from elsewhere. */
  goBack(key: ConversationKey): Promise<Handling>;
  /** Throws `conflict` before anything was answered. */
  rate(
    key: ConversationKey,
    rating: { readonly rating: 'up' | 'down'; readonly comment?: string | undefined },
  ): Promise<void>;
  /** The address that the conversation has. */
  knownEmail(key: ConversationKey): Promise<string | undefined>;
  /** Throws `too-many-requests`; `conflict` where no mail can be sent or nothing was said. */
  takeAlong(key: ConversationKey, email: string): Promise<void>;
  /** Throws `conflict` unless pictures are allowed and a person is waited for or there; `bad-input` for what is no picture. */
  sendPicture(
    key: ConversationKey,
    picture: PictureMessage,
  ): Promise<StoredMessage & { readonly picture: Picture }>;
  picture(key: ConversationKey, id: string): Promise<Uint8Array | undefined>;
}

export interface CustomerWorkOptions {
  readonly store: ConversationStore & CustomerStore & PictureStore;
  readonly answering: Pick<Answering, 'send' | 'announce'>;
  readonly cases: Pick<CaseWork, 'act'>;
  /** How the conversation reaches the customer; undefined: it cannot. */
  readonly mailChannel?: string | undefined;
  /** Undefined: the team takes no pictures. */
  readonly cleanPicture?: CleanPictureOf | undefined;
  readonly observer?: { rated?(rating: 'up' | 'down', isByPerson: boolean): void };
  readonly now?: () => Date;
}

const dayMs = 24 * 3_600_000;
const mostMailsADay = 3;
const mostPictures = 20;

export function createCustomerWork({
  store,
  answering,
  cases,
  mailChannel,
  cleanPicture,
  observer = {},
  now = () => new Date(),
}: CustomerWorkOptions): CustomerWork {
  async function conversationOf(key: ConversationKey): Promise<Conversation> {
    const conversation = await store.get(key);
    if (!conversation) throw new AppError('not-found', 'The conversation is not there.');
    return conversation;
  }

  const emailOf = ({ handoff, visitor }: Conversation) => handoff?.email ?? visitor?.email;

  async function takesPictures(key: ConversationKey): Promise<boolean> {
    const state = (await store.handling(key))?.state;
    return cleanPicture !== undefined && (state === 'waiting' || state === 'person');
  }

  /** The same message sent again, by a client that did not hear of the first. */
  async function sentBefore(key: ConversationKey, messageId: string) {
    const message = (await store.get(key))?.messages.find(({ id }) => id === messageId);
    const picture = message?.pictures?.[0];
    const stored = picture && (await store.findMessage(key, messageId));
    return stored && { ...stored, picture };
  }

  return {
    async service(key) {
      const [conversation, handling, place] = await Promise.all([
        conversationOf(key),
        store.handling(key),
        store.placeInQueue(key),
      ]);
      return {
        state: handling?.state ?? 'bot',
        ...(place === undefined ? {} : { place }),
        hasEmail: emailOf(conversation) !== undefined,
        canSendPictures: await takesPictures(key),
        canTakeAlong: mailChannel !== undefined,
      };
    },

    goBack: (key) => cases.act(key, { type: 'customer-returned' }),

    async rate(key, { rating, comment }) {
      const { messages } = await conversationOf(key);
      if (messages.every(({ author }) => author === 'customer'))
        throw conflict('There is nothing to rate yet.');
      const rated = await store.rateConversation(key, {
        rating,
        at: now().toISOString(),
        ...(comment ? { comment } : {}),
      });
      if (!rated) throw new AppError('not-found', 'The conversation was deleted meanwhile.');
      answering.announce(key, rated.entries);
      if (rated.isFirst)
        observer.rated?.(
          rating,
          messages.some(({ author }) => author === 'person'),
        );
    },

    knownEmail: async (key) => emailOf(await conversationOf(key)),

    async takeAlong(key, email) {
      if (mailChannel === undefined) throw conflict('This desk sends no mails.');
      const { messages } = await conversationOf(key);
      if (messages.every(({ author }) => author === 'customer'))
        throw conflict('There is nothing to send yet.');
      const at = now();
      const isTaken = await store.requestTranscript(key, {
        email,
        at: at.toISOString(),
        channel: mailChannel,
        most: mostMailsADay,
        since: new Date(at.getTime() - dayMs).toISOString(),
      });
      if (!isTaken)
        throw new AppError('too-many-requests', 'A conversation was sent by mail often enough today.', {
          publicMessage: `A conversation can be sent ${mostMailsADay} times a day.`,
        });
    },

    async sendPicture(key, { messageId, bytes }) {
      const known = await sentBefore(key, messageId);
      if (known) return known;
      if (!cleanPicture || !(await takesPictures(key)))
        throw conflict('Pictures can be sent to a person only.');
      if ((await store.pictureCount(key)) >= mostPictures)
        throw conflict(`A conversation can have ${mostPictures} pictures.`);
      const clean = await cleanPicture(bytes);
      const picture = { id: newSecret(), width: clean.width, height: clean.height };
      await store.savePicture(key, picture.id, clean.bytes);
      try {
        const stored = await answering.send(key, { messageId, text: '', pictures: [picture] });
        // Of two that came at once, one was stored.
        const kept = await sentBefore(key, messageId);
        if (kept && kept.picture.id !== picture.id) await store.removePicture(key, picture.id);
        return kept ?? { ...stored, picture };
      } catch (thrown) {
        await store.removePicture(key, picture.id);
        throw thrown;
      }
    },

    picture: (key, id) => store.picture(key, id),
  };
}

function conflict(publicMessage: string): AppError {
  return new AppError('conflict', publicMessage, { publicMessage });
}
