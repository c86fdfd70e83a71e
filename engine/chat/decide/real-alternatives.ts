// When asking back is worth a customer's time: several articles, or sections of one article, answer the same question for different cases,
// and nothing that the customer has said tells of which. Titles and headings say what the cases are; no list of products or plans is needed.
import type { Message, Topic } from '#core/conversation.ts';
import type { ScoredChunk } from '#core/document.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { contentWords } from '../understand/content-words.ts';
import { isOpening } from '../understand/dialogue-state.ts';
import { namesOfDifference } from './names-of-difference.ts';

/** More are a menu. */
const mostAlternatives = 3;
/** A passage is nearly as good as the best from this share of its score on, ... */
const nearlyAsGood = 0.65;
/** ... if it is as near in meaning (cosine) and has the same words of the question (share of their weight), ... */
const asNear = 0.1;
const sameWords = 0.02;
/** ... and a reranker, where one has read them, does not prefer one. Logits. */
const sameLogit = 1.5;
/** Names are alike from this share of the words of the longer one on. */
const alikeFrom = 0.5;
/** Texts with this share of words in common say the same, so it does not matter which is meant. */
const sameText = 0.8;
/** Names that are alike must hold this share of the question's words. */
const mostlyExplained = 0.6;
/** A word of so many letters begins others of the same family. */
const shortestStem = 5;
/** "How do I reset it?" says what is to be done, not with what. */
const fewWords = 2;

interface Question {
  /** The words of the question that say what it is about. */
  readonly asked: readonly string[];
  /** All that was said so far. */
  readonly said: readonly string[];
  /** So little, and nothing before it, that many articles fit. */
  readonly isThin: boolean;
}

interface Candidate {
  readonly passage: ScoredChunk;
  readonly topic: Topic;
  /** Of its name, which is the topic's title. */
  readonly words: readonly string[];
}

export interface AskedQuestion {
  readonly question: string;
  /** Earlier messages, oldest first, without the question. */
  readonly history: readonly Message[];
}

/** Two or three, best first, each with a title that names what it alone is about; empty where nothing has to be asked. */
export function realAlternatives(
  { question, history }: AskedQuestion,
  passages: readonly ScoredChunk[],
): readonly Topic[] {
  const best = passages[0];
  if (best?.chunk.kind !== 'article') return [];
  const asked = tokenizeForSearch([...contentWords(question)].join(' '));
  const before = history.map(({ text }) => text).join('\n');
  const read = {
    asked,
    said: tokenizeForSearch(`${before}\n${question}`),
    isThin: asked.length <= fewWords && isOpening(history),
  };
  const near = passages.filter((passage) => isNearlyAsGood(passage, best));
  const siblings = [articlesIn(near, read), sectionsBeside(best, near)]
    .map((candidates) => alternativesAmong(candidates, read))
    .find(({ length }) => length > 1);
  return siblings ? namesOfDifference(siblings.map(({ topic }) => topic)) : [];
}

function isNearlyAsGood({ chunk, score, evidence }: ScoredChunk, best: ScoredChunk): boolean {
  const behind = (key: 'cosine' | 'coverage' | 'rerank') => (best.evidence[key] ?? 0) - (evidence[key] ?? 0);
  return (
    chunk.kind === 'article' &&
    score >= nearlyAsGood * best.score &&
    behind('cosine') <= asNear &&
    behind('coverage') <= sameWords &&
    (evidence.rerank === undefined || behind('rerank') <= sameLogit)
  );
}

/** The best passage of each. A section gives its name where its heading, unlike the title, has words of the question. */
function articlesIn(near: readonly ScoredChunk[], { asked }: Question): Candidate[] {
  const first = new Map(near.toReversed().map((passage) => [passage.chunk.documentId, passage]));
  return near
    .filter((passage) => first.get(passage.chunk.documentId) === passage)
    .map((passage) => {
      const { documentId, title, headingPath } = passage.chunk;
      const section = headingPath.at(-1);
      const article = candidate(passage, { documentId, title });
      if (section === undefined) return article;
      const part = candidate(passage, { documentId, title: section, section });
      return countIn(part.words, asked) > countIn(article.words, asked) ? part : article;
    });
}

/** Sections of the best passage's article under the same heading as it. */
function sectionsBeside(best: ScoredChunk, near: readonly ScoredChunk[]): Candidate[] {
  const parent = parentOf(best);
  return near
    .filter(({ chunk }) => chunk.documentId === best.chunk.documentId && chunk.headingPath.length > 0)
    .filter((passage) => parentOf(passage) === parent)
    .map((passage) => {
      const { documentId, headingPath } = passage.chunk;
      const title = headingPath.at(-1)!;
      return candidate(passage, { documentId, title, section: title });
    });
}

const parentOf = ({ chunk }: ScoredChunk) => chunk.headingPath.slice(0, -1).join('\n');

function candidate(passage: ScoredChunk, topic: Topic): Candidate {
  return { passage, topic, words: [...new Set(tokenizeForSearch(topic.title))] };
}

function alternativesAmong(candidates: readonly Candidate[], question: Question): Candidate[] {
  const [best, ...others] = candidates;
  if (!best) return [];
  const chosen = [best];
  for (const other of others) {
    if (chosen.length === mostAlternatives) break;
    if (chosen.every((one) => isAlternative(one, other, question))) chosen.push(other);
  }
  return chosen;
}

function isAlternative(a: Candidate, b: Candidate, { asked, said, isThin }: Question): boolean {
  const shared = a.words.filter((word) => has(b.words, word));
  const ownOf = (one: Candidate, other: Candidate) => one.words.filter((word) => !has(other.words, word));
  const own = [ownOf(a, b), ownOf(b, a)];
  // Beside the general article, the one on a case is no alternative to it.
  if (own.some(({ length }) => length === 0)) return false;
  if (own.flat().some((word) => has(said, word))) return false;
  if (saySame(a.passage, b.passage)) return false;
  const explained = countIn(shared, asked);
  if (explained === asked.length) return true;
  const isAlike = shared.length >= alikeFrom * Math.max(a.words.length, b.words.length);
  if (isAlike && explained >= mostlyExplained * asked.length) return true;
  return isThin && countIn(a.words, asked) < asked.length;
}

const countIn = (words: readonly string[], asked: readonly string[]) =>
  asked.filter((word) => has(words, word)).length;

/** Also "install" in "installation". */
function has(words: readonly string[], word: string): boolean {
  return words.some((other) => {
    const [short, long] = word.length <= other.length ? [word, other] : [other, word];
    return short === long || (short.length >= shortestStem && long.startsWith(short));
  });
}

function saySame(a: ScoredChunk, b: ScoredChunk): boolean {
  const [one, other] = [a, b].map(({ chunk }) => new Set(tokenizeForSearch(chunk.text)));
  const shared = [...one!].filter((word) => other!.has(word)).length;
  return shared >= sameText * Math.max(one!.size, other!.size);
}
