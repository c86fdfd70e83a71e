// Drafts from past conversations that were settled in the same way. Of what agents said, only that stays which is general and which at
// least one more conversation of the group says too.
import type { CallOptions } from '#core/call-options.ts';
import { type Document, transcriptTitle } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import { isGeneral, standsAlone } from '#knowledge/transcripts/general-sentence.ts';
import { createTeamVocabulary, type TeamVocabulary } from '#knowledge/transcripts/team-vocabulary.ts';
import { type CardDraft, draftId } from './card-draft.ts';
import { cosineOf, groupAlike } from './cluster-texts.ts';

export interface ConversationDraftOptions extends CallOptions {
  /** Conversations that a draft has to stand for; default 2. */
  readonly atLeast?: number;
}

interface Sentence {
  readonly text: string;
  readonly vector: Float32Array;
}
interface Settled {
  readonly language: string;
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
  const vocabulary = createTeamVocabulary();
  for (const { pageContent, metadata } of documents)
    if (metadata.kind === 'article' && metadata.audience === 'customer')
      vocabulary.learn(`${metadata.title}\n${pageContent}`);
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
    ({ problem, sentences, language }): Settled => ({
      language,
      problem: embedded(problem),
      sentences: sentences.map(embedded),
    }),
  );
  const taken = new Set<string>();
  return groupAlike(settled, settledAlike).flatMap((group): CardDraft[] => {
    if (group.length < atLeast) return [];
    const answer = sharedSentences(group);
    const asked = group.filter((one) => isGeneralQuestion(one, vocabulary));
    const questions = [...new Set(asked.map(({ problem }) => problem.text))];
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

/** The heading of a conversation is what the customer asked. Of what the agent said, only what holds for all goes into a draft. */
function toldBy({ pageContent, metadata }: Document) {
  const heading = /^## (.*)\n/.exec(pageContent)?.[1] ?? '';
  const sentences = (metadata.quotable ?? []).map(({ start, end }) =>
    pageContent.slice(start, end).replace(/\s+/g, ' '),
  );
  return { problem: heading.trim().replace(greeting, ''), sentences, language: metadata.language };
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
function isGeneralQuestion({ problem: { text }, language }: Settled, vocabulary: TeamVocabulary): boolean {
  return (
    text !== transcriptTitle &&
    text.length <= 160 &&
    !text.endsWith('…') &&
    isGeneral(asTheTeamSaysIt(text), { language, vocabulary })
  );
}

/** "how do I reset it?" asks what "How do you reset it" says; customers write in small letters and of themselves. */
function asTheTeamSaysIt(question: string): string {
  const said = question.replace(/\b[Ii]\b(?!['’])/g, 'you').replace(/\b[Mm]y\b/g, 'your');
  return (said.slice(0, 1).toUpperCase() + said.slice(1)).replace(/\?\s*$/, '');
}
