// The file of a BM25 index: header of six 32-bit numbers, offsets, rows, scores, idf, then the terms as UTF-8 lines. Little-endian, as all
// supported processors.
import { AppError } from '#core/errors.ts';

/**
 * Postings in compressed sparse rows: those of term `t` are `rows[offsets[t] … offsets[t + 1])`, ascending, with the term's whole
 * contribution to each row's score computed at build time, so a query only adds (eager scoring, BM25S, arXiv 2407.03618).
 */
export interface Bm25Data {
  /** Number of rows. */
  readonly size: number;
  readonly terms: readonly string[];
  readonly offsets: Uint32Array;
  readonly rows: Uint32Array;
  readonly scores: Float32Array;
  /** Inverse document frequency of each term. */
  readonly idf: Float32Array;
}

const magic = 0x35_32_4d_42; // "BM25" as it lies in a little-endian file
const formatVersion = 1;
const headerLength = 6;

export interface Bm25Counts {
  readonly size: number;
  readonly terms: number;
  readonly postings: number;
  /** Bytes. */
  readonly vocabulary: number;
}

export function bm25Header({ size, terms, postings, vocabulary }: Bm25Counts): Uint8Array {
  return new Uint8Array(Uint32Array.of(magic, formatVersion, size, terms, postings, vocabulary).buffer);
}

/** Views into `bytes`, nothing copied. Throws `knowledge-base-damaged` if the bytes are not a complete index. */
export function parseBm25(bytes: Uint8Array): Bm25Data {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const { buffer, byteOffset, byteLength } = aligned;
  if (byteLength < headerLength * 4) throw damaged('it is too short');
  const [mark, version, size, termCount, postingCount, vocabularyLength] = new Uint32Array(
    buffer,
    byteOffset,
    headerLength,
  );
  if (mark !== magic || version !== formatVersion) throw damaged('its header is unknown');
  const words = headerLength + (termCount! + 1) + 2 * postingCount! + termCount!;
  if (byteLength !== words * 4 + vocabularyLength!) throw damaged('its length is wrong');
  let at = byteOffset + headerLength * 4;
  const take = (length: number) => {
    const start = at;
    at += length * 4;
    return start;
  };
  const offsets = new Uint32Array(buffer, take(termCount! + 1), termCount! + 1);
  const rows = new Uint32Array(buffer, take(postingCount!), postingCount);
  const scores = new Float32Array(buffer, take(postingCount!), postingCount);
  const idf = new Float32Array(buffer, take(termCount!), termCount);
  const vocabulary = new TextDecoder().decode(new Uint8Array(buffer, at, vocabularyLength));
  const terms = termCount === 0 ? [] : vocabulary.split('\n');
  if (terms.length !== termCount || offsets[termCount!] !== postingCount)
    throw damaged('its vocabulary is incomplete');
  return { size: size!, terms, offsets, rows, scores, idf };
}

function damaged(why: string): AppError {
  return new AppError(
    'knowledge-base-damaged',
    `The BM25 index cannot be read: ${why}. Ingest again to rebuild it.`,
  );
}
