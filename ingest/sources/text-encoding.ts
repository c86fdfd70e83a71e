// Which encoding a text file has: what it declares, what its bytes allow, and what is likely where neither says it.
import { isUtf8 } from 'node:buffer';
import chardet from 'chardet';

/** A label of the Encoding Standard, as `TextDecoder` takes it. `assumed`: nothing says so, the bytes only look like it. */
export interface TextEncoding {
  readonly label: string;
  readonly assumed: boolean;
}

const utf8: TextEncoding = { label: 'utf-8', assumed: false };
/** Declarations stand in the first kilobyte (HTML Standard); some generators are late. */
const declaredWithin = 2_048;

/** `head`: how the file begins. `sample`: some of it around the first byte that is no ASCII. */
export function detectEncoding(head: Buffer, sample: Buffer): TextEncoding {
  if (isMostlyUtf8(sample) || isBinary(sample)) return utf8;
  const declared = declaredEncoding(head);
  if (declared && declared !== 'utf-8') return { label: declared, assumed: false };
  return { label: likelyEncoding(sample), assumed: true };
}

/** Of UTF-8 with a few bad bytes, only those are bad. */
function isMostlyUtf8(sample: Buffer): boolean {
  // A long sample may end inside a character.
  const mostCut = sample.length < 4_096 ? 0 : 3;
  for (let cut = 0; cut <= mostCut; cut += 1)
    if (isUtf8(sample.subarray(0, sample.length - cut))) return true;
  const text = sample.toString('utf8');
  const bad = count(text, /\uFFFD/g);
  return count(text, /[^\p{ASCII}\uFFFD]/gu) > 2 * bad;
}

/** Text has no control characters: this is no text in any encoding. */
function isBinary(sample: Buffer): boolean {
  return countControls(sample) > sample.length / 1_000;
}

/** Control characters but tabs, line ends, form feeds and the escape of ISO 2022. */
export function countControls(bytes: Buffer): number {
  let controls = 0;
  for (const byte of bytes) if (byte < 32 && !(byte >= 9 && byte <= 13) && byte !== 27) controls += 1;
  return controls;
}

function declaredEncoding(head: Buffer): string | undefined {
  const text = head.toString('latin1', 0, declaredWithin);
  const declared =
    /<meta\b[^>]*\bcharset\s*=\s*["']?\s*([\w-]+)/i.exec(text)?.[1] ??
    /^\s*<\?xml\b[^>]*\bencoding\s*=\s*["']([\w-]+)/i.exec(text)?.[1];
  return declared && standardLabel(declared);
}

/** `iso-8859-1` is `windows-1252` wherever browsers read it. */
export function standardLabel(name: string): string | undefined {
  const label = name.replace(/^(?:x-)?cp-?(125\d)$/i, 'windows-$1').replace(/^x-mac-roman$/i, 'macintosh');
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
}

/** chardet knows no Mac encoding, and takes few letters for any: how the words look decides between what it finds. */
function likelyEncoding(sample: Buffer): string {
  const found = chardet
    .analyse(sample)
    .map(({ name, confidence }) => ({ label: standardLabel(name), confidence }))
    .filter(({ label }) => label !== undefined && !label.startsWith('utf'));
  const best = found[0]?.label ?? 'windows-1252';
  // Its confidence in alphabets is high even where the words are none. Where two read as well, its first choice counts.
  const isAlphabet = /^(?:windows-|iso-8859|koi8)/.test(best);
  const candidates = isAlphabet
    ? [best, 'windows-1252', 'windows-1250', 'macintosh', ...found.slice(1, 4).map(({ label }) => label!)]
    : [best];
  let chosen = { label: best, odd: Number.POSITIVE_INFINITY };
  for (const label of new Set(candidates)) {
    const odd = oddCharacters(new TextDecoder(label).decode(sample));
    if (odd < chosen.odd) chosen = { label, odd };
  }
  return chosen.label;
}

/** What no person writes: controls, symbols inside a word, capitals after small letters, letters that hardly any language has. */
function oddCharacters(text: string): number {
  return (
    count(text, /[\x80-\x9F\uFFFD]/g) * 3 +
    count(text, /\p{L}[^\p{L}\p{M}\p{Nd}\s\p{ASCII}\u2019\u00AD\u00A0·]\p{L}/gu) * 2 +
    count(text, /\p{Ll}(?!\p{ASCII})\p{Lu}/gu) * 2 +
    // Portuguese writes it before an e; elsewhere it is the Hungarian letter of another table.
    count(text, /[õÕ](?!e)/g) +
    count(text, /[ƒ¤¦¨¬¯¸¹þÞðÐ√∫∂∑∏≈Δ◊ˇˆ˘˙˝˛]/g)
  );
}

function count(text: string, pattern: RegExp): number {
  let found = 0;
  for (const _match of text.matchAll(pattern)) found += 1;
  return found;
}
