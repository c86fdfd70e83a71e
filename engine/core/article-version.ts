// Articles that a newer version replaces: they answer only whoever asks for that version.
import type { Chunk } from './document.ts';

type Versioned = Pick<Chunk, 'supersededBy' | 'version' | 'updated'>;

const anyOlder =
  /\b(?:old(?:er)?|previous|earlier|former|legacy|archived|outdated) (?:versions?|releases?|editions?|articles?|prices?)\b/i;

/** "in version 2", "v2.1", "2022"; an article without a version is named by the year of its last change. */
export function namesVersion(question: string, { version, updated }: Versioned): boolean {
  if (anyOlder.test(question)) return true;
  const name = version ?? updated?.slice(0, 4);
  if (name === undefined) return false;
  const escaped = name.replace(/[^\p{L}\p{N}]/gu, '\\$&');
  // A bare "2" may be anything.
  const needsWord = /^\d{1,3}$/.test(name);
  const lead = needsWord ? '(?:version|ver|release|edition|v)[ .]?' : '(?:v\\.?)?';
  return new RegExp(`(?<![\\p{L}\\p{N}.])${lead}${escaped}(?:\\.0)*(?![\\p{L}\\p{N}]|[.,]\\d)`, 'iu').test(
    question,
  );
}

/** Whether a passage may answer at all. */
export function isInForce(chunk: Versioned, question: string): boolean {
  return chunk.supersededBy === undefined || namesVersion(question, chunk);
}

/** Where an older version is asked for, its article's other versions do not answer. */
export function asVersionsNamed<
  Ranked extends { readonly chunk: Pick<Chunk, 'documentId' | 'supersededBy'> },
>(ranked: readonly Ranked[]): readonly Ranked[] {
  const named = new Set(ranked.flatMap(({ chunk }) => chunk.supersededBy ?? []));
  return named.size === 0 ? ranked : ranked.filter(({ chunk }) => !named.has(chunk.documentId));
}
