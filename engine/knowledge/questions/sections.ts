// The sections of articles, as their passages have them, and which of them written questions belong to.
import { createHash } from 'node:crypto';
import type { Chunk } from '#core/document.ts';
import type { AnswerPlace, SectionQuestions, SettledQuestions } from '#core/section-questions.ts';
import { rangeOfWords } from './range-of-words.ts';

export interface Section {
  readonly documentId: string;
  readonly headingPath: readonly string[];
  /** Rows; a long section has several. */
  readonly passages: readonly number[];
  /** `sectionHash` of its text. */
  readonly hash: string;
}

/** Of all passages, or of the articles named. */
export function sectionsOf(chunks: readonly Chunk[], documents?: ReadonlySet<string>): Section[] {
  const rows = new Map<string, number[]>();
  for (const [row, { documentId, headingPath }] of chunks.entries()) {
    if (documents && !documents.has(documentId)) continue;
    const key = sectionKey(documentId, headingPath);
    const known = rows.get(key);
    if (known) known.push(row);
    else rows.set(key, [row]);
  }
  return Array.from(rows.values(), (passages) => {
    const { documentId, headingPath } = chunks[passages[0]!]!;
    return {
      documentId,
      headingPath,
      passages,
      hash: sectionHash(passages.map((row) => chunks[row]!.text).join('\n')),
    };
  });
}

/** Start of the SHA-256. Where a text is cut into passages and lines does not count. */
export function sectionHash(text: string): string {
  return createHash('sha256').update(text.replace(/\s+/g, ' ').trim()).digest('hex').slice(0, 16);
}

/** In capitals or not, headings are the same. */
export function sectionKey(documentId: string, headingPath: readonly string[]): string {
  return JSON.stringify([
    documentId,
    ...headingPath.map((heading) => heading.replace(/\s+/g, ' ').trim().toLowerCase()),
  ]);
}

/**
 * In the same order. `chunks`: all passages of the generation. A short section stands in a passage with its neighbour, below the headings
 * that both have: its questions are for that passage.
 */
export function settleQuestions(
  questions: readonly SectionQuestions[],
  chunks: readonly Chunk[],
): SettledQuestions[] {
  if (questions.length === 0) return [];
  const documents = new Set(questions.map(({ documentId }) => documentId));
  const sections = new Map(
    sectionsOf(chunks, documents).map((section) => [
      sectionKey(section.documentId, section.headingPath),
      section,
    ]),
  );
  return questions.map(({ source, documentId, headingPath, questions: texts, answers, of }) => {
    const section =
      sections.get(sectionKey(documentId, headingPath)) ??
      sectionAround({ documentId, headingPath }, { sections, chunks });
    const state =
      section === undefined ? 'unmatched' : of === undefined || of === section.hash ? 'used' : 'changed';
    const passages = state === 'used' ? section!.passages : [];
    const places = answers?.map((words) => placesOf(words, passages, chunks));
    return {
      source,
      documentId,
      headingPath,
      questions: texts,
      ...(answers === undefined ? {} : { answers }),
      ...(of === undefined ? {} : { of }),
      state,
      passages,
      ...(places?.some(({ length }) => length > 0) ? { places } : {}),
    };
  });
}

/** Numbers, from 1, of the questions in use that have an answer of which the section does not have all words. */
export function unplacedAnswers(
  { passages, answers = [], state }: SettledQuestions,
  chunks: readonly Chunk[],
): number[] {
  if (state !== 'used') return [];
  const isPlaced = (words: string) => placesOf([words], passages, chunks).length > 0;
  return answers.flatMap((words, index) => (words.every(isPlaced) ? [] : [index + 1]));
}

/** In the order of the words. Passages overlap: what stands in two of them has two places. */
function placesOf(
  words: readonly string[],
  passages: readonly number[],
  chunks: readonly Chunk[],
): AnswerPlace[] {
  return words.flatMap((part) =>
    passages.flatMap((passage) => {
      const range = rangeOfWords(part, chunks[passage]!.text);
      return range ? [{ passage, ...range }] : [];
    }),
  );
}

/** Of the nearest heading above that has passages, those in which the section's own heading is a line. */
function sectionAround(
  { documentId, headingPath }: Pick<Section, 'documentId' | 'headingPath'>,
  {
    sections,
    chunks,
  }: { readonly sections: ReadonlyMap<string, Section>; readonly chunks: readonly Chunk[] },
): Section | undefined {
  const own = sectionKey('', headingPath.slice(-1));
  for (let depth = headingPath.length - 1; depth >= 0; depth--) {
    const above = sections.get(sectionKey(documentId, headingPath.slice(0, depth)));
    const passages = above?.passages.filter((row) =>
      [...chunks[row]!.text.matchAll(/^#{1,6}\s+(.+)$/gm)].some(
        ([, heading = '']) => sectionKey('', [heading]) === own,
      ),
    );
    if (above && passages && passages.length > 0) return { ...above, passages };
  }
  return undefined;
}

/** What is embedded and searched, in the order of the vectors. */
export function usedQuestions(settled: readonly SettledQuestions[]): string[] {
  return settled.flatMap(({ state, questions }) => (state === 'used' ? questions : []));
}
