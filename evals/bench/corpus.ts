// Texts to measure with: the sample company's articles, their sentences shuffled into as many passages as asked for, so that
// lengths and words are those of a real help centre and every run sees the same ones.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Chunk, chunkContext, type Document } from '#core/document.ts';
import { splitSentences } from '#core/sentences.ts';

export interface BenchCorpus {
  readonly documents: readonly Document[];
  readonly chunks: readonly Chunk[];
  readonly texts: readonly string[];
  readonly queries: readonly string[];
}

const wordsPerChunk = 110;

export async function makeCorpus(size: number): Promise<BenchCorpus> {
  const sentences = (await articleTexts('data/knowledge')).flatMap((text) =>
    splitSentences(text)
      .map(({ start, end }) => text.slice(start, end).replace(/\s+/g, ' '))
      .filter((sentence) => /\w+ \w+ \w+/.test(sentence)),
  );
  const random = randomFrom(42);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const documents: Document[] = [];
  const chunks: Chunk[] = [];
  for (let index = 0; index < size; index++) {
    const parts: string[] = [];
    for (let words = 0; words < wordsPerChunk; words += parts.at(-1)!.split(' ').length)
      parts.push(pick(sentences));
    const pageContent = parts.join(' ');
    const id = `bench-${index}`;
    const metadata = {
      source: 'bench',
      kind: 'article',
      title: pick(sentences).split(' ').slice(0, 6).join(' '),
      audience: 'customer',
      language: 'en',
    } as const;
    documents.push({ id, pageContent, metadata });
    chunks.push({
      id: `${id}#0`,
      documentId: id,
      ordinal: 0,
      headingPath: [],
      text: pageContent,
      start: 0,
      end: pageContent.length,
      ...metadata,
    });
  }
  const golden = (await readFile('data/evals/golden.jsonl', 'utf8')).trim().split('\n');
  const queries = golden.map((line) => JSON.parse(line).turns.at(-1).text as string);
  return { documents, chunks, texts: chunks.map(chunkContext), queries };
}

async function articleTexts(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.md')).sort();
  return Promise.all(
    names.map(async (name) =>
      (await readFile(join(folder, name), 'utf8')).replace(/^---[\s\S]*?\n---\n/, ''),
    ),
  );
}

/** Park-Miller. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
