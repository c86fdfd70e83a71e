// Codes that stand for one thing and for nothing beside it: E4, F-1043, 0x80070490, ERR_TLS_CERT.
import { withoutMarkup } from './inline-markup.ts';

/** Short letters with a number, hexadecimal numbers, and words in capitals joined by underscores. Order numbers are longer. */
const code =
  /(?<![\p{L}\p{N}_.-])(?:0x[0-9a-f]{4,16}|\p{L}{1,4}-?\d{1,5}|[A-Z][A-Z0-9]{1,30}(?:_[A-Z0-9]{1,30}){1,8})(?![\p{L}\p{N}_-])/giu;

/** In capitals and without hyphens, each once: "e-1034" is E1034. */
export function codesIn(text: string): string[] {
  const found = Array.from(withoutMarkup(text).matchAll(code), ([match]) => match)
    // In lower case, words joined by underscores are names of files and fields.
    .filter((match) => !match.includes('_') || match === match.toUpperCase());
  return [...new Set(found.map((match) => match.replaceAll('-', '').toUpperCase()))];
}

/** Codes of one family begin alike: E4 and E99, ERR_A and ERR_B. */
export function familyOf(code: string): string {
  return code.startsWith('0X') ? '0X' : /^\p{L}+/u.exec(code)![0];
}
