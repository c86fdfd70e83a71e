// Where a conversation stands: what the desk last asked back, which question that was about, and how long it has not helped.
import type { Message, Topic } from '#core/conversation.ts';
import type { ActReader } from './read-acts.ts';

/** So many replies in a row that do not help, the one to come included, and a person is offered. */
export const giveUpAfter = 2;

/** What the desk's last reply offered when it asked back; undefined where it did not ask back. */
export function offeredTopics(history: readonly Message[]): readonly Topic[] | undefined {
  return topicsOf(history.findLast(isReply));
}

/** The customer's message that the desk asked back about, first of several in a row. Undefined where it did not ask back. */
export function openQuestion(history: readonly Message[]): Message | undefined {
  let question: Message | undefined;
  for (const message of history.toReversed()) {
    if (message.author === 'customer') question = message;
    else if (topicsOf(message) === undefined) break;
  }
  return offeredTopics(history) ? question : undefined;
}

/**
 * How many of the desk's last replies, in a row, did not help: asked back, declined, handed over for want of an answer, or answered with
 * something that the customer then calls useless. `now`: what the customer says to the last one.
 */
export function unhelpedReplies(
  history: readonly Message[],
  now: string,
  reader: Pick<ActReader, 'says'>,
): number {
  let count = 0;
  let after = now;
  for (const message of history.toReversed()) {
    if (message.author === 'customer') {
      after = message.text;
      continue;
    }
    const { decision } = message;
    // Once handed over, the next failure is a person's again at once.
    if (decision === 'handoff') return count + 2;
    const failed =
      decision === 'decline' ||
      topicsOf(message) !== undefined ||
      (decision === 'answer' && reader.says(after, 'unhelped'));
    if (!failed) break;
    count += 1;
  }
  return count;
}

/** Nothing but greetings so far. */
export function isOpening(history: readonly Message[]): boolean {
  return history.every(({ author, decision }) => author === 'customer' || decision === 'small-talk');
}

const isReply = ({ author }: Message) => author !== 'customer';

function topicsOf(message: Message | undefined): readonly Topic[] | undefined {
  return message?.decision === 'clarify' ? message.topics : undefined;
}
