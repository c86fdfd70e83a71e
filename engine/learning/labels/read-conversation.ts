// What models make of a conversation: its language, what each turn of the customer does, the vector of the problem, the nearest article.
import type { ActReader } from '#chat/understand/read-acts.ts';
import type { Chunk } from '#core/document.ts';
import { cosinesWith, type VectorMatrix } from '#core/vector-matrix.ts';
import { createLanguageDetector } from '#models/language/language-detector.ts';
import type { ConversationRecord, NearestArticle, ReadConversation } from './conversation-record.ts';
import type { LabellingFunction } from './labelling-function.ts';
import { customerText } from './vote-sentiment.ts';

/** ISO 639-1, those that support desks write in. */
const languages = 'ar bg cs de el en es fr he hi hu id it ja ko nl pl pt ro ru sv th tr uk vi zh'.split(' ');
export const detectLanguage = createLanguageDetector(languages);

/** Passages of articles for customers, with their vectors. */
export interface ArticlePassages {
  readonly chunks: readonly Pick<Chunk, 'documentId'>[];
  readonly vectors: VectorMatrix;
}

/** Turns of a customer whose acts are read; what comes after says no more. */
const turnsRead = 30;

export function readConversation(
  record: ConversationRecord,
  {
    acts,
    articles,
    vector,
  }: {
    readonly acts: ActReader;
    readonly articles?: ArticlePassages | undefined;
    readonly vector?: Float32Array | undefined;
  },
): ReadConversation {
  const turns = record.turns.filter(({ author }) => author === 'customer');
  const read = turns.length > turnsRead ? [...turns.slice(0, turnsRead - 1), turns.at(-1)!] : turns;
  const nearest = vector && articles && nearestArticle(articles, vector);
  return {
    ...record,
    language: record.statedLanguage ?? detectLanguage(customerText(record)) ?? 'und',
    acts: read.map(({ text }) => acts.read(text)),
    ...(vector ? { vector } : {}),
    ...(nearest ? { nearest } : {}),
  };
}

export function nearestArticle(
  { chunks, vectors }: ArticlePassages,
  vector: Float32Array,
): NearestArticle | undefined {
  if (vectors.size === 0) return undefined;
  const cosines = cosinesWith(vectors, vector);
  let best = 0;
  for (let row = 1; row < cosines.length; row++) if (cosines[row]! > cosines[best]!) best = row;
  return { documentId: chunks[best]!.documentId, cosine: Math.round(cosines[best]! * 1e4) / 1e4 };
}

export const languageFunctions: readonly LabellingFunction[] = [
  {
    name: 'stated',
    kind: 'language',
    vote: ({ statedLanguage }) =>
      statedLanguage === undefined || statedLanguage === 'und'
        ? undefined
        : { value: statedLanguage, confidence: 0.9 },
  },
  {
    name: 'words',
    kind: 'language',
    vote(conversation) {
      const found = detectLanguage(customerText(conversation));
      return found === undefined ? undefined : { value: found, confidence: 0.92 };
    },
  },
];
