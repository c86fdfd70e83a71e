// The passages of a generation by their row. A large knowledge base keeps them as the bytes of its files and reads one when it is asked for:
// objects of a million passages take gigabytes and half a minute to make.
import { LRUCache } from 'lru-cache';
import { type Chunk, chunkOf, type Document, type DocumentMetadata, documentFacts } from '#core/document.ts';
import { type ChunkRecord, documentNumberAt, eachLine, metadataAt, parseLine } from './chunk-records.ts';

/** What is known of a document without its text. */
export type DocumentFacts = Pick<
  Chunk,
  'documentId' | 'source' | 'kind' | 'audience' | 'language' | 'url' | 'updated' | 'version' | 'supersededBy'
> &
  Pick<DocumentMetadata, 'articles'>;

export interface Passages {
  readonly size: number;
  at(row: number): Chunk;
  /** Of each row, the number of its document. */
  readonly documentOf: Uint32Array;
  /** By number. */
  readonly facts: readonly DocumentFacts[];
  /** Rows of a document, by its number; ascending. */
  rowsOf(document: number): Uint32Array;
  document(id: string): Document | undefined;
}

/** In memory already. */
export function passagesOf(chunks: readonly Chunk[], documents: readonly Document[] = []): Passages {
  const byId = new Map(documents.map((document) => [document.id, document]));
  const numbers = new Map<string, number>();
  const facts: DocumentFacts[] = [];
  const documentOf = Uint32Array.from(chunks, (chunk) => {
    const known = numbers.get(chunk.documentId);
    if (known !== undefined) return known;
    const { metadata } = byId.get(chunk.documentId) ?? {};
    numbers.set(chunk.documentId, facts.length);
    return facts.push(factsOf(chunk.documentId, { ...chunk, articles: metadata?.articles })) - 1;
  });
  return {
    size: chunks.length,
    at: (row) => chunks[row]!,
    documentOf,
    facts,
    rowsOf: rowsByNumber(documentOf, facts.length),
    document: (id) => byId.get(id),
  };
}

/** Characters of documents that were read last; a passage of them is found without reading again. */
const keptCharacters = 16_000_000;

/** From the bytes of documents.jsonl and chunks.jsonl. */
export function passagesIn(documentBytes: Uint8Array, chunkBytes: Uint8Array): Passages {
  const documentLines = eachLine(documentBytes);
  const chunkLines = eachLine(chunkBytes);
  const facts = Array.from({ length: documentLines.count }, (_, number) => {
    const { id, metadata } = metadataAt(documentLines.line(number));
    return factsOf(id, metadata);
  });
  const numbers = new Map(facts.map(({ documentId }, number) => [documentId, number]));
  const documentOf = new Uint32Array(chunkLines.count);
  for (let row = 0; row < documentOf.length; row++) documentOf[row] = documentNumberAt(chunkLines.line(row));
  const read = new LRUCache<number, Document>({
    maxSize: keptCharacters,
    sizeCalculation: ({ pageContent }) => pageContent.length + 1,
  });
  const documentAt = (number: number): Document => {
    const known = read.get(number) ?? parseLine<Document>(documentLines.line(number));
    read.set(number, known);
    return known;
  };
  return {
    size: chunkLines.count,
    at(row) {
      const { document, ...place } = parseLine<ChunkRecord>(chunkLines.line(row));
      return chunkOf(documentAt(document), place);
    },
    documentOf,
    facts,
    rowsOf: rowsByNumber(documentOf, facts.length),
    document(id) {
      const number = numbers.get(id);
      return number === undefined ? undefined : documentAt(number);
    },
  };
}

function factsOf(documentId: string, known: Facts): DocumentFacts {
  const { articles } = known;
  return { ...documentFacts(documentId, known), ...(articles === undefined ? {} : { articles }) };
}

type Facts = {
  readonly [Field in keyof Omit<DocumentFacts, 'documentId'>]: DocumentFacts[Field] | undefined;
} & Pick<DocumentFacts, 'source' | 'kind' | 'audience' | 'language'>;

/** By a number below `count` that each row has. Compressed sparse rows: those of number `n` are `rows[starts[n] … starts[n + 1])`. */
export function rowsByNumber(numberOf: Uint32Array, count: number): (number: number) => Uint32Array {
  const starts = new Uint32Array(count + 1);
  for (const number of numberOf) starts[number + 1]!++;
  for (let number = 0; number < count; number++) starts[number + 1]! += starts[number]!;
  const next = starts.slice();
  const rows = new Uint32Array(numberOf.length);
  for (const [row, number] of numberOf.entries()) rows[next[number]!++] = row;
  return (number) => rows.subarray(starts[number], starts[number + 1]);
}
