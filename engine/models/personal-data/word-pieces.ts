// Text to the words that BERT's tokenizer makes of it, each with its place and its token numbers, and windows of words that a model can take.
// The library knows no offsets, so each word is tokenised alone.
import { LRUCache } from 'lru-cache';
import type { TextEncoder } from '../onnx/text-encoder.ts';

export interface Piece {
  /** Offsets in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  readonly tokens: readonly number[];
}

/** Pieces from `first` up to `end`. */
export interface Window {
  readonly first: number;
  readonly end: number;
}

/** As BERT splits before its vocabulary: each punctuation mark and each Chinese character alone, the rest at spaces. */
const wordPattern = /[\p{P}$+<=>^`|~\p{Script=Han}]|[^\s\p{P}$+<=>^`|~\p{Script=Han}]+/gu;
/** A longer word is one unknown token to the vocabulary. */
const longestWord = 100;
const wordsRemembered = 20_000;

/** `encoder` gives its special tokens, too: one before and one behind. */
export function createPieceReader(encoder: TextEncoder): (text: string) => Piece[] {
  const known = new LRUCache<string, readonly number[]>({ max: wordsRemembered });
  const tokensOf = (word: string): readonly number[] => {
    const before = known.get(word);
    if (before) return before;
    const tokens = encoder.encode(word.slice(0, longestWord)).slice(1, -1);
    known.set(word, tokens);
    return tokens;
  };
  return (text) =>
    Array.from(text.matchAll(wordPattern), ({ 0: word, index: start }) => ({
      start,
      end: start + word.length,
      tokens: tokensOf(word),
    })).filter(({ tokens }) => tokens.length > 0);
}

/** Windows of at most `room` tokens that share about `overlap` of them, so that each word is read with words on both sides. */
export function windowsOf(
  pieces: readonly Piece[],
  { room, overlap }: { readonly room: number; readonly overlap: number },
): Window[] {
  const windows: Window[] = [];
  for (let first = 0; first < pieces.length; ) {
    let end = first;
    let tokens = 0;
    while (end < pieces.length && (end === first || tokens + pieces[end]!.tokens.length <= room)) {
      tokens += pieces[end]!.tokens.length;
      end += 1;
    }
    windows.push({ first, end });
    if (end === pieces.length) break;
    let shared = 0;
    let next = end;
    while (next > first + 1 && shared < overlap) {
      next -= 1;
      shared += pieces[next]!.tokens.length;
    }
    first = next;
  }
  return windows;
}
