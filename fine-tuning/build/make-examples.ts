// From a question that was answered to what a model learns: the very prompt that the desk writes, with passages that answer and others that
// only look like it, and the answer with its citations. With the passages that answer taken away, the answer is that it is not known
// (RAFT, arXiv 2403.10131).
import { condense } from '#chat/understand/condense.ts';
import type { OpenGuard } from '#chat/write/guard-sentences.ts';
import { buildPrompt } from '#chat/write/prompt.ts';
import { repliesIn } from '#chat/write/replies.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { WritingModel } from '#core/chat-model.ts';
import type { ScoredChunk } from '#core/document.ts';
import type { Retriever } from '#core/retriever.ts';
import type { ChatExample } from '../format/chat-example.ts';
import type { AnsweredQuestion } from './answered-question.ts';
import { citeAnswer } from './cite-answer.ts';
import { shareOf } from './seeded-share.ts';

export interface MadeExample {
  readonly example: ChatExample;
  readonly from: AnsweredQuestion;
  readonly teaches: 'answer' | 'refusal';
  /** Passages of the prompt, and those of them that the answer does not rest on. */
  readonly passages: number;
  readonly distractors: number;
  /** Sentences of the agent that were cut. */
  readonly cut: number;
}

export interface ExampleTools {
  readonly retriever: Retriever;
  readonly openGuard: OpenGuard;
  /** Of the model that will be trained: prompt and answer fit into it. */
  readonly room: Pick<WritingModel, 'contextTokens' | 'maxTokens' | 'countTokens'> &
    Partial<Pick<WritingModel, 'size'>>;
  /** Of the questions are asked once more without the passages that answer. */
  readonly refusals: number;
  readonly seed: number;
}

/** Passages are searched among so many, and so many are shown. */
const searched = 24;
const candidatesRead = 8;
const shownPassages = 3;
/** Of those that answer. */
const mostGold = 2;

/** Empty where no article supports the answer. */
export async function makeExamples(
  question: AnsweredQuestion,
  tools: ExampleTools,
  { signal }: CallOptions,
): Promise<MadeExample[]> {
  const { retriever, openGuard, refusals, seed } = tools;
  const { query, search } = condense(question.turns);
  const found = await retriever.retrieve(search.query, {
    k: searched,
    context: search.context,
    filter: { audiences: ['customer'] },
    signal,
  });
  // What other customers were told is no source. Without the reader's opinion: it would keep the distractors out of the prompt.
  const articles = found
    .filter(({ chunk }) => chunk.kind === 'article' && chunk.supersededBy === undefined)
    .map(({ reading: _reading, ...passage }) => passage);
  const candidates = articles.slice(0, candidatesRead);
  const supported = await citeAnswer(question.answer, candidates, { openGuard, signal });
  if (!supported) return [];
  const gold = supported.cited.map((number) => candidates[number - 1]!);
  const goldDocuments = new Set(gold.map(({ chunk }) => chunk.documentId));
  const others = candidates.filter((passage) => !gold.includes(passage));
  const kept = gold.slice(0, mostGold);
  const shown = shuffled(
    [...kept, ...others.slice(0, shownPassages - kept.length)],
    `${question.id}\n${query}`,
    seed,
  );
  const prompt = buildPrompt({ turns: question.turns, query, passages: shown }, tools.room);
  // Anew, from what the prompt really shows: of a long passage only some sections fit.
  const visible = prompt.passages.map((passage, index) => withText(passage, prompt.shown[index]!));
  const answer = await citeAnswer(question.answer, visible, { openGuard, signal });
  if (!answer) return [];
  const made = [
    exampleOf(question, {
      teaches: 'answer',
      messages: prompt.messages,
      answer: answer.text,
      passages: visible.length,
      distractors: visible.length - answer.cited.length,
      cut: answer.cut,
    }),
  ];
  if (shareOf(`${question.id}\n${query}\nwithout`, seed) >= refusals) return made;
  const without = articles
    .filter(({ chunk }) => !goldDocuments.has(chunk.documentId))
    .slice(0, shownPassages);
  const poorer = buildPrompt({ turns: question.turns, query, passages: without }, tools.room);
  const rest = poorer.passages.map((passage, index) => withText(passage, poorer.shown[index]!));
  // An article that says the same is no distractor.
  if (rest.length === 0 || (await citeAnswer(question.answer, rest, { openGuard, signal }))) return made;
  const refusal = exampleOf(question, {
    teaches: 'refusal',
    messages: poorer.messages,
    answer: repliesIn(question.language).decline,
    passages: rest.length,
    distractors: rest.length,
    cut: 0,
  });
  return [...made, refusal];
}

interface Parts extends Omit<MadeExample, 'example' | 'from'> {
  readonly messages: ReturnType<typeof buildPrompt>['messages'];
  readonly answer: string;
}

function exampleOf(from: AnsweredQuestion, { messages, answer, ...facts }: Parts): MadeExample {
  const origin = from.kind === 'article' ? { documentId: from.id } : { conversationId: from.id };
  return {
    from,
    ...facts,
    example: { messages: [...messages, { role: 'assistant', content: answer }], ...origin },
  };
}

function withText(passage: ScoredChunk, text: string): ScoredChunk {
  return { ...passage, chunk: { ...passage.chunk, text } };
}

/** The passage that answers must not always be the first. */
function shuffled(passages: readonly ScoredChunk[], id: string, seed: number): ScoredChunk[] {
  return passages
    .map((passage) => ({ passage, rank: shareOf(`${id}\n${passage.chunk.id}`, seed) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ passage }) => passage);
}
