// A code in the question ("E-1034") is what it is about: where it is found, that is the answer, and where only its neighbours are, none.
import { codesIn, familyOf } from '#core/codes.ts';
import { type Chunk, chunkContext, type ScoredChunk } from '#core/document.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { contentWords } from '../understand/content-words.ts';
import type { PolicyOutcome } from './policy.ts';

/** So many other codes of the family make a list in which the code would stand. */
const neighboursOfList = 2;
/** Beside its code the question says no more than "what does … mean". */
const fewWords = 3;

const wordEnd = /[\s?!.,;:()"']+/;

/** The outcome that the evidence gave, unless a code decides. */
export function decideByCode(
  outcome: PolicyOutcome,
  { question, passages }: { readonly question: string; readonly passages: readonly ScoredChunk[] },
): PolicyOutcome {
  const { decision, confidence } = outcome;
  if (decision !== 'answer' && decision !== 'clarify' && decision !== 'decline') return outcome;
  const asked = codesIn(question);
  if (asked.length === 0 || passages.length === 0) return outcome;
  const found = new Set(passages.flatMap(({ chunk }) => codesOf(chunk)));
  if (asked.some((code) => found.has(code)))
    return decision !== 'answer' && contentWords(question).size <= fewWords + asked.length
      ? { decision: 'answer', confidence }
      : outcome;
  const hasNeighbours = (code: string) =>
    [...found].filter((other) => familyOf(other) === familyOf(code)).length >= neighboursOfList;
  const unknown = asked.find(hasNeighbours) ?? (asksForOne(question, passages) ? asked[0] : undefined);
  return unknown === undefined
    ? outcome
    : { decision: 'decline', confidence, code: asWritten(unknown, question) };
}

/** Beside its code the question holds only words of a list of codes ("error", "mean"): no other list will have it. */
function asksForOne(question: string, passages: readonly ScoredChunk[]): boolean {
  const beside = tokenizeForSearch([...contentWords(withoutCodes(question))].join(' '));
  return passages.some(({ chunk }) => {
    if (codesOf(chunk).length < neighboursOfList) return false;
    const listed = new Set(tokenizeForSearch(chunkContext(chunk)));
    return beside.every((word) => listed.has(word));
  });
}

const withoutCodes = (question: string) =>
  question
    .split(wordEnd)
    .filter((word) => codesIn(word).length === 0)
    .join(' ');

const codesOf = (chunk: Chunk) => codesIn(chunkContext(chunk));

function asWritten(code: string, question: string): string {
  const written = question.split(wordEnd).find((word) => codesIn(word).includes(code));
  return written?.toUpperCase() ?? code;
}
