// Drafts from past conversations that were settled in the same way. Of what agents said, only that stays which is general and which at
// least one more conversation of the group says too.
import type { CallOptions } from '#core/call-options.ts';
import { type Document, transcriptTitle } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import { splitSentences } from '#core/sentences.ts';
import { type CardDraft, draftId } from './card-draft.ts';
import { clusterByVector, cosineOf } from './cluster-texts.ts';
import { isGeneral } from './general-sentences.ts';

export interface ConversationDraftOptions extends CallOptions {
  /** Conversations that a draft has to stand for; default 2. */
  readonly atLeast?: number;
}

interface Sentence {
  readonly text: string;
  readonly vector: Float32Array;
}
interface Settled {
  readonly id: string;
  readonly problem: string;
  readonly sentences: readonly Sentence[];
  /** Of the whole resolution. */
  readonly vector: Float32Array;
}

/** Cosine of two resolutions, and of two sentences, that say the same. */
const sameResolution = 0.7;
const sameSentence = 0.7;
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
  const texts = conversations.flatMap(({ resolution, sentences }) => [resolution, ...sentences]);
  const vectors = await embedder.embedDocuments(texts, { signal });
  let row = 0;
  const settled = conversations.map(({ id, problem, sentences }): Settled => {
    const vector = vectors[row++]!;
    return { id, problem, vector, sentences: sentences.map((text) => ({ text, vector: vectors[row++]! })) };
  });
  const taken = new Set<string>();
  return clusterByVector(settled, sameResolution).flatMap((group): CardDraft[] => {
    if (group.length < atLeast) return [];
    const answer = sharedSentences(group);
    const questions = [...new Set(group.map(({ problem }) => problem).filter(isGeneralQuestion))];
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

/** The heading of a conversation is what the customer asked, the rest what the agent said. */
function toldBy({ id, pageContent }: Document) {
  const [, heading = '', said = ''] = /^## (.*)\n+([\s\S]*)$/.exec(pageContent) ?? [];
  const sentences = splitSentences(said).map(({ start, end }) => said.slice(start, end).replace(/\s+/g, ' '));
  const general = sentences.filter(isGeneral);
  return { id, problem: heading.trim(), sentences: general, resolution: general.join(' ') };
}

/** Of the conversation that shares most, in its order. */
function sharedSentences(group: readonly Settled[]): string[] {
  const shared = group.map((one) =>
    one.sentences
      .filter(({ vector }) =>
        group.some(
          (other) =>
            other !== one &&
            other.sentences.some((theirs) => cosineOf(theirs.vector, vector) >= sameSentence),
        ),
      )
      .map(({ text }) => text),
  );
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
