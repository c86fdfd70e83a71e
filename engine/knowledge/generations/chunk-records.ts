// Documents, chunks, answer cards and written questions as JSON lines. A chunk's text and metadata are its document's, so only its place in the document is written:
// small files, and in memory the chunk texts share the document's characters.
import type { AnswerCard } from '#core/answer-card.ts';
import { type Chunk, type ChunkPlace, chunkOf, type Document } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import type { SettledQuestions } from '#core/section-questions.ts';

export interface ChunkRecord extends ChunkPlace {
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
  yield* serializeLines(records());

  function* records(): Generator<ChunkRecord> {
    for (const chunk of chunks) {
      const position = positions.get(chunk.documentId);
      const { id, ordinal, start, end, headingPath, blocks } = chunk;
      const place = { id, document: position ?? -1, ordinal, start, end, headingPath };
      const record = { ...place, ...(blocks !== undefined && { blocks }) };
      if (position === undefined || !sameChunk(chunk, toChunk(record, documents[position]!))) {
        throw new AppError('bad-input', `Chunk ${id} is not a passage of its document ${chunk.documentId}.`);
      }
      yield record;
    }
  }
}

/** Throws `bad-input` if an id is there twice. */
export function* serializeCards(cards: readonly AnswerCard[]): Generator<Uint8Array> {
  if (new Set(cards.map(({ id }) => id)).size !== cards.length)
    throw new AppError('bad-input', 'Two answer cards have the same id.');
  yield* serializeLines(cards);
}

/** Throws `bad-input` if a passage that questions are said to be for is not one of their article. */
export function* serializeQuestions(
  questions: readonly SettledQuestions[],
  chunks: readonly Chunk[],
): Generator<Uint8Array> {
  for (const { documentId, passages } of questions)
    if (passages.some((row) => chunks[row]?.documentId !== documentId))
      throw new AppError('bad-input', `Questions for ${documentId} are for passages of something else.`);
  yield* serializeLines(questions);
}

export function parseQuestions(bytes: Uint8Array): SettledQuestions[] {
  return parseLines<SettledQuestions>(bytes);
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

function* serializeLines(records: Iterable<unknown>): Generator<Uint8Array> {
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
  const { count, line } = eachLine(bytes);
  return Array.from({ length: count }, (_, number) => parseLine<T>(line(number)));
}

export interface Lines {
  readonly count: number;
  /** A view, not a copy. */
  line(number: number): Buffer;
}

/** Where each line of the bytes is. An unfinished last line counts. */
export function eachLine(bytes: Uint8Array): Lines {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (let at = buffer.indexOf(newline); at >= 0; at = buffer.indexOf(newline, at + 1)) count++;
  if (buffer.length > 0 && buffer.at(-1) !== newline) count++;
  // More than 32 bits: a file may be longer than 4 GiB.
  const ends = new Float64Array(count);
  let start = 0;
  for (let number = 0; number < count; number++) {
    const end = buffer.indexOf(newline, start);
    ends[number] = end < 0 ? buffer.length : end;
    start = ends[number]! + 1;
  }
  return {
    count,
    line: (number) => buffer.subarray(number === 0 ? 0 : ends[number - 1]! + 1, ends[number]),
  };
}

const newline = 10;

export function parseLine<T>(line: Buffer): T {
  return JSON.parse(line.toString('utf8')) as T;
}

// Between quotes JSON has no quote without a backslash before it, so these stand where they are written and nowhere in a text.
const beforeDocument = Buffer.from('","document":');
const beforeText = Buffer.from('","pageContent":"');
const beforeMetadata = Buffer.from('","metadata":');
const comma = 44;

/** Position of the document in documents.jsonl, without reading the rest of the line. */
export function documentNumberAt(chunkLine: Buffer): number {
  const start = chunkLine.indexOf(beforeDocument);
  if (start < 0) return parseLine<ChunkRecord>(chunkLine).document;
  let number = 0;
  for (let at = start + beforeDocument.length; at < chunkLine.length && chunkLine[at] !== comma; at++)
    number = number * 10 + chunkLine[at]! - 48;
  return number;
}

/** The document without its text. */
export function metadataAt(documentLine: Buffer): Pick<Document, 'id' | 'metadata'> {
  const text = documentLine.indexOf(beforeText);
  const metadata = text < 0 ? -1 : documentLine.indexOf(beforeMetadata, text + beforeText.length - 1);
  // In another order, or with more than these: another program wrote it.
  if (metadata < 0) return parseLine<Document>(documentLine);
  const { id } = JSON.parse(`${documentLine.toString('utf8', 0, text)}"}`) as { id: string };
  const rest = documentLine.toString('utf8', metadata + 2);
  return { id, ...(JSON.parse(`{${rest}`) as { metadata: Document['metadata'] }) };
}
