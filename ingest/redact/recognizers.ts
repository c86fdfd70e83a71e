// What counts as personal data or a secret. Every pattern is bounded, so that no text can make it slow.
import { isIPv4, isIPv6 } from 'node:net';
import { type CountryCode, findPhoneNumbersInText } from 'libphonenumber-js';
import type { PersonalDataKind, Recognizer } from './redact.ts';

/** With flag `d`, group 1 is the part to replace; otherwise the whole match is. */
function fromPattern(
  kind: PersonalDataKind,
  pattern: RegExp,
  accepts: (found: string, text: string, start: number) => boolean = () => true,
): Recognizer {
  return {
    kind,
    *find(text) {
      for (const match of text.matchAll(pattern)) {
        const [start, end] = match.indices?.[1] ?? [match.index, match.index + match[0].length];
        if (accepts(text.slice(start, end), text, start)) yield { kind, start, end };
      }
    },
  };
}

const secretShapes = [
  /\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?[A-Za-z0-9_-]{16,200}/g,
  /\b(?:gh[opsur]_|github_pat_|glpat-|npm_|hf_|shpat_)[A-Za-z0-9_-]{16,250}/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bAIza[A-Za-z0-9_-]{35}/g,
  /\bSG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}/g,
  // Begun once for each run of these characters, and not at every "-eyJ" inside one.
  /(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{0,40}?\b(eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,8000}(?:\.[A-Za-z0-9_-]{5,4000})?)/dg,
  /\b[Bb]earer\s{1,3}([A-Za-z0-9._~+/-]{16,2000}=*)/dg,
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=\s]{1,10000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
  /\b[a-z][a-z\d+.-]{0,20}:\/\/([^\s/@:]{1,200}:[^\s/@]{1,200})@/dgi,
  /[?&#;](?:[\w.-]{0,40}(?:token|secret|signature|password|passwd|api_?key|apikey)|key|sig|pwd|auth|code|otp|jwt|sid|session|credential|x-amz-[a-z]{1,20})=([^\s&#;"'<>)\]]{4,4000})/dgi,
];
/** "my password is …", "PIN: …": the word after it. A verb needs spaces around it: "the pin isn’t", "PIN issue" name no secret. */
const spokenSecret =
  /\b(?:password|passwort|kennwort|contraseña|clave de acceso|mot de passe|senha|palavra-passe|passcode|passphrase|pwd|pin|pin[ -]code|cvv|cvc|api[ _-]?key|secret(?:[ _-]key)?|access[ _-]token|one[- ]time code|verification code|bestätigungscode|zugangscode|código de verificación|code de vérification|código de verificação)(?:\s{1,3}(?:is|was|ist|war|lautet|es|era|est|était|é)(?:\s{0,3}[:=]\s{0,3}|\s{1,3})|\s{0,3}[:=]\s{0,3})["'`“”‘«]?([^\s"'`“”«»,;<>]{3,200})/dgiu;
/** Codes of doors, and codes without a name of four digits at least. Codes of errors, countries and offers are no secrets. */
const spokenCode =
  /(?<!\b(?:error|fault|status|response|exit|result|http|promo|promotion|promotional|discount|coupon|voucher|offer|country|area|dial|dialling|dialing|postal|post|zip|product|item|sort|color|colour|source|fehler|status|antwort|länder|vorwahl|postleit|gutschein|rabatt|produkt|erreur|statut|pays|postal|promo|remise|produit|error|estado|país|postal|promocional|descuento|producto|erro|desconto|produto)[ -]?)(?:\b|(?<=\p{L}))(?:code|codes|código|codigo|codice)(?: (?:d['’]accès|de acceso|de la puerta|de la porte|da porta|de entrada|der tür|of the (?:door|gate|safe)|for the (?:door|gate|safe)))?(?:\s{1,3}(?:is|was|ist|war|lautet|es|est|é|era)(?:\s{0,3}[:=]\s{0,3}|\s{1,3})|\s{0,3}[:=]\s{0,3})["'`“”‘«]?([*#]?\d{4,10}(?:-[A-Z\d]{1,4})?[*#]?)(?![\p{L}\p{N}])/dgiu;
/** What stands around a word in prose: brackets, also a placeholder's, Markdown's emphasis, and the end of the sentence. */
const aroundWord = /^[([*_~–—-]+|[)\].!?…:*_~’–—-]+$/gu;
/** Words as prose has them, alone or joined: "stuck", "case-sensitive", "isn’t", "expired/invalid", "4-digit". */
const proseWord =
  /^(?:\d{1,2}[-‑])?(?:\p{Lu}?\p{Ll}+|\p{Lu}+|\p{Lo}+)(?:[-‑–—/.:’…]+(?:\p{Lu}?\p{Ll}+|\p{Lu}+|\p{Lo}+))*$/u;
const measure = /^\d{1,3}(?:[.,]\d{1,2})?(?:[cmk]?m|k?g|m?l|k?v|m?a|k?w|min|h|s|%)$/i;
/** "***", "…": nothing that was said. */
const oneSign = /^([^\p{L}\p{N}])\1*$/u;
const longToken = /(?<![\w/+.-])[A-Za-z0-9_-]{28,512}(?![\w/+-])/g;

const ibanLengths: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 ' +
    'FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ' +
    'ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ' +
    'ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

export interface RecognizerOptions {
  /** Where phone numbers without a country code are from, ISO 3166 alpha-2. */
  readonly region?: string;
}

/** All recognizers, in order of precedence. */
export function createRecognizers({ region = 'US' }: RecognizerOptions = {}): Recognizer[] {
  return [
    ...secretShapes.map((pattern) => fromPattern('secret', pattern)),
    fromPattern('secret', spokenSecret, (found) => !isProse(found) && !/^https?:/i.test(found)),
    fromPattern('secret', spokenCode),
    fromPattern(
      'email',
      /(?<![\w.+-])[\p{L}\p{N}][\p{L}\p{N}._%+'-]{0,63}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}\p{L}{2,24}/gu,
    ),
    ibanRecognizer,
    fromPattern('ssn', /(?<![\d-])(?!000|666|9\d\d)\d{3}([- ])(?!00)\d\d\1(?!0000)\d{4}(?![\d-])/g),
    cardRecognizer,
    fromPattern(
      'ip',
      /(?<![\w.:-])\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)/g,
      (found, text, start) => isIPv4(found) && !isVersion(text, start),
    ),
    fromPattern(
      'ip',
      /(?<![\w:.])[\da-fA-F:]{2,39}(?:\.\d{1,3}){0,3}(?![\w:])/g,
      (found) => found.split(':').length > 2 && /\d/.test(found) && isIPv6(found),
    ),
    phoneRecognizer(region),
    // What is written like a phone number is as private when no such number was ever given out: typing errors, ranges that
    // libphonenumber does not know. With country code; 07700 900123, (020) 7946 0182; 06 12 34 56 78.
    fromPattern('phone', /(?<![\w@/+.-])\+[1-9]\d{0,2}(?:[ ()./-]{0,3}\d){7,12}(?!\w)/g),
    fromPattern(
      'phone',
      /(?<![\w@/+.,-])\(?0\d{2,4}\)?[ -]\d{3,8}(?:[ -]\d{3,4})?(?![\w-]|[.,:]\d)/g,
      (found) => digitCount(found) >= 9 && digitCount(found) <= 12,
    ),
    fromPattern('phone', /(?<![\w@/+.,-])0[1-9](?:[ .-]\d\d){4}(?![\w-]|[.,:]\d)/g),
    fromPattern('secret', longToken, looksRandom),
    fromPattern('number', /(?<![\d.])\d{9,400}(?![\d])/g),
    // Card and account numbers that do not check out (typing errors) are as private as those that do.
    fromPattern('number', /(?<![\w+.-])\d{4}(?:[ -]\d{4}){2,4}(?:[ -]\d{1,4})?(?![\w-])/g),
  ];
}

const ibanRecognizer: Recognizer = {
  kind: 'iban',
  *find(text) {
    for (const match of text.matchAll(/(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z0-9])/g)) {
      const length = ibanLengths[match[0].slice(0, 2).toUpperCase()];
      const end = length === undefined ? -1 : endOfAlphanumerics(text, match.index, length);
      if (end === -1 || /[A-Za-z0-9]/.test(text[end] ?? '')) continue;
      if (hasIbanChecksum(text.slice(match.index, end).replace(/[ -]/g, '')))
        yield { kind: 'iban', start: match.index, end };
    }
  },
};

function endOfAlphanumerics(text: string, start: number, count: number): number {
  let seen = 0;
  for (let index = start; index < text.length && index < start + count * 2; index += 1) {
    const character = text[index]!;
    if (/[A-Za-z0-9]/.test(character)) seen += 1;
    else if (!/[ -]/.test(character)) return -1;
    if (seen === count) return index + 1;
  }
  return -1;
}

/** ISO 13616: moved to the end, letters as 10 to 35, remainder 1 by 97. */
function hasIbanChecksum(iban: string): boolean {
  let remainder = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

const cardRecognizer: Recognizer = {
  kind: 'card',
  *find(text) {
    for (const match of text.matchAll(/(?<![\d.])\d+(?:[ -]\d+)*/g)) {
      const groups = [...match[0].matchAll(/\d+/g)].map(({ 0: digits, index }) => ({
        digits,
        start: match.index + index,
      }));
      for (let first = 0; first < groups.length; ) {
        const last = lastGroupOfCard(groups, first, text);
        if (last === -1) first += 1;
        else {
          yield {
            kind: 'card',
            start: groups[first]!.start,
            end: groups[last]!.start + groups[last]!.digits.length,
          };
          first = last + 1;
        }
      }
    }
  },
};

/** The longest row of groups from `first` that is a card number, or -1. Numbers may stand beside it with nothing but a space between. */
function lastGroupOfCard(
  groups: readonly { digits: string; start: number }[],
  first: number,
  text: string,
): number {
  const start = groups[first]!.start;
  if (/[0+]/.test(text[start]! + (text[start - 1] ?? ''))) return -1;
  let digits = '';
  let found = -1;
  for (let last = first; last < groups.length; last += 1) {
    const group = groups[last]!.digits;
    // Grouped as 4-4-4-4, 4-6-5, 6-13 and the like; other groups belong to dates, times and columns of figures.
    if (last > first && (![4, 6].includes(groups[first]!.digits.length) || group.length < 3)) break;
    if (digits.length + group.length > 19) break;
    digits += group;
    if (digits.length >= 12 && hasLuhnChecksum(digits)) found = last;
  }
  return found;
}

/** ISO/IEC 7812-1, annex B. */
function hasLuhnChecksum(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    let digit = Number(digits[digits.length - 1 - index]);
    if (index % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 === 0;
}

/** libphonenumber only sees short stretches around digits: it is exact, but slow on long texts. */
function phoneRecognizer(region: string): Recognizer {
  return {
    kind: 'phone',
    *find(text) {
      for (const match of text.matchAll(
        /(?<![\w@/])(?:\+|\(?\d)(?:[\d()./–-]|[ \u00A0](?! )){5,32}\d(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?!\w)/g,
      )) {
        const from = match.index;
        for (const { startsAt, endsAt } of phonesIn(match[0], region)) {
          yield { kind: 'phone', start: from + startsAt, end: from + endsAt };
        }
      }
    },
  };
}

interface PhoneRange {
  readonly startsAt: number;
  readonly endsAt: number;
}

/** What libphonenumber finds; then, because it gives up when two numbers stand side by side, what it finds in each. */
function phonesIn(text: string, region: string): PhoneRange[] {
  // No number is written in more groups; rows of single digits would cost much and are none.
  if ((text.match(/\d+/g)?.length ?? 0) > 9) return [];
  const whole = findIn(text, 0, region);
  // E.164: at most 15 digits in one number.
  if (digitCount(text) <= 15) return whole;
  for (const { index } of text.matchAll(/ /g)) {
    if (whole.length > 1 || digitCount(text.slice(0, index)) < 7 || digitCount(text.slice(index)) < 7)
      continue;
    const halves = [...findIn(text.slice(0, index), 0, region), ...findIn(text.slice(index), index, region)];
    if (halves.length > 1) return halves;
  }
  return whole;
}

function findIn(text: string, offset: number, region: string): PhoneRange[] {
  if (digitCount(text) < 7) return [];
  return findPhoneNumbersInText(text, region as CountryCode).map(({ startsAt, endsAt }) => ({
    startsAt: startsAt + offset,
    endsAt: endsAt + offset,
  }));
}

function digitCount(text: string): number {
  return text.replace(/\D/g, '').length;
}

function isVersion(text: string, start: number): boolean {
  return /(?:\bv|version|firmware|release|build|beta|update|upgraded? to)[\s.:(]{0,3}$|(?:^|\n)#{1,6} $/i.test(
    text.slice(Math.max(0, start - 16), start),
  );
}

/** A password may be an ordinary word, too; taken for one, half of what is said about pins and passwords would be gone. */
function isProse(found: string): boolean {
  const word = found.replace(aroundWord, '');
  return oneSign.test(found) || proseWord.test(word) || measure.test(word);
}

/** Keys mix cases and digits; words, identifiers and paths do not. Hexadecimal digests count. */
function looksRandom(token: string): boolean {
  const digits = token.replace(/\D/g, '').length;
  if (/^[\da-f-]+$/i.test(token))
    return digits >= 6 && /[a-f]/i.test(token) && !/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(token);
  return digits >= 3 && /[a-z]/.test(token) && /[A-Z]/.test(token) && !/[-_][a-z]{4,}[-_]/.test(token);
}
