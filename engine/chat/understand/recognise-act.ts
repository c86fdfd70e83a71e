// What a message does, by its words and by where the conversation stands. Nothing has been embedded or looked up yet. These are the sure
// cases; the classifier (decide-by-intent.ts) knows other words for some of them.
import type { Message } from '#core/conversation.ts';
import type { Act } from './act.ts';
import { addressesTheModel } from './addresses-the-model.ts';
import { asksForPerson } from './asks-for-person.ts';
import { chooseTopic } from './choose-topic.ts';
import { dangerIn } from './danger.ts';
import { giveUpAfter, offeredTopics, unhelpedReplies } from './dialogue-state.ts';
import { saysNoMoreThanUnhelped } from './did-not-help.ts';
import { smallTalkIn } from './small-talk.ts';

/** `history`: earlier messages, oldest first. Undefined where the words alone do not tell. */
export function recogniseAct(question: string, history: readonly Message[] = []): Act | undefined {
  const danger = dangerIn(question);
  if (danger) return { kind: 'danger', danger };
  if (addressesTheModel(question)) return { kind: 'misuse', confidence: 0 };
  if (asksForPerson(question)) return { kind: 'person-request', confidence: 1 };
  const offered = offeredTopics(history);
  const choice = offered && chooseTopic(question, offered);
  if (choice?.kind === 'chosen') return { kind: 'pick', topics: choice.topics };
  // A second yes is taken for all of them.
  if (choice?.kind === 'which-one')
    return unhelpedReplies(history, question) < giveUpAfter
      ? { kind: 'unclear-pick', topics: offered! }
      : { kind: 'pick', topics: offered! };
  const smallTalk = smallTalkIn(question);
  if (smallTalk) return { kind: 'small-talk', smallTalk, confidence: 1 };
  const answersReply = history.findLast(({ author }) => author !== 'customer')?.decision !== undefined;
  if (choice?.kind === 'none' || (answersReply && saysNoMoreThanUnhelped(question)))
    return { kind: 'unhelped' };
  return undefined;
}
