// What examples are made of: questions that somebody of the team has answered, and sections of articles under a heading.
import type { Turn } from '#core/conversation.ts';
import type { Chunk } from '#core/document.ts';
import type { ConversationRecord } from '#learning/labels/conversation-record.ts';
import type { LabelKind } from '#learning/labels/label-kinds.ts';

/** A label that nobody and nothing gave is absent. */
export type Labels = Partial<Record<LabelKind, string>>;

export interface AnsweredQuestion {
  readonly kind: 'conversation' | 'article';
  /** Of the conversation or the document. */
  readonly id: string;
  readonly source: string;
  /** What stays in one split: the customer, or what stands for one. */
  readonly group: string;
  /** ISO 8601; absent where nobody knows. */
  readonly at?: string;
  readonly language: string;
  readonly labels: Labels;
  /** Oldest first; the last one is the customer's question. */
  readonly turns: readonly Turn[];
  readonly answer: string;
}

/** Why a conversation teaches nothing; counted in the data card. */
export type LeftOut = 'not resolved' | 'rated badly' | 'no answer of a person' | 'closed to training';

/** Replies of one conversation that are learnt from, at most. */
const mostAnswers = 3;
/** Fewer are a greeting or a yes. Words. */
const leastAnswer = 5;

/** `labels`: those that people gave before those that machines did. */
export function questionsOfConversation(
  { id, source, at, turns, customer, rated }: ConversationRecord,
  labels: Labels,
): AnsweredQuestion[] | LeftOut {
  if (rated === 'down' || labels.quality === 'poor') return 'rated badly';
  if (labels.resolved !== 'yes' && rated !== 'up') return 'not resolved';
  const answers = personsAnswers(turns).slice(0, mostAnswers);
  if (answers.length === 0) return 'no answer of a person';
  return answers.map((answer) => ({
    kind: 'conversation',
    id,
    source,
    group: customer ?? id,
    ...(at === undefined ? {} : { at }),
    language: labels.language ?? 'en',
    labels,
    ...answer,
  }));
}

/** What a person said in one go behind a customer's turn, with all that was said before. */
function personsAnswers(turns: readonly Turn[]): Pick<AnsweredQuestion, 'turns' | 'answer'>[] {
  const found: { turns: Turn[]; answer: string }[] = [];
  for (const [index, { author }] of turns.entries()) {
    if (author !== 'person' || turns[index - 1]?.author !== 'customer') continue;
    const end = turns.findIndex((turn, place) => place > index && turn.author !== 'person');
    const said = turns.slice(index, end === -1 ? turns.length : end);
    const answer = said.map(({ text }) => text.trim()).join('\n\n');
    if ((answer.match(/[\p{L}\p{N}]+/gu)?.length ?? 0) < leastAnswer) continue;
    found.push({
      turns: turns.slice(0, index).map(({ author: by, text }) => ({ author: by, text })),
      answer,
    });
  }
  return found;
}

/** The heading asks, the section answers. Undefined for a passage that no heading of its own stands above. */
export function questionOfSection(chunk: Chunk): AnsweredQuestion | undefined {
  const { title, headingPath, text, documentId, source, language, updated } = chunk;
  const answer = text.replace(/^#{1,6} .*$/gm, '').trim();
  const heading = [title, headingPath.at(-1)].filter((part) => part !== undefined && part !== '').join(': ');
  if (heading === '' || answer === '') return undefined;
  return {
    kind: 'article',
    id: documentId,
    source,
    group: documentId,
    ...(updated === undefined ? {} : { at: updated }),
    language,
    labels: { language },
    turns: [{ author: 'customer', text: heading }],
    answer,
  };
}
