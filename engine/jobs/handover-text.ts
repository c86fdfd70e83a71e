// What a case says that is opened elsewhere: why, what was said and tried, and the way back.
import { type BridgeCase, type Handover, markerOf, referenceOf } from '#core/bridges.ts';
import type { Conversation, HandoffReason, Message } from '#core/conversation.ts';
import type { JournalEvent } from '#core/events.ts';
import { reasonSentences } from '#core/handoff-reasons.ts';

/** UTF-16 code units. Some desks take no more than 10,000 in a message. */
const longestTranscript = 8_000;
const longestSubject = 80;

export interface HandoverFacts {
  readonly conversation: Conversation;
  readonly reason: HandoffReason;
  /** Of the last journal entry that is in it. */
  readonly sequence: number;
  /** To the conversation in the console. */
  readonly link: string;
}

export function handoverOf(
  bridgeCase: Pick<BridgeCase, 'key' | 'round'>,
  { conversation, reason, sequence, link }: HandoverFacts,
): Handover {
  const reference = referenceOf(bridgeCase);
  const { messages, language, handoff } = conversation;
  const asked = messages.find(({ author }) => author === 'customer')?.text ?? '';
  const facts = [
    reasonSentences[reason],
    ...(handoff?.email ? [`E-mail: ${handoff.email}`] : []),
    ...(language ? [`Language: ${language}`] : []),
    `In Answerdesk: ${link}`,
  ];
  return {
    reference,
    subject: shortened(asked.replace(/\s+/g, ' '), longestSubject) || reasonSentences[reason],
    text: `${facts.join('\n')}\n\n${transcriptOf(messages)}\n\n${markerOf(reference, sequence)}`,
    reason,
    labels: ['answerdesk', `answerdesk-${reason}`],
    ...(handoff?.email ? { email: handoff.email } : {}),
  };
}

/** One message with who says it; the customer's own words stand alone. */
export function saidBy({ author, text, person, citations = [] }: Message): string {
  if (author === 'customer') return text;
  const titles = [...new Set(citations.map(({ title }) => title))];
  const sources = titles.length > 0 ? `\n(Sources: ${titles.join('; ')})` : '';
  return `${author === 'bot' ? 'Assistant' : `${person?.name ?? 'Team'} in Answerdesk`}:\n${text}${sources}`;
}

/** Who looks after the customer from here on, for agents who see the case elsewhere. */
export function handlingSentence({
  state,
  person,
  by,
}: Extract<JournalEvent, { type: 'handling-changed' }>): string {
  switch (state) {
    case 'person':
      return `${person?.name ?? 'A person'} looks after the customer in Answerdesk.`;
    case 'waiting':
      return 'In Answerdesk the customer is in the queue again, and waits for a person.';
    case 'bot':
      return by === 'customer'
        ? 'The customer went back to the assistant.'
        : 'The conversation was given back to the assistant in Answerdesk.';
    case 'resolved':
      return 'The conversation was resolved in Answerdesk.';
  }
}

/** The last messages in full; of what does not fit, only that it is missing. */
function transcriptOf(messages: readonly Message[]): string {
  const said: string[] = [];
  let length = 0;
  for (const message of messages.toReversed()) {
    const text = message.author === 'customer' ? `Customer:\n${message.text}` : saidBy(message);
    if (said.length > 0 && length + text.length > longestTranscript) {
      said.unshift('(Earlier messages are in Answerdesk.)');
      break;
    }
    said.unshift(shortened(text, longestTranscript));
    length += text.length;
  }
  return said.join('\n\n');
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`;
}
