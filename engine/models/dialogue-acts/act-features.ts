// What the classifier of dialogue acts sees of a text: pieces of its words, and its words in their order, each hashed to a bucket.
// No vocabulary: typing mistakes, slang, emoji and every script have pieces, too.

/** A message says at its beginning or its end what it does. Characters. */
const readAtStart = 600;
const readAtEnd = 200;
const shortestPiece = 2;
const longestPiece = 5;
const longestPhrase = 3;
/** Stand for any address, so that none is learned. Private use: no text has them. */
const emailMark = '\uE000';
const urlMark = '\uE001';

const email = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/g;
const url = /(?:https?:\/\/|www\.)[^\s<>"']{1,200}/gi;
const ideographs = /[\p{Unified_Ideograph}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const tokens =
  /[\p{Unified_Ideograph}\p{Script=Hiragana}\p{Script=Katakana}]+|(?:(?![\p{Unified_Ideograph}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}'])+|[^\s]/gu;

export interface ActFeatures {
  readonly buckets: readonly number[];
  readonly values: readonly number[];
}

/** Two blocks of norm 1, pieces and phrases: a long text has many of both, each counting little. */
export function actFeatures(text: string, buckets: number): ActFeatures {
  const { plain, shouted } = normalised(text);
  const parts = plain.match(tokens) ?? [];
  const pieces = new Set<number>();
  const phrases = new Set<number>();
  const words: string[] = [];
  for (const part of parts) {
    const isWord = /[\p{L}\p{N}]/u.test(part);
    if (ideographs.test(part)) words.push(...part);
    else words.push(part);
    if (isWord) addPieces(`\u0002${part}\u0003`, pieces, buckets);
  }
  const padded = ['\u0002', ...words, '\u0003'];
  for (let start = 0; start < padded.length; start++)
    for (let length = 1; length <= longestPhrase && start + length <= padded.length; length++)
      if (length > 1 || (start > 0 && start < padded.length - 1))
        phrases.add(bucketOf(`w ${padded.slice(start, start + length).join(' ')}`, buckets));
  phrases.add(bucketOf(`length ${Math.min(7, Math.floor(Math.log2(words.length + 1)))}`, buckets));
  if (shouted) phrases.add(bucketOf('shouted', buckets));
  return {
    buckets: [...pieces, ...phrases],
    values: [
      ...new Array<number>(pieces.size).fill(1 / Math.sqrt(Math.max(1, pieces.size))),
      ...new Array<number>(phrases.size).fill(1 / Math.sqrt(Math.max(1, phrases.size))),
    ],
  };
}

/** Without case and accents, which customers leave out; numbers say nothing of what a message does, except 1, 2 and 3. */
function normalised(text: string): { plain: string; shouted: boolean } {
  const read =
    text.length > readAtStart + readAtEnd
      ? `${text.slice(0, readAtStart)} … ${text.slice(-readAtEnd)}`
      : text;
  const marked = read.normalize('NFKC').replace(email, ` ${emailMark} `).replace(url, ` ${urlMark} `);
  const letters = marked.replace(/[^\p{Lu}\p{Ll}]/gu, '');
  const shouted = letters.length >= 4 && letters === letters.toUpperCase();
  const plain = marked
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}|\u200D|\uFE0F|[\u{1F3FB}-\u{1F3FF}]/gu, '')
    .replace(/[’‘`´]/g, "'")
    .replace(/(.)\1{2,}/gsu, '$1$1')
    .replace(/\d{2,}/g, '00');
  return { plain, shouted };
}

function addPieces(padded: string, into: Set<number>, buckets: number): void {
  for (let start = 0; start < padded.length; start++) {
    const end = Math.min(padded.length, start + longestPiece);
    let hash = hashStart;
    for (let at = start; at < end; at++) {
      hash = Math.imul(hash ^ padded.charCodeAt(at), hashPrime) >>> 0;
      if (at - start + 1 >= shortestPiece) into.add(mixed(hash) % buckets);
    }
  }
}

const hashStart = 0x811c9dc5;
const hashPrime = 0x01000193;

/** FNV-1a. */
function bucketOf(piece: string, buckets: number): number {
  let hash = hashStart;
  for (let at = 0; at < piece.length; at++) hash = Math.imul(hash ^ piece.charCodeAt(at), hashPrime) >>> 0;
  return mixed(hash) % buckets;
}

/** The lowest bits of FNV depend on few characters. */
function mixed(hash: number): number {
  return (hash ^ (hash >>> 15)) >>> 0;
}
