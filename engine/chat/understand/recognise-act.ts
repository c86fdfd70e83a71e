// What a message does, by its words and by where the conversation stands. Nothing has been embedded or looked up yet.
import type { Message } from '#core/conversation.ts';
import type { Act } from './act.ts';
import { addressIn, asksForAddress } from './address.ts';
import { chooseTopic } from './choose-topic.ts';
import type { DangerFinder } from './danger.ts';
import { giveUpAfter, offeredTopics, unhelpedReplies } from './dialogue-state.ts';
import type { ActReader } from './read-acts.ts';
import { spokenIn } from './spoken.ts';

export interface RecogniseTools {
  readonly reader: ActReader;
  readonly dangerIn: DangerFinder;
}

/** `history`: earlier messages, oldest first. */
export function recogniseAct(
  question: string,
  history: readonly Message[],
  { reader, dangerIn }: RecogniseTools,
): Act {
  const danger = dangerIn(question);
  if (danger) return { kind: 'danger', danger };
  const { act, probability: confidence } = reader.read(spokenIn(question));
  const email = addressIn(question);
  const unhelped = () => unhelpedReplies(history, question, reader);

  if (act === 'attack') return { kind: 'misuse', confidence };
  if (act === 'person') return { kind: 'person-request', confidence, email };
  const offered = offeredTopics(history);
  const choice = offered && chooseTopic(question, offered, act);
  if (choice?.kind === 'chosen') return { kind: 'pick', topics: choice.topics };
  // A second yes is taken for all of them.
  if (choice?.kind === 'which-one')
    return unhelped() < giveUpAfter
      ? { kind: 'unclear-pick', topics: offered! }
      : { kind: 'pick', topics: offered! };
  if (choice?.kind === 'none') return { kind: 'unhelped' };
  const hasReply = history.findLast(({ author }) => author !== 'customer')?.decision !== undefined;
  switch (act) {
    case 'greeting':
    case 'thanks':
    case 'goodbye':
      return { kind: 'small-talk', smallTalk: act, confidence };
    case 'anger':
      return { kind: 'anger', confidence };
    case 'unhelped':
      return hasReply ? { kind: 'unhelped' } : { kind: 'question' };
    case 'address':
      return email && asksForAddress(history) ? { kind: 'address', email } : { kind: 'question' };
    default:
      return { kind: 'question' };
  }
}
