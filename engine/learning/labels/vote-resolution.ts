// Whether the matter was settled, and how well: by what the customer rated, by who looks after it, by how it ended, by what both sides say.
import type { Rating, ReadConversation } from './conversation-record.ts';
import { countOf, labelWords } from './label-words.ts';
import type { LabellingFunction, Vote } from './labelling-function.ts';
import { customerText } from './vote-sentiment.ts';

/** A matter that took more turns of the customer took long. */
const manyTurns = 6;

/** Of the team, in which a refusal counts. */
const lastTurns = 4;

type Judge = (conversation: ReadConversation) => Vote | undefined;

/** Whoever rates the conversation says how it ended for them; a thumb says it of one answer, and the last one is nearest to the end. */
const rating: Judge = ({ rated, answersRated = [] }) => {
  if (rated) return { value: rated === 'up' ? 'yes' : 'no', confidence: 0.9 };
  const last = answersRated.at(-1);
  if (!last) return undefined;
  return { value: last === 'up' ? 'yes' : 'no', confidence: isMixed(answersRated) ? 0.65 : 0.82 };
};

const qualityByRating: Judge = ({ rated, answersRated = [] }) => {
  const last = rated ?? answersRated.at(-1);
  if (!last) return undefined;
  // Pleased in the end, but not by every answer: it took several tries.
  if (last === 'up' && answersRated.includes('down')) return { value: 'fair', confidence: 0.7 };
  return { value: last === 'up' ? 'good' : 'poor', confidence: rated ? 0.88 : 0.8 };
};

function isMixed(ratings: readonly Rating[]): boolean {
  return new Set(ratings).size > 1;
}

const handling: Judge = ({ handling: state, turns, handoff }) => {
  if (state === 'resolved') return { value: 'yes', confidence: 0.92 };
  const replied = turns.some(({ author }) => author === 'person');
  if (handoff && !replied) return { value: 'no', confidence: 0.9 };
  return undefined;
};

/**
 * The last words of the team before it says goodbye: what is refused earlier may have been settled since. Who is
 * refused says thank you all the same, so that proves nothing then.
 */
const refusal: Judge = ({ turns, language }) => {
  const table = labelWords[language];
  if (!table) return undefined;
  const last = turns.filter(({ author }) => author !== 'customer').slice(-lastTurns);
  return last.some(({ text }) => countOf(table.refused, text) > 0)
    ? { value: 'no', confidence: 0.7 }
    : undefined;
};

const ending: Judge = (conversation) => {
  const { acts, turns } = conversation;
  const last = acts.at(-1);
  if (last?.act === 'unhelped' || last?.act === 'anger') return { value: 'no', confidence: 0.85 };
  if (acts.length > 1 && (last?.act === 'thanks' || last?.act === 'goodbye'))
    return refusal(conversation) ? undefined : { value: 'yes', confidence: 0.82 };
  const decision = turns.findLast(({ author }) => author !== 'customer')?.decision;
  if (decision === 'decline') return { value: 'no', confidence: 0.8 };
  if (decision === 'handoff' || decision === 'clarify') return { value: 'no', confidence: 0.6 };
  // Who got an answer and wrote no more may have been helped, or have given up.
  if (decision === 'answer') return { value: 'yes', confidence: 0.65 };
  return undefined;
};

const sayings: Judge = (conversation) => {
  const table = labelWords[conversation.language];
  if (!table) return undefined;
  const team = conversation.turns
    .flatMap(({ author, text }) => (author === 'customer' ? [] : [text]))
    .join('\n');
  const unsettled = countOf(table.unsettled, customerText({ turns: conversation.turns.slice(1) }));
  if (unsettled > 0) return { value: 'no', confidence: unsettled > 1 ? 0.85 : 0.7 };
  if (refusal(conversation)) return undefined;
  return countOf(table.settled, team) > 0 ? { value: 'yes', confidence: 0.75 } : undefined;
};

/** Ingestion leaves out conversations in which no agent said anything that helps. */
const ingested: Judge = ({ origin }) => (origin === 'past' ? { value: 'yes', confidence: 0.7 } : undefined);

const qualityByEnd: Judge = (conversation) => {
  const settled = [handling, ending, sayings, refusal].flatMap((judge) => judge(conversation) ?? []);
  if (settled.some(({ value, confidence }) => value === 'no' && confidence >= 0.7))
    return { value: 'poor', confidence: 0.8 };
  const thanked = conversation.acts.length > 1 && conversation.acts.at(-1)?.act === 'thanks';
  return thanked ? { value: 'good', confidence: 0.75 } : undefined;
};

const qualityByLength: Judge = ({ acts, origin, turns }) => {
  // Of a past conversation only the problem and the resolution are kept.
  if (origin === 'past') return undefined;
  if (turns.every(({ author }) => author === 'customer')) return { value: 'poor', confidence: 0.7 };
  return acts.length >= manyTurns ? { value: 'fair', confidence: 0.65 } : undefined;
};

const qualityBySources: Judge = ({ turns, origin }) => {
  const replies = turns.filter(({ decision }) => decision !== undefined && decision !== 'small-talk');
  if (origin === 'past' || replies.length === 0) return undefined;
  const unhelpful = replies.filter(({ decision }) => decision !== 'answer').length;
  if (unhelpful === replies.length) return { value: 'poor', confidence: 0.7 };
  if (unhelpful > 0) return { value: 'fair', confidence: 0.65 };
  return replies.every(({ citations = 0 }) => citations > 0)
    ? { value: 'good', confidence: 0.65 }
    : undefined;
};

const qualityOfPast: Judge = ({ origin, nearest }) =>
  origin === 'past'
    ? { value: nearest && nearest.cosine >= 0.7 ? 'good' : 'fair', confidence: 0.5 }
    : undefined;

export const resolutionFunctions: readonly LabellingFunction[] = [
  { name: 'rating', kind: 'resolved', vote: rating },
  { name: 'handling', kind: 'resolved', vote: handling },
  { name: 'ending', kind: 'resolved', vote: ending },
  { name: 'sayings', kind: 'resolved', vote: sayings },
  { name: 'refusal', kind: 'resolved', vote: refusal },
  { name: 'ingested', kind: 'resolved', vote: ingested },
  { name: 'rating', kind: 'quality', vote: qualityByRating },
  { name: 'ending', kind: 'quality', vote: qualityByEnd },
  { name: 'length', kind: 'quality', vote: qualityByLength },
  { name: 'sources', kind: 'quality', vote: qualityBySources },
  { name: 'past', kind: 'quality', vote: qualityOfPast },
];
