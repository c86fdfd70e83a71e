// Conversations in memory: the fake of tests, and the store of scripts that keep nothing.
import type { Conversation, Feedback, Message } from '#core/conversation.ts';
import { hashToken, newSecret, tokenMatches } from '#core/conversation-secret.ts';
import { AppError } from '#core/errors.ts';
import type { JournalEntry, JournalEvent } from '#core/events.ts';
import { changeHandling, type Handling, newHandling, weightier } from '#core/handling.ts';
import { cutMessage, journalledAnswer } from '#core/journalled-answer.ts';
import type { ConversationStore, NewEntry, UnfinishedAnswer } from '#core/stores.ts';
import { type ConversationKey, keyText } from '#core/tenant.ts';
import { endedAnswer, messageOf } from '../sql/conversation-tables.ts';

interface PromisedAnswer {
  readonly messageId: string;
  readonly replyTo: string;
  attempts: number;
  ended: boolean;
}

interface Shelf {
  readonly key: ConversationKey;
  readonly header: Omit<Conversation, 'messages' | 'handoff'>;
  readonly tokenHash: Uint8Array;
  handoff: Conversation['handoff'];
  handling: Handling;
  readonly messages: Map<string, { readonly message: Message; readonly sequence: number }>;
  readonly journal: JournalEntry[];
  readonly answers: Map<string, PromisedAnswer>;
  readonly feedback: Map<string, Feedback>;
}

export function createMemoryConversationStore({ now = () => new Date() } = {}): ConversationStore {
  const shelves = new Map<string, Shelf>();

  const find = (key: ConversationKey): Shelf | undefined => shelves.get(keyText(key));

  function shelf(key: ConversationKey): Shelf {
    const found = find(key);
    if (!found) throw new AppError('not-found', 'The conversation is not there.');
    return found;
  }

  function appendTo({ key, journal, messages, answers }: Shelf, event: JournalEvent): JournalEntry {
    const { conversationId } = key;
    const entry = structuredClone({ conversationId, sequence: journal.length + 1, event });
    journal.push(entry);
    const message = messageOf(entry.event);
    if (message) messages.set(message.id, { message, sequence: entry.sequence });
    const answer = answers.get(endedAnswer(event) ?? '');
    if (answer) answer.ended = true;
    return entry;
  }

  const hasEnded = ({ key, answerId }: NewEntry) => find(key)?.answers.get(answerId ?? '')?.ended;

  const store: ConversationStore = {
    async create(tenantId, { language } = {}) {
      const token = newSecret();
      const header = {
        id: newSecret(),
        createdAt: now().toISOString(),
        ...(language === undefined ? {} : { language }),
      };
      const key = { tenantId, conversationId: header.id };
      shelves.set(keyText(key), {
        key,
        header,
        tokenHash: hashToken(token),
        handoff: undefined,
        handling: newHandling(header.createdAt),
        messages: new Map(),
        journal: [],
        answers: new Map(),
        feedback: new Map(),
      });
      return { conversation: { ...header, messages: [] }, token };
    },

    async authenticate(key, token) {
      return tokenMatches(token, find(key)?.tokenHash);
    },

    async get(key) {
      const found = find(key);
      return (
        found && {
          ...found.header,
          messages: [...found.messages.values()].map(({ message }) => message),
          ...(found.handoff ? { handoff: found.handoff } : {}),
        }
      );
    },

    async newest(tenantId, limit) {
      return [...shelves.values()]
        .filter(({ key }) => key.tenantId === tenantId)
        .reverse()
        .slice(0, limit)
        .map(({ key }) => key);
    },

    async addMessage(key, message, answerId) {
      const found = shelf(key);
      if (found.messages.has(message.id)) return store.findMessage(key, message.id);
      found.handling = changeHandling(found.handling, { type: 'customer-wrote' }, now().toISOString());
      const { sequence } = appendTo(found, { type: 'customer-message', message });
      if (found.handling.state === 'person' || message.pictures) return { sequence };
      found.answers.set(answerId, { messageId: answerId, replyTo: message.id, attempts: 0, ended: false });
      return { sequence, answerId };
    },

    async findMessage(key, messageId) {
      const found = find(key);
      const stored = found?.messages.get(messageId);
      const answer = found?.answers.values().find(({ replyTo }) => replyTo === messageId);
      if (stored?.message.author !== 'customer') return undefined;
      return { sequence: stored.sequence, ...(answer ? { answerId: answer.messageId } : {}) };
    },

    async append(events) {
      const ended = new Set(events.filter(hasEnded).map(({ answerId }) => answerId));
      return events.map(({ key, event, answerId }) => {
        const found = find(key);
        if (!found) return 'gone';
        return answerId !== undefined && ended.has(answerId) ? 'ended' : appendTo(found, event);
      });
    },

    async lastSequence(key) {
      return find(key)?.journal.length ?? 0;
    },

    /** No team works on it. */
    async seenUpTo() {
      return 0;
    },

    async entriesAfter(key, sequence, limit = 1000) {
      return find(key)?.journal.slice(sequence, sequence + limit) ?? [];
    },

    async beginAnswer(key, answerId) {
      const answer = find(key)?.answers.get(answerId);
      if (!answer || answer.ended) return undefined;
      answer.attempts += 1;
      return answer.attempts;
    },

    async setAnswersAside(answers) {
      for (const { key, answerId } of answers) {
        const answer = find(key)?.answers.get(answerId);
        if (answer) answer.attempts = 0;
      }
    },

    async unfinishedAnswers() {
      return [...shelves.values()].flatMap(unfinishedOf);
    },

    async recordHandoff(key, { reason, email }) {
      const found = find(key);
      if (!found) return;
      const address = email ?? found.handoff?.email;
      found.handling = changeHandling(found.handling, { type: 'request', reason }, now().toISOString());
      found.handoff = {
        reason: weightier(found.handoff?.reason, reason),
        at: found.handoff?.at ?? now().toISOString(),
        ...(address === undefined ? {} : { email: address }),
      };
    },

    async handling(key) {
      return find(key)?.handling;
    },

    async changeHandling(key, change) {
      const found = find(key);
      if (!found) return undefined;
      const { handling, events = [], endsAnswers = false } = change(found.handling);
      if (events.some((event) => found.messages.has(messageOf(event)?.id ?? '')))
        return { handling: found.handling, entries: [], endedAnswers: [] };
      found.handling = handling;
      const cut = endsAnswers || handling.state === 'person' ? unfinishedOf(found) : [];
      const at = now().toISOString();
      const ends = cut.map((answer) =>
        appendTo(found, { type: 'answer-end', message: cutMessage(answer, at), reason: 'cancelled' }),
      );
      const entries = [...ends, ...events.map((event) => appendTo(found, event))];
      return { handling, entries, endedAnswers: cut.map(({ messageId }) => messageId) };
    },

    async recordFeedback(key, feedback) {
      find(key)?.feedback.set(feedback.messageId, feedback);
    },

    async delete(keys) {
      for (const key of keys) shelves.delete(keyText(key));
      return 'erased';
    },

    async close() {
      shelves.clear();
    },
  };
  return store;
}

function unfinishedOf({ key, answers, journal }: Shelf): UnfinishedAnswer[] {
  const events = journal.map(({ event }) => event);
  return [...answers.values()]
    .filter(({ ended }) => !ended)
    .map(({ messageId, replyTo, attempts }) => ({
      key,
      messageId,
      replyTo,
      attempts,
      ...journalledAnswer(messageId, events),
    }));
}
