// The written questions of all sources with the sections that they are for, and what is to be said of those that are not used.
import type { Chunk, Document } from '#core/document.ts';
import type { SectionQuestions, SettledQuestions } from '#core/section-questions.ts';
import {
  type Section,
  sectionKey,
  sectionsOf,
  settleQuestions,
  unplacedAnswers,
} from '#knowledge/questions/sections.ts';
import type { Origin, ProblemItem } from '../item.ts';
import type { ReadQuestions } from '../source-options.ts';

export interface QuestionsSummary {
  /** Questions in use, and the sections that have them. */
  readonly used: number;
  readonly sections: number;
  /** Sections by name: they say something else than when their questions were written. */
  readonly changed: readonly string[];
  /** Likewise: there is no such article, or no such section of it. */
  readonly unmatched: readonly string[];
}

export interface QuestionParts {
  /** Of the generation before: those of other sources. */
  readonly kept: readonly SectionQuestions[];
  readonly read: readonly ReadQuestions[];
  /** Name of the source that `read` is of. */
  readonly source: string;
  /** How the source's ids are published. */
  readonly publishedId: (id: string) => string;
  readonly documents: readonly Document[];
  readonly chunks: readonly Chunk[];
}

/** `notes`: one for each line of the source that is not used, or not all of it. */
export function settleRead({ kept, read, source, publishedId, documents, chunks }: QuestionParts): {
  readonly questions: readonly SettledQuestions[];
  readonly notes: readonly ProblemItem[];
} {
  if (kept.length + read.length === 0) return { questions: [], notes: [] };
  const ids = new Set(documents.map(({ id }) => id));
  // An article of another source is named as it is published, too.
  const documentOf = (article: string) => (ids.has(publishedId(article)) ? publishedId(article) : article);
  const named = read.map(({ article, origin: _origin, ...rest }) => ({
    source,
    documentId: documentOf(article),
    ...rest,
  }));
  const questions = settleQuestions([...kept, ...named], chunks);
  const own = questions.slice(kept.length);
  const articles = new Set(own.map(({ documentId }) => documentId));
  const hashes = new Map(
    own.some(({ state }) => state === 'changed')
      ? sectionsOf(chunks, articles).map((section) => [keyOf(section), section.hash])
      : [],
  );
  const notes = own.flatMap((entry, index) => {
    const reason = reasonOf(entry, { ids, hash: hashes.get(keyOf(entry)), chunks });
    return reason === undefined ? [] : [noteOf(read[index]!.origin, reason)];
  });
  return { questions, notes };
}

function keyOf({ documentId, headingPath }: Pick<Section, 'documentId' | 'headingPath'>): string {
  return sectionKey(documentId, headingPath);
}

function reasonOf(
  entry: SettledQuestions,
  {
    ids,
    hash,
    chunks,
  }: {
    readonly ids: ReadonlySet<string>;
    readonly hash: string | undefined;
    readonly chunks: readonly Chunk[];
  },
): string | undefined {
  const { state, documentId } = entry;
  if (state === 'used') {
    const unplaced = unplacedAnswers(entry, chunks);
    return unplaced.length === 0
      ? undefined
      : `used, but not all of the answer to its question ${unplaced.join(', ')} (counted from 1): the section has no such words. Write them as the section has them`;
  }
  if (state === 'changed')
    return `not used: the section has changed since its questions were written. Look at them and write "of": "${hash}", or have them drafted again with "answerdesk questions draft"`;
  return ids.has(documentId)
    ? 'not used: the article has no section below these headings. Write them as the article has them, outermost first and without its title'
    : 'not used: there is no such article. Write its id ("answerdesk documents" lists them)';
}

function noteOf(origin: Origin, reason: string): ProblemItem {
  return { type: 'problem', origin, reason, isNote: true };
}

/** Undefined where there are none. */
export function summarizeQuestions(questions: readonly SettledQuestions[]): QuestionsSummary | undefined {
  const written = questions.filter(({ questions: texts }) => texts.length > 0);
  if (written.length === 0) return undefined;
  const used = written.filter(({ state }) => state === 'used');
  const namesOf = (state: SettledQuestions['state']) => [
    ...new Set(
      written
        .filter((entry) => entry.state === state)
        .map(({ documentId, headingPath }) => [documentId, ...headingPath].join(' > ')),
    ),
  ];
  return {
    used: used.reduce((sum, { questions: texts }) => sum + texts.length, 0),
    sections: new Set(used.map(keyOf)).size,
    changed: namesOf('changed'),
    unmatched: namesOf('unmatched'),
  };
}
