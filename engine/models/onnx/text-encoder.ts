// Text to token numbers, as the model was trained to read it, cut to what it can take.
import { Tokenizer } from '@huggingface/tokenizers';
import { AppError } from '#core/errors.ts';
import type { TokenRow } from './onnx-session.ts';

/** Longest text that is tokenised, per token that is kept: nothing but unbroken gibberish has tokens longer than this on average. */
const charactersPerToken = 16;

export interface TextEncoder {
  /** At most `maxTokens` numbers, the model's special tokens around the text included, however long the text. */
  encode(text: string): number[];
}

export interface PairEncoder {
  /**
   * `[CLS] question [SEP] text [SEP]`, the question of type 0, the text of type 1, each cut to its room: of a text that is too long the
   * beginning is read, of a question the end, where the earlier turns of a conversation stand in front of what is asked.
   */
  encode(question: string, text: string): TokenRow;
}

export interface ReadingEncoder {
  /** As `PairEncoder.encode`, and where each token of the text comes from; of a question that is too long the end is read. */
  encode(question: string, text: string): TokenRow & { readonly words: readonly WordTokens[] };
}

/** A run of letters without a space: its characters in the text, and its tokens in the row. */
export interface WordTokens {
  readonly start: number;
  readonly end: number;
  readonly firstToken: number;
  readonly tokens: number;
}

/** The text of a Hugging Face `tokenizer.json`, and where it came from. */
export interface TokenizerFile {
  readonly json: string;
  readonly path: string;
}

interface Vocabulary {
  /** The first or last `count` tokens of a text, without special ones. */
  first(text: string, count: number): number[];
  last(text: string, count: number): number[];
  /** What the model's template puts around a text. */
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
}

/** Throws `model-invalid`. */
export function createTextEncoder(file: TokenizerFile, maxTokens: number): TextEncoder {
  const { first, prefix, suffix } = readVocabulary(file);
  const room = maxTokens - prefix.length - suffix.length;
  return { encode: (text) => [...prefix, ...first(text, room), ...suffix] };
}

/** For a model that reads two texts at once. Throws `model-invalid`. */
export function createPairEncoder(
  file: TokenizerFile,
  { maxTokens, questionTokens }: { readonly maxTokens: number; readonly questionTokens: number },
): PairEncoder {
  const { first, last, prefix, suffix } = readVocabulary(file);
  // All texts of a run are read with the same question.
  let known: { readonly question: string; readonly front: readonly number[] } | undefined;
  return {
    encode(question, text) {
      if (known?.question !== question)
        known = { question, front: [...prefix, ...last(question, questionTokens), ...suffix] };
      const { front } = known;
      const room = maxTokens - front.length - suffix.length;
      return { tokens: [...front, ...first(text, room), ...suffix], firstText: front.length };
    },
  };
}

/**
 * For a reader. Its tokenizer must split at spaces before all else, as BERT's does: the library knows no offsets, so each word is
 * tokenised alone. Throws `model-invalid`.
 */
export function createReadingEncoder(
  file: TokenizerFile,
  { maxTokens, questionTokens }: { readonly maxTokens: number; readonly questionTokens: number },
): ReadingEncoder {
  const { first, last, prefix, suffix } = readVocabulary(file);
  return {
    encode(question, text) {
      const tokens = [...prefix, ...last(question, questionTokens), ...suffix];
      const firstText = tokens.length;
      const words: WordTokens[] = [];
      for (const { 0: word, index: start } of text.matchAll(/\S+/g)) {
        const room = maxTokens - tokens.length - suffix.length;
        if (room <= 0) break;
        const own = first(word, room);
        words.push({ start, end: start + word.length, firstToken: tokens.length, tokens: own.length });
        tokens.push(...own);
      }
      return { tokens: [...tokens, ...suffix], firstText, words };
    },
  };
}

function readVocabulary({ json, path }: TokenizerFile): Vocabulary {
  try {
    const tokenizer = new Tokenizer(JSON.parse(json), {});
    // Found by looking at one.
    const bare = tokenizer.encode('a', { add_special_tokens: false }).ids;
    const whole = tokenizer.encode('a', { add_special_tokens: true }).ids;
    const start = whole.indexOf(bare[0]!);
    if (bare.length === 0 || start < 0) throw new Error('it gives no tokens for a letter');
    const tokens = (text: string) => tokenizer.encode(text.toWellFormed(), { add_special_tokens: false }).ids;
    const longest = (count: number) => (count + whole.length) * charactersPerToken;
    return {
      first: (text, count) => tokens(text.trimStart().slice(0, longest(count))).slice(0, count),
      last: (text, count) => tokens(text.trimEnd().slice(-longest(count))).slice(-count),
      prefix: whole.slice(0, start),
      suffix: whole.slice(start + bare.length),
    };
  } catch (cause) {
    throw new AppError('model-invalid', `${path} cannot be used: ${String(cause)}`, { cause });
  }
}
