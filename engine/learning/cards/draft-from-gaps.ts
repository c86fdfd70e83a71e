// Drafts from questions that the desk could not answer: the same question from several customers, with room for the answer.
import type { ActReader } from '#chat/understand/read-acts.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { Message } from '#core/conversation.ts';
import type { Embedder } from '#core/embedder.ts';
import { type CardDraft, draftId } from './card-draft.ts';
import { cosineOf, groupAlike } from './cluster-texts.ts';

export interface GapDraftOptions extends CallOptions {
  /** Questions that a draft has to stand for; default 2. */
  readonly atLeast?: number;
}

/** Cosine of two questions that ask the same. */
const sameQuestion = 0.65;
const mostQuestions = 8;

/** Customers' questions that the desk declined, or handed over for want of an answer. Who asked for a person asked nothing. */
export function unansweredQuestions(messages: readonly Message[], reader: Pick<ActReader, 'read'>): string[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  return messages.flatMap(({ decision, replyTo, cards }) => {
    const isGap = decision === 'decline' || (decision === 'handoff' && !cards);
    const asked = isGap && replyTo !== undefined ? byId.get(replyTo)?.text : undefined;
    return asked !== undefined && reader.read(asked).act === 'question' ? [asked] : [];
  });
}

/** `questions`: redacted. Largest group first. */
export async function draftFromGaps(
  questions: readonly string[],
  embedder: Pick<Embedder, 'embedDocuments'>,
  { atLeast = 2, signal }: GapDraftOptions = {},
): Promise<CardDraft[]> {
  const vectors = await embedder.embedDocuments(questions, { signal });
  const items = questions.map((text, row) => ({ text, vector: vectors[row]! }));
  const taken = new Set<string>();
  return groupAlike(items, (a, b) => cosineOf(a.vector, b.vector) >= sameQuestion)
    .filter((group) => group.length >= atLeast)
    .map((group) => {
      const variants = [...new Set(group.map(({ text }) => text))].slice(0, mostQuestions);
      return {
        id: draftId(variants[0]!, taken),
        questions: variants,
        answer: '',
        sources: [],
        count: group.length,
      };
    });
}
