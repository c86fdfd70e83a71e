// How well each sentence, list item, table row and piece of code of the passages answers the question: by the embedder and by the
// words, and by a reader or a reranker where there is one.
import { askedKindOf, holdsKind } from '#core/asked-kind.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { Grounding } from '#core/chat-model.ts';
import type { ScoredChunk } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import { isAbortError } from '#core/errors.ts';
import { withoutMarkup } from '#core/inline-markup.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { belongsWithin } from '#core/reading.ts';
import type { Reranker, RerankerTrust } from '#core/reranker.ts';
import type { Section, Unit } from './passage-blocks.ts';
import { isTalkOfArticle } from './talk-of-article.ts';
import { createWrittenScore } from './written-answers.ts';

export interface ExtractiveModels {
  readonly embedder: Pick<Embedder, 'embedQuery' | 'embedDocuments'>;
  /** Says of single sentences whether they answer; the embedder and the words go without it. */
  readonly reranker?: Pick<Reranker, 'score' | 'trust'>;
}

export interface ScoreOptions extends CallOptions, Pick<Grounding, 'cutShort'> {
  /** In place of the reranker's own, to try others. */
  readonly trust?: Partial<RerankerTrust> | undefined;
}

/** Where a unit stands: passage, section, block and unit, each counted from 0. */
export interface Place {
  readonly passage: number;
  readonly section: number;
  readonly block: number;
  readonly unit: number;
}

export interface ScoredUnit extends Place {
  readonly score: number;
}

/** Units that the reranker reads: those that the embedder and the words find best. */
const unitsReranked = 40;
/** Units of one passage that are embedded, those with most words of the question first; a passage holds some ten. */
const unitsPerPassage = 40;
/** What of a unit is embedded, in UTF-16 code units: models read no more, and a row of 500 columns must not be split into words. */
const longestEmbedded = 1_500;

// Measured on 518 questions of five help centres and the sample company with everything answered, mean of seven sets: facts given .626
// (.621 with 0.2, 0.35, 0.5 and no share of the last turn), of follow-ups .603 (.574). A ranker fitted on the training centres gave these
// proportions; on 34 further features (headings, coverage by idf, place, form, what the reader says) it chose the right section no more
// often on centres that it had not seen: .746 at best, .743 with these alone.
const wordWeight = 0.1;
const passageWeight = 0.45;
/** Added where a unit holds the kind of thing that is asked for: an amount, a time, a number to call. */
const kindWeight = 0.1;
/**
 * Of how near the written question is that a unit answers (`createWrittenScore`). Measured on 74 and 58 questions to two help centres all
 * of whose sections have written questions with answers: the first sentence holds a fact .43 and .59 (.38 and .47 with 0), sentences that
 * belong .31 and .60 (.28 and .46), facts given .64 and .77 (.61 and .73); with 0.4 facts .64 and .71.
 */
const writtenWeight = 0.8;
/** Taken from the score of a unit of a past conversation: an article that answers about as well is the better source. */
const transcriptPenalty = 0.15;
/** Articles put questions into their readers' mouths; what follows is the answer. */
const questionPenalty = 0.3;
/** What only says what the article is about is not what it says. */
const talkPenalty = 0.3;
/** For units whose sentence or headings hold the words of a follow-up. */
const focusWeight = 0.25;
/** What the last turn alone counts in the similarity, beside the query that is complete in itself. */
const questionShare = 0.5;
/** What a reader says counts `sentenceWeight` of its trust; so much of that the probability that the passage answers at all. */
const answersShare = 0.5;
/** Of a reader that does not say what it is worth. */
const readerTrust: Pick<RerankerTrust, 'sentenceWeight' | 'temperature'> = {
  sentenceWeight: 1,
  temperature: 1,
};

type Read = Required<Pick<Grounding, 'query' | 'question' | 'passages'>>;

interface Candidate extends ScoredUnit {
  /** What the models are given: the unit behind its heading. */
  readonly context: string;
  readonly of: Unit;
}

/** Best first. `sections`: those of each passage. */
export async function scoreUnits(
  { query, question, passages }: Read,
  sections: readonly (readonly Section[])[],
  { models, signal, trust, cutShort }: ScoreOptions & { readonly models: ExtractiveModels },
): Promise<ScoredUnit[]> {
  const queryTokens = new Set(tokenizeForSearch(query));
  const places = sections.flatMap((ofPassage, passage) =>
    mostLikely(placesIn(ofPassage, passage), queryTokens),
  );
  if (places.length === 0) return [];
  const contexts = places.map(({ passage, heading, of }) => {
    const { kind, title } = passages[passage]!.chunk;
    const text = withoutMarkup(of.text).slice(0, longestEmbedded);
    // The title of a past conversation is what another customer asked. Under it, anything would look like an answer.
    return kind === 'transcript' ? text : `${heading || title}: ${text}`;
  });
  const ofQuery = models.embedder.embedQuery(query, { signal });
  const [queryVector, questionVector, vectors] = await Promise.all([
    ofQuery,
    question === query ? ofQuery : models.embedder.embedQuery(question, { signal }),
    models.embedder.embedDocuments(contexts, { signal }),
  ]);
  // In a follow-up the earlier turns outnumber the words that say what is asked now ("what about on iPhone?").
  const focus = question === query ? [] : [...new Set(tokenizeForSearch(question))];
  const best = passages[0]!.score;
  const kind = askedKindOf(question);
  const writtenOf = createWrittenScore(passages);
  const scored = places.map(({ heading, ...place }, index): Candidate => {
    const { chunk, score: found } = passages[place.passage]!;
    const context = contexts[index]!;
    const tokens = new Set(tokenizeForSearch(context));
    const shared =
      weigh([...queryTokens].filter((token) => tokens.has(token))) / Math.max(1, weigh(queryTokens));
    const focused = focus.length === 0 ? 0 : shareWithin(focus, [chunk.title, ...chunk.headingPath, context]);
    const penalty =
      (chunk.kind === 'transcript' ? transcriptPenalty : 0) +
      (place.of.text.endsWith('?') ? questionPenalty : 0) +
      (isTalkOfArticle(place.of.text) ? talkPenalty : 0);
    const written = writtenOf(place.of, place.passage);
    const score =
      writtenWeight * written +
      (1 - questionShare) * dot(queryVector, vectors[index]!) +
      questionShare * dot(questionVector, vectors[index]!) +
      wordWeight * shared +
      passageWeight * (best > 0 ? found / best : 1) +
      focusWeight * focused +
      (kind && holdsKind(place.of.text, kind) ? kindWeight : 0) -
      penalty;
    return { ...place, context, score };
  });
  const added = passages.some(({ reading }) => reading)
    ? scored.map((candidate) =>
        asRead(candidate, passages[candidate.passage]!, {
          ...readerTrust,
          ...models.reranker?.trust,
          ...trust,
        }),
      )
    : await rerankUnits(scored, { query, reranker: models.reranker, trust, signal, cutShort });
  return added
    .map(({ passage, section, block, unit, score }) => ({ passage, section, block, unit, score }))
    .sort((a, b) => b.score - a.score);
}

/** Of the tokens, those that the texts hold. */
function shareWithin(tokens: readonly string[], texts: readonly string[]): number {
  const held = new Set(tokenizeForSearch(texts.join(' ')));
  return tokens.filter((token) => held.has(token)).length / tokens.length;
}

function placesIn(sections: readonly Section[], passage: number) {
  return sections.flatMap(({ heading, blocks }, section) =>
    blocks.flatMap(({ units }, block) =>
      units.map((of, unit) => ({ passage, section, block, unit, heading, of })),
    ),
  );
}

/** All of a passage of ordinary length. Of a long one those that hold most of the question's words, in the order of the text. */
function mostLikely<P extends { readonly of: Unit }>(places: P[], queryTokens: ReadonlySet<string>): P[] {
  if (places.length <= unitsPerPassage) return places;
  const shared = (text: string) =>
    weigh(
      [...new Set(tokenizeForSearch(text.slice(0, longestEmbedded)))].filter((token) =>
        queryTokens.has(token),
      ),
    );
  const counted = places.map(({ of }, index) => ({ index, shared: shared(of.text) }));
  const kept = new Set(
    counted
      .sort((a, b) => b.shared - a.shared || a.index - b.index)
      .slice(0, unitsPerPassage)
      .map(({ index }) => index),
  );
  return places.filter((_, index) => kept.has(index));
}

function asRead(
  candidate: Candidate,
  { reading, evidence: { rerank } }: ScoredChunk,
  { sentenceWeight, temperature }: Pick<RerankerTrust, 'sentenceWeight' | 'temperature'>,
): Candidate {
  if (!reading || rerank === undefined || sentenceWeight === 0) return candidate;
  const belongs = belongsWithin(reading, candidate.of.start, candidate.of.end) ?? 0;
  const said = (1 - answersShare) * belongs + answersShare * sigmoid(rerank / temperature);
  return { ...candidate, score: candidate.score + sentenceWeight * said };
}

async function rerankUnits(
  candidates: readonly Candidate[],
  {
    query,
    reranker,
    trust,
    ...options
  }: ScoreOptions & { readonly query: string; readonly reranker: ExtractiveModels['reranker'] },
): Promise<readonly Candidate[]> {
  if (!reranker) return candidates;
  const { sentenceWeight, temperature } = { ...reranker.trust, ...trust };
  if (sentenceWeight === 0) return candidates;
  const sorted = candidates.toSorted((a, b) => b.score - a.score);
  const contexts = sorted.slice(0, unitsReranked).map(({ context }) => context);
  const logits = await withoutFailing(reranker.score(query, contexts, { signal: options.signal }), options);
  if (!logits) return candidates;
  return sorted.map((candidate, index) =>
    index < logits.length
      ? { ...candidate, score: candidate.score + sentenceWeight * sigmoid(logits[index]! / temperature) }
      : candidate,
  );
}

/** Without the model the units are scored as if there were none. Its owner counts the failure. */
async function withoutFailing<T>(
  promise: Promise<T>,
  { signal, cutShort }: ScoreOptions,
): Promise<T | undefined> {
  try {
    return await promise;
  } catch (thrown) {
    signal?.throwIfAborted();
    if (isAbortError(thrown)) throw thrown;
    cutShort?.();
    return undefined;
  }
}

/** A code or a number in the question ("E4", "Android 9") is what it is about. */
function weigh(tokens: Iterable<string>): number {
  let sum = 0;
  for (const token of tokens) sum += /\d/.test(token) ? 3 : 1;
  return sum;
}

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}
