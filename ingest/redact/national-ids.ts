// Numbers that a state or a maker gives out and that check out by themselves, wherever they stand.
import type { PersonalDataKind, Recognizer } from './redact.ts';

interface Scheme {
  readonly kind: PersonalDataKind;
  readonly pattern: RegExp;
  /** `sign` has no separators and is in capitals. */
  readonly checksOut: (sign: string) => boolean;
}

const dniLetters = 'TRWAGMYFPDXBNJZSQVHLCKE';
const residentIdWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** Each of bounded length and without repeats inside repeats. */
const schemes: readonly Scheme[] = [
  // Spain: DNI and NIE, a letter by the remainder of 23.
  {
    kind: 'id',
    pattern: /(?<![\p{L}\p{N}])(?:\d{8}|[XYZxyz]-?\d{7})[- ]?[A-Za-z](?![\p{L}\p{N}])/gu,
    checksOut: (sign) =>
      dniLetters[
        Number(sign.slice(0, -1).replace(/^[XYZ]/, (first) => String('XYZ'.indexOf(first)))) % 23
      ] === sign.at(-1),
  },
  // France: NIR, two digits at the end by the remainder of 97.
  {
    kind: 'id',
    pattern:
      /(?<![\p{L}\p{N}])[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?\d[\dAB] ?\d{3} ?\d{3} ?\d\d(?![\p{L}\p{N}])/gu,
    checksOut: (sign) => {
      const number = Number(sign.slice(0, 13).replace('2A', '19').replace('2B', '18'));
      return 97 - (number % 97) === Number(sign.slice(13));
    },
  },
  // Brazil: CPF, two check digits.
  {
    kind: 'id',
    pattern: /(?<![\p{L}\p{N}])\d{3}\.\d{3}\.\d{3}-\d\d(?![\p{L}\p{N}])/gu,
    checksOut: (sign) => [9, 10].every((count) => cpfDigit(sign.slice(0, count)) === Number(sign[count])),
  },
  // China: resident identity number, GB 11643.
  {
    kind: 'id',
    pattern: /(?<![\p{Script=Latin}\p{N}])[1-9]\d{16}[\dXx](?![\p{Script=Latin}\p{N}])/gu,
    checksOut: (sign) =>
      '10X98765432'[
        residentIdWeights.reduce((sum, weight, at) => sum + weight * Number(sign[at]), 0) % 11
      ] === sign[17],
  },
  // United Kingdom: National Insurance number. It has no checksum, but letters that are never given out.
  {
    kind: 'id',
    pattern:
      /(?<![\p{L}\p{N}])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D](?![\p{L}\p{N}])/gu,
    checksOut: (sign) => !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(sign),
  },
  // Mexico: CURP. Its form says sex, state and date of birth.
  {
    kind: 'id',
    pattern: /(?<![\p{L}\p{N}])[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z\d]\d(?![\p{L}\p{N}])/gu,
    checksOut: () => true,
  },
  // Vehicles: the identification number of ISO 3779 knows no I, O and Q; it has letters and ends in digits.
  {
    kind: 'vehicle',
    pattern: /(?<![\p{L}\p{N}])[A-HJ-NPR-Z\d]{13}\d{4}(?![\p{L}\p{N}])/gu,
    checksOut: (sign) => /[A-Z].*[A-Z]/.test(sign) && /\d/.test(sign.slice(0, 13)),
  },
  // Network cards.
  {
    kind: 'device',
    pattern: /(?<![\p{L}\p{N}:-])(?:[\da-fA-F]{2}[:-]){5}[\da-fA-F]{2}(?![\p{L}\p{N}:-])/gu,
    checksOut: () => true,
  },
];

function cpfDigit(digits: string): number {
  const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * (digits.length + 1 - at), 0);
  return ((sum * 10) % 11) % 10;
}

export const nationalIdRecognizers: readonly Recognizer[] = schemes.map(({ kind, pattern, checksOut }) => ({
  kind,
  *find(text) {
    for (const { 0: found, index: start } of text.matchAll(pattern)) {
      if (checksOut(found.replace(/[ .:-]/g, '').toUpperCase()))
        yield { kind, start, end: start + found.length };
    }
  },
}));
