// When asking back is worth a customer's time: several articles, or sections of one article, answer the same question for different cases,
// and nothing that was said tells of which. Titles, headings and the folders of articles say what the cases are, and the systems that
// something is written for; there is no list of devices, plans or versions.
import type { Topic } from '#core/conversation.ts';
import type { ScoredChunk } from '#core/document.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import {
  isOfOtherPlatform,
  type Platform,
  platformNames,
  platformsIn,
  platformsOpenIn,
} from '#core/platforms.ts';
import { contentWords } from '../understand/content-words.ts';
import { isOpening } from '../understand/dialogue-state.ts';
import { namesOfDifference } from './names-of-difference.ts';
import { platformsOfPassage } from './passages-for-platform.ts';
import { type AskedQuestion, writtenAlternatives } from './written-alternatives.ts';

/** More are a menu. */
const mostAlternatives = 3;
/**
 * A passage is nearly as good as the best from this share of its score on, if it is nearly as near in meaning (cosine), has the same words
 * of the question (share of their weight), and a reranker that has read both does not prefer one (logits).
 */
const nearlyAsGood = { score: 0.65, cosine: 0.1, coverage: 0.02, rerank: 1.5 };
/** Words of the question that no passage has tell nothing apart. */
const leastCoverage = 0.3;
/** Names are alike from this share of the words of the longer one on, if they hold most of the question. */
const alikeFrom = 0.5;
const mostlyExplained = 0.6;
/** Names that hold the whole question may differ in more, each in so many words. */
const fewOwnWords = 4;
/** "How do I reset it?" says what is to be done, not with what. */
const fewWords = 2;
/** Texts with this share of words in common say the same, so it does not matter which is meant. */
const sameText = 0.8;
/** A word of so many letters begins others of the same family. */
const shortestStem = 5;

interface ReadQuestion {
  /** The words that say what it is about. */
  readonly asked: readonly string[];
  /** All that was said in the conversation, by either side. */
  readonly said: readonly string[];
  /** So little was said that many articles fit. */
  readonly isThin: boolean;
}

/** An article or a section that may be meant. */
interface Candidate {
  readonly passage: ScoredChunk;
  readonly topic: Topic;
  /** Of its name. */
  readonly words: readonly string[];
  /** Of the title and the headings above a section, which its siblings share. */
  readonly above: readonly string[];
  /** The folders that its article lies in, outermost first. */
  readonly place: readonly string[];
}

/**
 * `found`: best first. Two or three topics with titles that name what each alone is about; empty where there is nothing to ask.
 * A question that names one of them gets none.
 */
export function realAlternatives(
  { question, history }: AskedQuestion,
  found: readonly ScoredChunk[],
): readonly Topic[] {
  const texts = [...history.map(({ text }) => text), question];
  const systems = platformsIn(texts.join('\n'));
  const passages = found.filter(({ chunk }) => !isOfOtherPlatform(platformsOfPassage(chunk), systems));
  const best = passages[0];
  if (best?.chunk.kind !== 'article' || (best.evidence.coverage ?? 0) < leastCoverage) return [];
  // A follow-up names another subject of which the same is asked.
  const before = isOpening(history) ? undefined : history.findLast(({ author }) => author === 'customer');
  const asked = tokenizeForSearch([...contentWords(`${before?.text ?? ''}\n${question}`)].join(' '));
  const said = texts.flatMap(tokenizeForSearch);
  const read = { asked, said, isThin: asked.length <= fewWords && isOpening(history) };
  const bySystem = systems.size === 0 ? forEachPlatform(passages, platformsOpenIn(question)) : [];
  if (bySystem.length > 1) return bySystem;
  const articles = articlesIn(passages);
  const named = articles.map((article) => sectionThatNames(article, asked) ?? article);
  const among = (isThin: boolean) =>
    [named, articles, sectionsBeside(best, passages)]
      .map((candidates) => alternativesAmong(candidates, { ...read, isThin }))
      .find(({ length }) => length > 1);
  const siblings = among(false);
  if (siblings) return topicsOf(siblings);
  const written = writtenAlternatives({ question, history }, passages);
  if (written.length > 0) return written;
  const others = read.isThin ? among(true) : undefined;
  return others ? topicsOf(others) : [];
}

/** Where the best is written for some systems, and others that are nearly as good for others: one for each. */
function forEachPlatform(passages: readonly ScoredChunk[], open: ReadonlySet<Platform>): readonly Topic[] {
  const best = passages[0]!;
  // A word that only another passage has says what is meant.
  const coverage = Math.max(...passages.map(({ evidence }) => evidence.coverage ?? 0));
  if (coverage - (best.evidence.coverage ?? 0) > nearlyAsGood.coverage) return [];
  const chosen: { readonly passage: ScoredChunk; readonly platforms: ReadonlySet<Platform> }[] = [];
  for (const passage of passages) {
    const platforms = platformsOfPassage(passage.chunk);
    if (passage === best && platforms.size === 0) return [];
    if (platforms.isDisjointFrom(open) || !isNearlyAsGood(passage, best)) continue;
    if (
      chosen.every((other) => other.platforms.isDisjointFrom(platforms) && !saySame(other.passage, passage))
    )
      chosen.push({ passage, platforms });
  }
  return chosen.map(({ passage: { chunk }, platforms }) => {
    const section = chunk.headingPath.find((heading) => platformsIn(heading).size > 0);
    return {
      documentId: chunk.documentId,
      title: [...platforms].map((platform) => platformNames[platform]).join(', '),
      ...(section === undefined ? {} : { section }),
    };
  });
}

function isNearlyAsGood({ chunk, score, evidence }: ScoredChunk, best: ScoredChunk): boolean {
  const keeps = (key: 'cosine' | 'coverage' | 'rerank') =>
    (best.evidence[key] ?? 0) - (evidence[key] ?? 0) <= nearlyAsGood[key];
  return (
    chunk.kind === 'article' &&
    score >= nearlyAsGood.score * best.score &&
    keeps('cosine') &&
    keeps('coverage') &&
    (evidence.rerank === undefined || keeps('rerank'))
  );
}

/** Each by its best passage and its title. */
function articlesIn(passages: readonly ScoredChunk[]): Candidate[] {
  const articles = [...Map.groupBy(passages, ({ chunk }) => chunk.documentId).values()];
  return articles.map(([passage]) => {
    const { documentId, title } = passage!.chunk;
    const words = tokenizeForSearch(title);
    return { passage: passage!, topic: { documentId, title }, words, above: [], place: placeOf(documentId) };
  });
}

/** The section of an article, where its heading has more words of the question than the title. */
function sectionThatNames({ passage, words }: Candidate, asked: readonly string[]): Candidate | undefined {
  const section = sectionOf(passage);
  const isNamed = section && countOf(asked, section.words) > countOf(asked, words);
  return isNamed ? { ...section, above: [] } : undefined;
}

/** The best passage's section, and those that stand beside it under the same heading. */
function sectionsBeside(best: ScoredChunk, passages: readonly ScoredChunk[]): Candidate[] {
  const placeOf = ({ chunk }: ScoredChunk) =>
    [chunk.documentId, ...chunk.headingPath.slice(0, -1)].join('\n');
  return passages
    .filter((passage) => placeOf(passage) === placeOf(best))
    .flatMap((one) => sectionOf(one) ?? []);
}

function sectionOf(passage: ScoredChunk): Candidate | undefined {
  const { documentId, title, headingPath } = passage.chunk;
  const section = headingPath.at(-1);
  if (section === undefined) return undefined;
  return {
    passage,
    topic: { documentId, title: section, section },
    words: tokenizeForSearch(section),
    above: tokenizeForSearch([title, ...headingPath.slice(0, -1)].join('\n')),
    place: placeOf(documentId),
  };
}

const placeOf = (documentId: string) => documentId.split('/').slice(0, -1);

/** The first, and those that are alternatives to it and to each other; none where a sibling of it, however far behind, was named. */
function alternativesAmong(candidates: readonly Candidate[], question: ReadQuestion): Candidate[] {
  const [best, ...others] = candidates;
  if (!best) return [];
  const { asked, said, isThin } = question;
  const isNamed = (a: Candidate, b: Candidate) => countOf(differing(a, b).flat(), said) > 0;
  if (others.some((other) => areSiblings(best, other, asked) && isNamed(best, other))) return [];
  // Of a question that says next to nothing, not even what the best article is about, any other may be meant.
  const isOpen = isThin && countOf(asked, best.words) < asked.length;
  const areAlternatives = (a: Candidate, b: Candidate) =>
    (isOpen ? areDistinct(a, b) : areSiblings(a, b, asked)) &&
    !isNamed(a, b) &&
    !saySame(a.passage, b.passage);
  const chosen = [best];
  for (const other of others) {
    if (chosen.length === mostAlternatives) break;
    if (!isNearlyAsGood(other.passage, best.passage)) continue;
    if (chosen.every((one) => areAlternatives(one, other))) chosen.push(other);
  }
  return chosen;
}

/** Beside the article on a subject, the one on a case of it is no alternative. */
const areDistinct = (a: Candidate, b: Candidate) => differing(a, b).every(({ length }) => length > 0);

/** They answer the same question, each for a case of its own. */
function areSiblings(a: Candidate, b: Candidate, asked: readonly string[]): boolean {
  if (!areDistinct(a, b)) return false;
  const shared = a.words.filter((word) => has(b.words, word));
  const explained = countOf(asked, [...shared, ...a.above]);
  if (explained === asked.length) return differing(a, b).every(({ length }) => length <= fewOwnWords);
  const isAlike = shared.length >= alikeFrom * Math.max(a.words.length, b.words.length);
  return isAlike && explained >= mostlyExplained * asked.length;
}

/** The words that the name of each has alone; where they have the same name, those of its folder. */
function differing(a: Candidate, b: Candidate): [string[], string[]] {
  const names = apart(a.words, b.words);
  if (names.some(({ length }) => length > 0)) return names;
  const [one, other] = placesApart(a, b);
  return apart(tokenizeForSearch(one), tokenizeForSearch(other));
}

const apart = (a: readonly string[], b: readonly string[]): [string[], string[]] => [
  a.filter((word) => !has(b, word)),
  b.filter((word) => !has(a, word)),
];

/** The outermost folder of each that differs, in words; empty where they lie in the same. */
function placesApart(a: Pick<Candidate, 'place'>, b: Pick<Candidate, 'place'>): [string, string] {
  const at = a.place.findIndex((folder, index) => folder !== b.place[index]);
  return [a, b].map(({ place }) => inWords(place[at] ?? '')) as [string, string];
}

/** Named by where their names differ, and by its folder what has the same name as another. */
function topicsOf(alternatives: readonly Candidate[]): Topic[] {
  return namesOfDifference(
    alternatives.map(({ topic, ...candidate }) => {
      const namesake = alternatives.find(
        (other) => other.topic.title === topic.title && other.topic !== topic,
      );
      const folder = namesake && placesApart(candidate, namesake)[0];
      return folder ? { ...topic, title: `${topic.title} – ${folder}` } : topic;
    }),
  );
}

function inWords(folder: string): string {
  const words = folder.replace(/[-_]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const countOf = (words: readonly string[], among: readonly string[]) =>
  words.filter((word) => has(among, word)).length;

/** Also "install" in "installation". */
function has(words: readonly string[], word: string): boolean {
  return words.some((other) => {
    const [short, long] = word.length <= other.length ? [word, other] : [other, word];
    return short === long || (short.length >= shortestStem && long.startsWith(short));
  });
}

function saySame(a: ScoredChunk, b: ScoredChunk): boolean {
  const [one, other] = [a, b].map(({ chunk }) => new Set(tokenizeForSearch(chunk.text)));
  return one!.intersection(other!).size >= sameText * Math.max(one!.size, other!.size);
}
