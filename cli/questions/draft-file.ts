// The file that drafts are written to, line by line: what a run that was stopped has written is there, and the next one goes on behind it.
import { appendFile, readFile, rename } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { writeDurably } from '#core/durable-file.ts';
import { AppError } from '#core/errors.ts';
import { readQuestionFile } from '#ingest/questions/question-files.ts';
import { fileKind } from '#ingest/sources/find-files.ts';
import { type Section, sectionKey } from '#knowledge/questions/sections.ts';
import type { DraftedQuestion } from '#learning/questions/draft-questions.ts';

export interface DraftFile {
  /** Whether a line is for the section as it is now. */
  has(section: Section): boolean;
  add(section: Section, questions: readonly DraftedQuestion[]): Promise<void>;
  /** Takes out the lines of what a section said before, where it has new ones. */
  close(): Promise<void>;
}

/** Throws `bad-input` if ingestion would not read the file, or a line of it. */
export async function openDraftFile(out: string, sections: readonly Section[]): Promise<DraftFile> {
  const path = resolve(out);
  const kind = fileKind(basename(path));
  if (kind?.format !== 'questions' || kind.gzip)
    throw new AppError(
      'bad-input',
      `${out}: let the name end in .questions.jsonl, such as drafted.questions.jsonl. Ingestion reads no other.`,
    );
  const before = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return '';
    throw new AppError('bad-input', `${out} cannot be read (${cause.code}).`, { cause });
  });
  const hashes = new Map(sections.map((section) => [keyOf(section), section.hash]));
  const written = new Set<string>();
  /** Numbers of the lines for what a section said before, by section. */
  const outdated = new Map<string, number[]>();
  if (before !== '')
    for await (const item of readQuestionFile({
      path,
      relativePath: basename(path),
      format: 'questions',
      gzip: false,
    })) {
      const line = item.origin.line!;
      if (item.type === 'problem')
        throw new AppError(
          'bad-input',
          `${out}, line ${line}: ${item.reason}. Correct it or take it out first.`,
        );
      const { article, heading, of } = item.written;
      const key = sectionKey(article, heading);
      if (of === undefined || of === hashes.get(key)) written.add(key);
      else outdated.set(key, [...(outdated.get(key) ?? []), line]);
    }
  let isOpenLine = before !== '' && !before.endsWith('\n');

  return {
    has: (section) => written.has(keyOf(section)),
    async add(section, questions) {
      const { documentId: article, headingPath: heading, hash: of } = section;
      const texts = questions.map(({ question, answer }) =>
        answer.length > 0 ? { question, answer } : question,
      );
      const line = `${isOpenLine ? '\n' : ''}${JSON.stringify({ article, heading, questions: texts, of })}\n`;
      await appendFile(path, line).catch((cause: NodeJS.ErrnoException) => {
        throw new AppError('bad-input', `${out} cannot be written (${cause.code}).`, { cause });
      });
      isOpenLine = false;
      written.add(keyOf(section));
    },
    async close() {
      const gone = new Set([...outdated].flatMap(([key, lines]) => (written.has(key) ? lines : [])));
      if (gone.size === 0) return;
      const lines = (await readFile(path, 'utf8')).split('\n');
      const temporary = `${path}.tmp`;
      await writeDurably(temporary, [
        Buffer.from(lines.filter((_, index) => !gone.has(index + 1)).join('\n')),
      ]);
      await rename(temporary, path);
    },
  };
}

function keyOf({ documentId, headingPath }: Section): string {
  return sectionKey(documentId, headingPath);
}
