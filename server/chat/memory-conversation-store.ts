// Conversations in memory: the fake of tests, and the store of scripts that keep nothing.
import type { Conversation, Feedback, Message } from '#core/conversation.ts';
import { AppError } from '#core/errors.ts';
import type { JournalEntry } from '#core/events.ts';
import type { ConversationStore } from '#core/stores.ts';
import { hashToken, newSecret, tokenMatches } from './conversation-secret.ts';
import { journalledAnswer } from './journalled-answer.ts';

interface PromisedAnswer {
  readonly messageId: string;
  readonly replyTo: string;
  attempts: number;
  ended: boolean;
}

interface Shelf {
  readonly header: Omit<Conversation, 'messages' | 'handoff'>;
  readonly tokenHash: Uint8Array;
  handoff: Conversation['handoff'];
  readonly messages: Map<string, { readonly message: Message; readonly sequence: number }>;
  readonly journal: JournalEntry[];
  readonly answers: Map<string, PromisedAnswer>;
  readonly feedback: Map<string, Feedback>;
}

export function createMemoryConversationStore({ now = () => new Date() } = {}): ConversationStore {
  const shelves = new Map<string, Shelf>();

  function shelf(conversationId: string): Shelf {
    const found = shelves.get(conversationId);
    if (!found) throw new AppError('not-found', 'The conversation is not there.');
    return found;
  }

  const store: ConversationStore = {
    async create({ language } = {}) {
      const token = newSecret();
      const header = {
        id: newSecret(),
        createdAt: now().toISOString(),
        ...(language === undefined ? {} : { language }),
      };
      shelves.set(header.id, {
        header,
        tokenHash: hashToken(token),
        handoff: undefined,
        messages: new Map(),
        journal: [],
        answers: new Map(),
        feedback: new Map(),
      });
      return { conversation: { ...header, messages: [] }, token };
    },

    async authenticate(conversationId, token) {
      return tokenMatches(token, shelves.get(conversationId)?.tokenHash);
    },

    async get(conversationId) {
      const found = shelves.get(conversationId);
      return (
        found && {
          ...found.header,
          messages: [...found.messages.values()].map(({ message }) => message),
          ...(found.handoff ? { handoff: found.handoff } : {}),
        }
      );
    },

    async addMessage(conversationId, message, answerId) {
      const { messages, answers } = shelf(conversationId);
      if (messages.has(message.id)) return false;
      answers.set(answerId, { messageId: answerId, replyTo: message.id, attempts: 0, ended: false });
      store.append(conversationId, { type: 'customer-message', message });
      return true;
    },

    findMessage(conversationId, messageId) {
      const found = shelves.get(conversationId);
      const stored = found?.messages.get(messageId);
      const answer = found?.answers.values().find(({ replyTo }) => replyTo === messageId);
      return stored && answer && { sequence: stored.sequence, answerId: answer.messageId };
    },

    append(conversationId, event) {
      const { journal, messages, answers } = shelf(conversationId);
      const entry = structuredClone({ conversationId, sequence: journal.length + 1, event });
      journal.push(entry);
      if ('message' in event && typeof event.message === 'object')
        messages.set(event.message.id, { message: structuredClone(event.message), sequence: entry.sequence });
      const answerId =
        event.type === 'answer-end'
          ? event.message.id
          : event.type === 'answer-error'
            ? event.messageId
            : undefined;
      const answer = answerId === undefined ? undefined : answers.get(answerId);
      if (answer) answer.ended = true;
      return entry;
    },

    entriesAfter(conversationId, sequence, limit = 1000) {
      return shelves.get(conversationId)?.journal.slice(sequence, sequence + limit) ?? [];
    },

    beginAnswer(conversationId, answerId) {
      const answer = shelf(conversationId).answers.get(answerId);
      if (answer) answer.attempts += 1;
      return answer?.attempts ?? 0;
    },

    setAnswerAside(conversationId, answerId) {
      const answer = shelf(conversationId).answers.get(answerId);
      if (answer) answer.attempts = 0;
    },

    async unfinishedAnswers() {
      return [...shelves].flatMap(([conversationId, { answers, journal }]) =>
        [...answers.values()]
          .filter(({ ended }) => !ended)
          .map(({ messageId, replyTo, attempts }) => ({
            conversationId,
            messageId,
            replyTo,
            attempts,
            ...journalledAnswer(
              messageId,
              journal.map(({ event }) => event),
            ),
          })),
      );
    },

    async recordHandoff(conversationId, { reason, email }) {
      const found = shelf(conversationId);
      const address = email ?? found.handoff?.email;
      found.handoff = {
        reason: found.handoff?.reason ?? reason,
        at: found.handoff?.at ?? now().toISOString(),
        ...(address === undefined ? {} : { email: address }),
      };
    },

    async recordFeedback(feedback) {
      shelf(feedback.conversationId).feedback.set(feedback.messageId, feedback);
    },

    async delete(conversationId) {
      shelves.delete(conversationId);
    },

    async close() {
      shelves.clear();
    },
  };
  return store;
}
