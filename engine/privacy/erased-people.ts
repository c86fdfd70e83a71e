// What ingestion asks: whose record this is, as hashes, and whether that person was erased. So nobody comes back with the next run over
// the same source, and a person's records are found again although their texts are redacted.
import { openAddressHashes, readErased } from './privacy-folder.ts';

export interface ErasedPeople {
  readonly hashOf: (address: string) => string;
  readonly isErased: (hash: string) => boolean;
  /** The text without the e-mail addresses of people who were erased. */
  readonly without: (text: string) => string;
}

const emails = /[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}[\p{L}]{2,24}/gu;

export function openErasedPeople(dataDir: string): ErasedPeople {
  const { hashOf } = openAddressHashes(dataDir);
  const erased = readErased(dataDir);
  return {
    hashOf,
    isErased: (hash) => erased.has(hash),
    without: (text) =>
      erased.size === 0
        ? text
        : text.replace(emails, (found) => (erased.has(hashOf(found)) ? '[email]' : found)),
  };
}

/** Addresses that stand in a text. */
export function emailsIn(text: string): readonly string[] {
  return text.includes('@') ? [...text.matchAll(emails)].map(([found]) => found) : [];
}
