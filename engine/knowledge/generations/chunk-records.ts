// Documents, chunks and answer cards as JSON lines. A chunk's text and metadata are its document's, so only its place in the document is written:
// small files, and in memory the chunk texts share the document's characters.
import type { AnswerCard } from '#core/answer-card.ts';
import { type Chunk, type ChunkPlace, chunkOf, type Document } from '#core/document.ts';
import { AppError } from '#core/errors.ts';

interface ChunkRecord extends ChunkPlace {
  /** Position of the document in documents.jsonl. */
  readonly document: number;
}

const pieceLength = 1 << 20;

export function* serializeDocuments(documents: readonly Document[]): Generator<Uint8Array> {
  yield* serializeLines(documents);
}

/** Throws `bad-input` if a chunk is not a passage of one of the documents, word for word, or an id is there twice. */
export function* serializeChunks(
  documents: readonly Document[],
  chunks: readonly Chunk[],
): Generator<Uint8Array> {
  const positions = new Map(documents.map(({ id }, position) => [id, position]));
  if (positions.size !== documents.length) throw new AppError('bad-input', 'Two documents have the same id.');
  if (new Set(chunks.map(({ id }) => id)).size !== chunks.length) {
    throw new AppError('bad-input', 'Two chunks have the same id.');
  }
  yield* serializeLines(
    chunks.map((chunk): ChunkRecord => {
      const position = positions.get(chunk.documentId);
      const { id, ordinal, start, end, headingPath, blocks } = chunk;
      const place = { id, document: position ?? -1, ordinal, start, end, headingPath };
      const record = { ...place, ...(blocks !== undefined && { blocks }) };
      if (position === undefined || !sameChunk(chunk, toChunk(record, documents[position]!))) {
        throw new AppError('bad-input', `Chunk ${id} is not a passage of its document ${chunk.documentId}.`);
      }
      return record;
    }),
  );
}

/** Throws `bad-input` if an id is there twice. */
export function* serializeCards(cards: readonly AnswerCard[]): Generator<Uint8Array> {
  if (new Set(cards.map(({ id }) => id)).size !== cards.length)
    throw new AppError('bad-input', 'Two answer cards have the same id.');
  yield* serializeLines(cards);
}

export function parseCards(bytes: Uint8Array): AnswerCard[] {
  return parseLines<AnswerCard>(bytes);
}

export function parseDocuments(bytes: Uint8Array): Document[] {
  return parseLines<Document>(bytes);
}

export function parseChunks(bytes: Uint8Array, documents: readonly Document[]): Chunk[] {
  return parseLines<ChunkRecord>(bytes).map((record) => toChunk(record, documents[record.document]!));
}

function toChunk({ document: _position, ...place }: ChunkRecord, document: Document): Chunk {
  return chunkOf(document, place);
}

function sameChunk(a: Chunk, b: Chunk): boolean {
  const fields = [
    'documentId',
    'title',
    'text',
    'source',
    'kind',
    'audience',
    'language',
    'url',
    'updated',
    'version',
    'supersededBy',
  ] as const;
  return fields.every((field) => a[field] === b[field]);
}

function* serializeLines(records: readonly unknown[]): Generator<Uint8Array> {
  let piece = '';
  for (const record of records) {
    piece += `${JSON.stringify(record)}\n`;
    if (piece.length < pieceLength) continue;
    yield Buffer.from(piece);
    piece = '';
  }
  yield Buffer.from(piece);
}

/** Line by line, because a whole file may be longer than a string can be. */
function parseLines<T>(bytes: Uint8Array): T[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: T[] = [];
  for (let start = 0; start < buffer.length; ) {
    const newline = buffer.indexOf(10, start);
    const end = newline < 0 ? buffer.length : newline;
    records.push(JSON.parse(buffer.toString('utf8', start, end)) as T);
    start = end + 1;
  }
  return records;
}
