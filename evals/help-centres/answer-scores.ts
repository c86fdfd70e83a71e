// What of one answer to a question of a real help centre can be told without a person.

import { withoutDoubt } from '#chat/write/answer-wording.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import type { AskRecord } from '#evals/core/ask.ts';
import { citationScores, factRecall, forbiddenIn, missingFacts } from '#evals/judging/answer-checks.ts';
import type { SetQuestion } from './answer-set.ts';
import type { HelpCentre } from './help-centre.ts';
import { goldPassages } from './help-centre.ts';
import { formatsIn, type TextUnit, textUnits } from './markdown-units.ts';

/** Of an answer; a reply of another kind is judged by its decision alone. Shares are 0 to 1. */
export interface SetAnswerScores {
  /** The first sentence holds a fact. */
  readonly direct: boolean;
  /** Share of the facts that are given. */
  readonly complete: number;
  /** Share of sentences, items and rows that are those of the gold ranges; absent without any. */
  readonly clean?: number;
  /** Each list, table and code block of the gold ranges is one in the answer; absent where they hold none. */
  readonly formatKept?: boolean;
  readonly rightArticle: boolean;
}

/** A unit belongs where this share of its words stands in the gold ranges. */
const belongsFrom = 0.6;
/** Fewer words of substance say nothing of where a sentence is from: "Yes." "Note:" */
const fewestWords = 2;
/** A passage holds a gold range where this share of the words of the shorter one stands in the other. */
const holdsFrom = 0.75;
/** As many as an answer is written from. */
const passagesGiven = 5;

export function scoreSetAnswer(
  question: SetQuestion,
  { text: marked, citations }: Pick<AskRecord, 'text' | 'citations'>,
  centre: HelpCentre,
): SetAnswerScores {
  const text = withoutDoubt(marked).replace(/\s*\[\d{1,3}\]/g, '');
  const units = textUnits(text).filter(({ kind }) => kind !== 'heading');
  const gold = new Set(goldPassages(question, centre).flatMap(wordsOf));
  const judged = units
    .map((unit) => tokenizeForSearch(unit.text))
    .filter((words) => words.length >= fewestWords);
  const belonging = judged.filter((words) => shareIn(words, gold) >= belongsFrom);
  const { article, facts } = question;
  const markdown = centre.get(article ?? '')?.markdown ?? '';
  const wanted = formatsIn(markdown, question.answer);
  const shown = formatsIn(text);
  return {
    direct: holdsFactFirst(text, facts),
    complete: factRecall(text, facts),
    ...(judged.length > 0 ? { clean: belonging.length / judged.length } : {}),
    ...(wanted.size > 0 ? { formatKept: [...wanted].every((format) => shown.has(format)) } : {}),
    rightArticle: citationScores(citations, rightArticles(question)).hit === 1,
  };
}

/** The first sentence holds a fact. `text` without citation marks. */
export function holdsFactFirst(text: string, facts: readonly string[]): boolean {
  const units = textUnits(text).filter(({ kind }) => kind !== 'heading');
  return missingFacts(opening(units), facts).length < facts.length;
}

/** One of the passages that the answer is written from holds a gold range. */
export function isGoldFound(
  question: SetQuestion,
  passages: AskRecord['passages'],
  centre: HelpCentre,
): boolean {
  const given = passages.slice(0, passagesGiven);
  const gold = goldPassages(question, centre).map((range) => new Set(wordsOf(range)));
  return given.some(({ documentId, text }) => {
    // Nobody marked where the other right articles answer: there the facts must stand.
    if (question.also.includes(documentId)) return missingFacts(text, question.facts).length === 0;
    if (documentId !== question.article) return false;
    const words = new Set(tokenizeForSearch(text));
    return gold.some((range) =>
      range.size < words.size
        ? shareIn([...range], words) >= holdsFrom
        : shareIn([...words], range) >= holdsFrom,
    );
  });
}

export function isHarmfulMix({ must_not }: SetQuestion, { decision, text }: AskRecord): boolean {
  return decision === 'answer' && forbiddenIn(text, must_not).length > 0;
}

export function rightArticles({ article, also }: SetQuestion): string[] {
  return article === undefined ? [] : [article, ...also];
}

/** The first sentence. Steps, and what a colon announces, are one sentence with their lead-in. */
function opening(units: readonly TextUnit[]): string {
  const [first, ...rest] = units;
  if (first === undefined) return '';
  const kind = first.text.trimEnd().endsWith(':') ? rest[0]?.kind : first.kind;
  if (kind !== 'step' && (kind !== 'item' || first.kind === 'item')) return first.text;
  const end = rest.findIndex((unit) => unit.kind !== kind);
  return [first, ...rest.slice(0, end === -1 ? undefined : end)].map(({ text }) => text).join('\n');
}

/** As a customer reads it: the address of a link is no word of a sentence. */
function wordsOf(markdown: string): string[] {
  return textUnits(markdown).flatMap(({ text }) => tokenizeForSearch(text));
}

function shareIn(words: readonly string[], all: ReadonlySet<string>): number {
  return words.length === 0 ? 0 : words.filter((word) => all.has(word)).length / words.length;
}
