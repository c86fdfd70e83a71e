// Drafts from past conversations that were settled in the same way. Of what agents said, only that stays which is general and which at
// least one more conversation of the group says too.
import type { CallOptions } from '#core/call-options.ts';
import { type Document, transcriptTitle } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import { splitSentences } from '#core/sentences.ts';
import { type CardDraft, draftId } from './card-draft.ts';
import { cosineOf, groupAlike } from './cluster-texts.ts';
import { isGeneral, standsAlone } from './general-sentences.ts';

export interface ConversationDraftOptions extends CallOptions {
  /** Conversations that a draft has to stand for; default 2. */
  readonly atLeast?: number;
}

interface Sentence {
  readonly text: string;
  readonly vector: Float32Array;
}
interface Settled {
  readonly problem: Sentence;
  readonly sentences: readonly Sentence[];
}

/** Cosine of two problems that may be the same, and of two sentences that say the same. */
const sameProblem = 0.5;
const sameSentence = 0.75;
/** Share of the shorter resolution that the other one says, too. */
const sameResolution = 0.5;
const mostQuestions = 5;
const mostSentences = 6;

/** `documents`: of a knowledge base; those that are no conversation for customers are left out. Largest group first. */
export async function draftFromConversations(
  documents: readonly Document[],
  embedder: Pick<Embedder, 'embedDocuments'>,
  { atLeast = 2, signal }: ConversationDraftOptions = {},
): Promise<CardDraft[]> {
  const conversations = documents.flatMap((document) => {
    const { kind, audience } = document.metadata;
    const told = kind === 'transcript' && audience === 'customer' ? toldBy(document) : undefined;
    return told && told.sentences.length > 0 ? [told] : [];
  });
  const texts = conversations.flatMap(({ problem, sentences }) => [problem, ...sentences]);
  const vectors = await embedder.embedDocuments(texts, { signal });
  let row = 0;
  const embedded = (text: string): Sentence => ({ text, vector: vectors[row++]! });
  const settled = conversations.map(
    ({ problem, sentences }): Settled => ({
      problem: embedded(problem),
      sentences: sentences.map(embedded),
    }),
  );
  const taken = new Set<string>();
  return groupAlike(settled, settledAlike).flatMap((group): CardDraft[] => {
    if (group.length < atLeast) return [];
    const answer = sharedSentences(group);
    const questions = [...new Set(group.map(({ problem }) => problem.text).filter(isGeneralQuestion))];
    if (answer.length === 0 || questions.length === 0) return [];
    return [
      {
        id: draftId(questions[0]!, taken),
        questions: questions.slice(0, mostQuestions),
        answer: answer.join(' '),
        sources: [],
        count: group.length,
      },
    ];
  });
}

function settledAlike(a: Settled, b: Settled): boolean {
  if (cosineOf(a.problem.vector, b.problem.vector) < sameProblem) return false;
  const [short, long] = a.sentences.length <= b.sentences.length ? [a, b] : [b, a];
  return saidIn(long, short).length >= Math.ceil(sameResolution * short.sentences.length);
}

/** What `one` says and `other` does, too. */
function saidIn(other: Settled, one: Settled): Sentence[] {
  return one.sentences.filter(({ vector }) =>
    other.sentences.some((theirs) => cosineOf(theirs.vector, vector) >= sameSentence),
  );
}

const greeting =
  /^(?:hi|hello|hey|hiya|good (?:day|morning|afternoon|evening)|morning|help|hola|bonjour|hallo)[\s,.!:-]+/i;

/** The heading of a conversation is what the customer asked, the rest what the agent said. */
function toldBy({ pageContent }: Document) {
  const [, heading = '', said = ''] = /^## (.*)\n+([\s\S]*)$/.exec(pageContent) ?? [];
  const sentences = splitSentences(said).map(({ start, end }) => said.slice(start, end).replace(/\s+/g, ' '));
  return { problem: heading.trim().replace(greeting, ''), sentences: sentences.filter(isGeneral) };
}

/** Of the conversation that shares most, in its order. */
function sharedSentences(group: readonly Settled[]): string[] {
  const shared = group.map((one) => {
    const others = group.filter((other) => other !== one);
    const said = one.sentences.filter((sentence) =>
      others.some((other) => saidIn(other, { ...one, sentences: [sentence] }).length > 0),
    );
    return said.map(({ text }) => text).filter(standsAlone);
  });
  const best = shared.reduce((a, b) => (b.length > a.length ? b : a));
  return [...new Set(best)].slice(0, mostSentences);
}

/** A customer's own words are kept where they tell of nothing but the matter; a cut heading is no question. */
function isGeneralQuestion(problem: string): boolean {
  return (
    problem !== transcriptTitle &&
    problem.length <= 160 &&
    !problem.endsWith('…') &&
    isGeneral(problem.replace(/\?\s*$/, ''))
  );
}
