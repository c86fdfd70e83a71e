// What the desk says when nothing has to be written: its own words, or the team's. In danger it adds what an article says about that.
import type { CardMatch } from '#core/answer-card.ts';
import type { Citation, Conversation, Message } from '#core/conversation.ts';
import type { PolicyOutcome } from '../decide/policy.ts';
import type { DangerKind } from '../understand/danger-phrases.ts';
import { createAnswerFilter } from './answer-filter.ts';
import { unknownCode } from './answer-wording.ts';
import { cardReply } from './card-reply.ts';
import { citationsOf } from './citations.ts';
import { heldAddresses, heldTags } from './held-addresses.ts';
import { repliesIn } from './replies.ts';

type OwnOutcome = Exclude<PolicyOutcome, { decision: 'answer' }>;
type GivenOutcome = Extract<PolicyOutcome, { decision: 'answer' }> & { readonly card: CardMatch };
export type FixedOutcome = OwnOutcome | GivenOutcome;

export interface FixedReply extends Pick<Message, 'cards' | 'model'> {
  readonly text: string;
  readonly citations: readonly Citation[];
}

export function isFixed(outcome: PolicyOutcome): outcome is FixedOutcome {
  return outcome.decision !== 'answer' || outcome.card !== undefined;
}

export function fixedReply(
  outcome: FixedOutcome,
  conversation: Pick<Conversation, 'language' | 'handoff'>,
): FixedReply {
  if (outcome.decision === 'answer') return cardReply([outcome.card]);
  if (outcome.decision === 'handoff' && outcome.reason === 'card') {
    const { text, model: _team, ...card } = cardReply([outcome.card]);
    return { ...card, text: [text, repliesIn(conversation.language).handoff].filter(Boolean).join('\n\n') };
  }
  if (outcome.decision === 'handoff' && outcome.reason === 'danger') return dangerReply(outcome);
  return { text: ownWords(outcome, conversation), citations: [] };
}

function ownWords(
  outcome: Exclude<OwnOutcome, { reason: 'danger' | 'card' }>,
  { language, handoff }: Pick<Conversation, 'language' | 'handoff'>,
): string {
  const replies = repliesIn(language);
  switch (outcome.decision) {
    case 'decline':
      if (outcome.code !== undefined) return unknownCode(outcome.code, language);
      return outcome.tone ? replies.calm : replies.decline;
    case 'small-talk':
      return outcome.smallTalk === 'contact' ? replies.contact(outcome.email) : replies[outcome.smallTalk];
    case 'handoff':
      if (outcome.email !== undefined) return replies.contact(outcome.email);
      if (outcome.tone) return handoff?.email === undefined ? replies.anger : replies.angerKnown;
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
function dangerReply({ danger, advice }: Extract<OwnOutcome, { reason: 'danger' }>): FixedReply {
  const replies = repliesIn(danger.language);
  const passages = advice ? [advice] : [];
  const filter = createAnswerFilter({
    passages: passages.length,
    isAllowedUrl: heldAddresses(passages, undefined),
    isHeld: heldTags(passages),
  });
  const quoted = advice ? filter.push(`${advice.chunk.text} [1]`) + filter.flush() : '';
  const own: Partial<Record<DangerKind, string>> = {
    'self-harm': replies.crisis,
    intrusion: replies.intrusion,
    threat: replies.threat,
  };
  const first = own[danger.kind] ?? replies.danger;
  return {
    text: [first, quoted, replies.dangerHandoff].filter(Boolean).join('\n\n'),
    citations: citationsOf(filter.cited, passages, quoted),
  };
}
