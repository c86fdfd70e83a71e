// What customers may have seen of an answer: a fold over the journal's entries behind its customer message.
import type { Citation, Message } from './conversation.ts';
import type { JournalEvent } from './events.ts';

export interface JournalledAnswer {
  readonly started: boolean;
  readonly text: string;
  readonly citations: readonly Citation[];
  readonly handedOver: boolean;
}

export function journalledAnswer(messageId: string, events: Iterable<JournalEvent>): JournalledAnswer {
  let answer: JournalledAnswer = { started: false, text: '', citations: [], handedOver: false };
  // A handoff-request does not say whose it is: it belongs to the answer that began last, since answers follow one another.
  let speaking = false;
  for (const event of events) {
    if (event.type === 'answer-start') {
      speaking = event.messageId === messageId;
      if (speaking) answer = { ...answer, started: true, text: '', citations: [] };
    } else if (!speaking) continue;
    else if (event.type === 'answer-delta') answer = { ...answer, text: answer.text + event.text };
    else if (event.type === 'answer-replaced')
      answer = { ...answer, text: event.text, citations: event.citations };
    else if (event.type === 'sources-available') answer = { ...answer, citations: event.citations };
    else if (event.type === 'handoff-request') answer = { ...answer, handedOver: true };
  }
  return answer;
}

export interface CutAnswer extends Pick<JournalledAnswer, 'text' | 'citations'> {
  readonly messageId: string;
  readonly replyTo: string;
}

/** The message of an answer that ends before its time: what customers have seen of it, and the sources of that. */
export function cutMessage({ messageId, replyTo, text, citations }: CutAnswer, createdAt: string): Message {
  return { id: messageId, author: 'bot', text, createdAt, replyTo, citations: citedIn(text, citations) };
}

/** Sources are told before the text that cites them. An answer of the team has them without marks. */
function citedIn(text: string, citations: readonly Citation[]): readonly Citation[] {
  if (text === '') return [];
  const cited = citations.filter(({ number }) => text.includes(`[${number}]`));
  return cited.length > 0 ? cited : /\[\d+\]/.test(text) ? [] : citations;
}
