// Which answers are news to the customer: those are read out while the chat is open, and counted while it is closed.
// History that is read again after a reload is neither.
import type { Announcer } from './announcer.ts';
import type { ShownMessage } from './conversation-state.ts';

export interface AnswerNews {
  /** Answers to this message are news, however fast they come. */
  asked(messageId: string): void;
  /** The first entry of the conversation has come: what follows at once is history. */
  historyBegins(): void;
  note(answer: ShownMessage, spokenText: string, isOpen: boolean): void;
  isNews(messageId: string): boolean;
  unread(): number;
  readAll(): void;
}

const historyTakesMs = 1_000;

export function createAnswerNews(announcer: Announcer): AnswerNews {
  const news = new Set<string>();
  const finished = new Set<string>();
  const unread = new Set<string>();
  const askedHere = new Set<string>();
  let historyUntil = 0;
  return {
    asked: (id) => void askedHere.add(id),
    isNews: (id) => news.has(id),
    unread: () => unread.size,
    readAll: () => unread.clear(),
    historyBegins() {
      historyUntil ||= performance.now() + historyTakesMs;
    },
    note({ id, replyTo = '', status }, spokenText, isOpen) {
      const streaming = status === 'streaming';
      if (askedHere.has(replyTo) || (streaming && performance.now() > historyUntil)) news.add(id);
      if (!news.has(id)) return;
      if (isOpen) announcer.streaming(id, spokenText, !streaming);
      else if (!streaming && !finished.has(id)) unread.add(id);
      if (!streaming) finished.add(id);
    },
  };
}
