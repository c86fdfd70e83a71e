// A person whose data are asked for: the addresses by which they are known, and where those stand in a text.
import parsePhoneNumber from 'libphonenumber-js';
import { AppError } from '#core/errors.ts';

export interface SubjectRequest {
  /** E-mail addresses, telephone numbers, ids of visitors: what belongs to nobody else. At least one. */
  readonly addresses: readonly string[];
  /** Names belong to many, and some are words: what has only a name in common is listed and never erased. */
  readonly names?: readonly string[];
}

export interface Subject {
  /** As they are compared: small letters, numbers in international form where that can be told. */
  readonly addresses: readonly string[];
  readonly names: readonly string[];
  /** Whether an address stands in the text, in one of the ways in which people and programs write it. */
  isIn(text: string): boolean;
  /** Whether the text is an address and nothing else. */
  is(text: string): boolean;
  /** The text with each address covered by as many asterisks, so that offsets stay. */
  covered(text: string): string;
  /** The names that stand in the text. */
  namesIn(text: string): readonly string[];
}

/** Shorter ids are words. */
const leastIdLength = 6;
const leastPhoneDigits = 6;

/** Throws `bad-request` for what is no address. */
export function createSubject({ addresses, names = [] }: SubjectRequest): Subject {
  const known = [...new Set(addresses.map(normalAddress))];
  if (known.length === 0)
    throw new AppError('bad-request', 'Say whose data: an e-mail address, a telephone number or an id.');
  const anywhere = new RegExp(known.map(patternOf).join('|'), 'gu');
  const whole = new RegExp(`^\\s*(?:${known.map(patternOf).join('|')})\\s*$`, 'u');
  const named = names.map((name) => [name, namePattern(name)] as const);
  return {
    addresses: known,
    names,
    isIn: (text) => text.search(anywhere) >= 0,
    is: (text) => whole.test(text),
    covered: (text) => text.replace(anywhere, (found) => '*'.repeat(found.length)),
    namesIn: (text) => named.flatMap(([name, pattern]) => (pattern.test(text) ? [name] : [])),
  };
}

/** Throws `bad-request`. */
export function normalAddress(address: string): string {
  const text = address.normalize('NFC').trim();
  if (isEmail(text)) return text.toLowerCase();
  if (isPhone(text)) return parsePhoneNumber(text)?.number ?? digitsOf(text);
  if (text.length < leastIdLength || /\s/.test(text))
    throw new AppError(
      'bad-request',
      `"${text}" could be a word: an address is an e-mail address, a telephone number or an id of at least ${leastIdLength} characters. Names are given with --name.`,
    );
  return text;
}

const emailPattern = /^[^\s@<>"',;:()]{1,64}@[^\s@<>"',;:()]+\.[^\s@<>"',;:().]{2,}$/u;

export function isEmail(text: string): boolean {
  return text.length <= 254 && emailPattern.test(text);
}

function isPhone(text: string): boolean {
  return /^\+?[\d\s().\-/]+$/.test(text) && digitsOf(text).length >= leastPhoneDigits;
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

// What stands before an address that is no part of it: nothing of a word, or an escape of JSON or of a URL.
const before = String.raw`(?:(?<![\p{L}\p{N}._%+\-])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2}))`;

function patternOf(address: string): string {
  if (isEmail(address)) return spelledEmail(address);
  return isPhone(address) ? spelledPhone(address) : spelledId(address);
}

/** `ann@example.com`, `Ann%40Example.com`, `ann (at) example dot com`. */
function spelledEmail(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address
    .slice(at + 1)
    .split('.')
    .map(anyCase)
    .join(String.raw`\s?(?:\.|[(\[{]?\s?(?:dot|DOT)\s?[)\]}]?)\s?`);
  const sign = String.raw`\s?(?:@|%40|\\u0040|&#(?:64|x40);|[(\[{<]\s?(?:at|AT|@)\s?[)\]}>]|\s(?:at|AT)\s)\s?`;
  // Not where the domain goes on: small letters behind a full stop.
  const after = String.raw`(?![\p{L}\p{N}]|-[\p{L}\p{N}]|\.[a-z]{2,}(?!\p{L}))`;
  return `${before}${anyCase(address.slice(0, at))}${sign}${domain}${after}`;
}

/** `+49 30 1234567`, `0049 (0)30 123-4567`, `030/1234567`. */
function spelledPhone(address: string): string {
  const parsed = parsePhoneNumber(address);
  const gap = String.raw`[\s().\-/\u00a0]{0,3}`;
  const digits = [...(parsed?.nationalNumber ?? digitsOf(address))].join(gap);
  const code = parsed ? [...parsed.countryCallingCode].join(gap) : String.raw`\d{1,3}`;
  return String.raw`(?<![\d])(?:(?:\+|00)${gap}${code}${gap}(?:\(?0\)?${gap})?|0${gap})?${digits}(?!\d)`;
}

function spelledId(address: string): string {
  return `${before}${escaped(address)}${String.raw`(?![\p{L}\p{N}_\-])`}`;
}

function namePattern(name: string): RegExp {
  const words = name.trim().split(/\s+/).map(escaped).join(String.raw`\s+`);
  return new RegExp(String.raw`(?<![\p{L}\p{N}])${words}(?![\p{L}\p{N}])`, 'u');
}

function anyCase(text: string): string {
  return [...text]
    .map((character) => {
      const [low, high] = [character.toLowerCase(), character.toUpperCase()];
      return low === high || high.length > 1 ? escaped(character) : `[${low}${high}]`;
    })
    .join('');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
