// What the desk says when it does not answer from the articles: its own words. In danger it adds what an article says about that.
import type { Citation, Conversation } from '#core/conversation.ts';
import type { PolicyOutcome } from '../decide/policy.ts';
import { createAnswerFilter } from './answer-filter.ts';
import { citationsOf } from './citations.ts';
import { heldAddresses } from './held-addresses.ts';
import { repliesIn } from './replies.ts';

export type FixedOutcome = Exclude<PolicyOutcome, { decision: 'answer' }>;

export interface FixedReply {
  readonly text: string;
  readonly citations: readonly Citation[];
}

export function fixedReply(
  outcome: FixedOutcome,
  conversation: Pick<Conversation, 'language' | 'handoff'>,
): FixedReply {
  if (outcome.decision === 'handoff' && outcome.reason === 'danger') return dangerReply(outcome);
  return { text: ownWords(outcome, conversation), citations: [] };
}

function ownWords(
  outcome: Exclude<FixedOutcome, { reason: 'danger' }>,
  { language, handoff }: Pick<Conversation, 'language' | 'handoff'>,
): string {
  const replies = repliesIn(language);
  switch (outcome.decision) {
    case 'decline':
      return outcome.tone ? replies.calm : replies.decline;
    case 'small-talk':
      return replies[outcome.smallTalk];
    case 'handoff':
      if (outcome.reason !== 'unanswered') return replies.handoff;
      return handoff?.email === undefined ? replies.handoffUnanswered : replies.handoffKnown;
    case 'clarify': {
      if (outcome.after === 'unhelped') return replies.unhelped;
      const titles = outcome.topics.map(({ title }) => title);
      return outcome.after === 'unclear-yes' ? replies.whichOne(titles) : replies.clarify(titles);
    }
  }
}

/** In the language of the words that told of the danger. */
function dangerReply({ danger, advice }: Extract<FixedOutcome, { reason: 'danger' }>): FixedReply {
  const replies = repliesIn(danger.language);
  const passages = advice ? [advice] : [];
  const filter = createAnswerFilter({
    passages: passages.length,
    isAllowedUrl: heldAddresses(passages, undefined),
  });
  const quoted = advice ? filter.push(`${advice.chunk.text} [1]`) + filter.flush() : '';
  const first = danger.kind === 'self-harm' ? replies.crisis : replies.danger;
  return {
    text: [first, quoted, replies.dangerHandoff].filter(Boolean).join('\n\n'),
    citations: citationsOf(filter.cited, passages, quoted),
  };
}
