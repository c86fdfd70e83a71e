// No text makes ingestion do more than a linear amount of work.
import { expect, it } from 'vitest';
import type { Document } from '#core/document.ts';
import { readBlocks } from '#core/text-blocks.ts';
import { chunkDocument } from './chunk/chunk.ts';
import { cleanText, tidyWhitespace } from './clean/clean.ts';
import { plainTurn } from './clean/transcript.ts';
import { parsePlainText } from './parse/plain-text.ts';
import { cpuRatio } from './testing/cpu-ratio.ts';

const metadata = { source: 's', kind: 'article', title: 'T', audience: 'customer', language: 'en' } as const;
const documentOf = (pageContent: string): Document => ({ id: 'd', pageContent, metadata });

const functions: Record<string, (text: string) => unknown> = {
  cleanText,
  tidyWhitespace,
  parsePlainText,
  plainTurn,
  readBlocks,
  chunkDocument: (text) => chunkDocument(documentOf(text)),
};

it.each(
  Object.keys(functions).flatMap((name) =>
    ['#', '$', '\n', ' ', '\t', '[', '- ', '. ', '@a '].map((unit) => [name, unit] as const),
  ),
)('%s of many %j', (name, unit) => {
  expect(cpuRatio(functions[name]!, unit)).toBeLessThan(3.5);
});
