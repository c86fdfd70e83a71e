// How many word pieces a text has, near enough to size passages without loading a tokenizer.
import { withoutMarkup } from '#core/inline-markup.ts';

const pieces =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]|\p{N}+|[\p{L}\p{M}]+|[^\s\p{L}\p{N}\p{M}]/gu;

/**
 * For English: a word up to six letters is mostly one piece, four more letters about one more; each sign and ideograph is one. Measured
 * with the shipped tokenizer on 14,000 passages of six help centres: half within 4 %, 95 % at most 14 % too low. Markup is not embedded.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const [piece] of withoutMarkup(text).matchAll(pieces)) tokens += 1 + Math.max(0, piece.length - 6) / 4;
  return Math.ceil(tokens);
}

/** Languages other than English are cut into more pieces (measured: Spanish 1.47, French 1.39, German 1.53); ideographs are counted singly. */
export function tokenFactor(language: string): number {
  return ['en', 'und', 'zh', 'ja', 'ko', 'th'].includes(language) ? 1 : 1.5;
}
