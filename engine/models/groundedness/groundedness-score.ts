// Does a passage support a sentence? A local score from embeddings and lexical overlap, fitted on labelled pairs. It sees paraphrase and
// missing numbers. It is not entailment: a negation, a swapped condition or a swapped subject can deceive it.
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { CallOptions } from '#core/call-options.ts';
import type { Embedder } from '#core/embedder.ts';
import type { GroundednessScorer } from '#core/groundedness.ts';
import { withoutMarkup } from '#core/inline-markup.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { splitSentences } from '#core/sentences.ts';

const featureCount = 6;
/**
 * Where precision counts twice as much as recall: the articles are quoted where too little is left, so a sentence dropped costs little, and
 * one that is wrong a lot. Chosen on the documents of four labelled sets that do not judge it (docs/evals.md#the-guard).
 */
export const scoreSupportedFrom = 0.6;

/** A logistic regression over `groundednessFeatures`, fitted for one embedder. */
export const groundednessModelSchema = z.looseObject({
  embedder: z.string(),
  coefficients: z.array(z.number()).length(featureCount),
  intercept: z.number(),
});
export type GroundednessModel = z.infer<typeof groundednessModelSchema>;

/** The embedder stays open, and must be the one that the model was fitted for. */
export function createGroundednessScorer(
  { coefficients, intercept }: Pick<GroundednessModel, 'coefficients' | 'intercept'>,
  embedder: Pick<Embedder, 'embedDocuments'>,
): GroundednessScorer {
  return {
    async score(sentence, passage, options = {}) {
      const features = await groundednessFeatures(embedder, { sentence, passage }, options);
      const logit = features.reduce((sum, value, index) => sum + value * coefficients[index]!, intercept);
      return 1 / (1 + Math.exp(-logit));
    },
  };
}

/** The same passages are cited again and again: keeps the vectors of so many texts. */
export function rememberingEmbedder(
  embedder: Pick<Embedder, 'embedDocuments'>,
  most = 20_000,
): Pick<Embedder, 'embedDocuments'> {
  const known = new LRUCache<string, Promise<Float32Array[]>>({ max: most });
  return {
    embedDocuments(texts, options) {
      const key = texts.join('\0');
      const vectors = known.get(key) ?? embedder.embedDocuments(texts, options);
      if (!known.has(key)) {
        known.set(key, vectors);
        // A failure, or another case's abort, must not be remembered.
        vectors.catch(() => known.delete(key));
      }
      return vectors;
    },
  };
}

/**
 * Each 0 to 1, times a scale that lets the regularisation treat them alike: closeness of meaning to the best part of the passage,
 * share of the words in the passage and in its best part, share of the numbers, agreement on "not".
 */
export async function groundednessFeatures(
  embedder: Pick<Embedder, 'embedDocuments'>,
  { sentence, passage }: { readonly sentence: string; readonly passage: string },
  options: CallOptions = {},
): Promise<number[]> {
  const plain = withoutMarkup(passage);
  const parts = windows(plain);
  // One text at a time: in a batch a vector depends a little on its neighbours, and the score would depend on what was asked before.
  const embed = async (text: string) => (await embedder.embedDocuments([text], options))[0]!;
  const own = await embed(sentence);
  const others: Float32Array[] = [];
  for (const part of parts) others.push(await embed(part));
  const words = new Set(tokenizeForSearch(sentence));
  const shares = parts.map((part) => share(words, new Set(tokenizeForSearch(part))));
  const cosines = others.map((other) => dot(own, other));
  const best = parts.reduce(
    (at, _part, index) => (shares[index]! + cosines[index]! > shares[at]! + cosines[at]! ? index : at),
    0,
  );
  const numbers = new Set(numbersIn(sentence));
  return [
    Math.max(0, ...cosines),
    share(words, new Set(tokenizeForSearch(plain))),
    Math.max(0, ...shares),
    share(numbers, new Set(numbersIn(plain))),
    share(numbers, new Set(numbersIn(parts[best] ?? ''))),
    negates(sentence) === negates(parts[best] ?? '') ? 1 : 0,
  ].map((value) => value * 4);
}

/** Sentences, and each sentence with the one behind it: a claim is often made in two. */
function windows(passage: string): string[] {
  const ranges = splitSentences(passage);
  const parts = ranges.flatMap(({ start, end }, index) => {
    const next = ranges[index + 1];
    return next ? [passage.slice(start, end), passage.slice(start, next.end)] : [passage.slice(start, end)];
  });
  return parts.length > 0 ? parts : [passage];
}

const numberWords = new Map(
  'one two three four five six seven eight nine ten eleven twelve'
    .split(' ')
    .map((word, index) => [word, `${index + 1}`]),
);

function numbersIn(text: string): string[] {
  const words = text.toLowerCase().match(/\d+(?:[.,:]\d+)*|\b[a-z]+\b/g) ?? [];
  return words.flatMap((word) => {
    const number = /^\d/.test(word) ? word.replace(/,(?=\d{3}\b)/g, '') : numberWords.get(word);
    // "One" is an article as often as a number.
    return number === undefined || word === 'one' ? [] : [number];
  });
}

const negation = /\b(?:not|no|never|none|cannot|without|neither|nor|nothing|nobody|unlike)\b|n['’]t\b/i;
function negates(text: string): boolean {
  return negation.test(text);
}

/** 1 where there is nothing to find. */
function share(wanted: ReadonlySet<string>, found: ReadonlySet<string>): number {
  return wanted.size === 0 ? 1 : [...wanted].filter((word) => found.has(word)).length / wanted.size;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}
