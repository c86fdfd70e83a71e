// `answerdesk questions draft`: a chat model writes questions for sections that have none. A file gets them; nothing is published.
import { loadConfig } from '#app/config.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { Document } from '#core/document.ts';
import { mostSectionQuestions } from '#core/section-questions.ts';
import { type GenerationContents, openCurrentContents } from '#knowledge/generations/generation-reader.ts';
import { type Section, sectionKey, sectionsOf } from '#knowledge/questions/sections.ts';
import { draftQuestions, type SectionToRead } from '#learning/questions/draft-questions.ts';
import { nothingPublished } from '../cards/open-published.ts';
import { showProgress } from '../command.ts';
import { openDraftingModel, openToDrafts } from '../drafting.ts';
import { lockTraining } from '../privacy/lock-data-folder.ts';
import { openDraftFile } from './draft-file.ts';

export interface QuestionsRequest {
  readonly out: string;
  /** Sections; undefined: all. */
  readonly limit: number | undefined;
  /** undefined: as many as the model is set to write at once. */
  readonly atOnce: number | undefined;
  readonly timeoutMs: number;
  readonly json: boolean;
}

export async function draftSectionQuestions(
  { out, limit, atOnce, timeoutMs, json }: QuestionsRequest,
  { signal }: CallOptions,
): Promise<void> {
  const config = loadConfig();
  using _lock = lockTraining(config.dataDir);
  await using writing = await openDraftingModel(config, { what: 'to write questions' });
  using contents = await openCurrentContents(config.dataDir);
  if (!contents) throw nothingPublished(config.dataDir);
  const sections = sectionsToRead(contents);
  const file = await openDraftFile(out, sections);
  const asked = sections.filter((section) => !hasQuestions(section, contents) && !file.has(section));
  const chosen = asked.slice(0, limit);
  const counts = { sections: 0, questions: 0, failed: 0 };
  try {
    const options = { timeoutMs, atOnce: atOnce ?? writing.atOnce, signal };
    for await (const draft of draftQuestions(chosen, writing.model, options)) {
      const { documentId, headingPath } = draft.section;
      if ('failure' in draft) {
        counts.failed += 1;
        const name = [documentId, ...headingPath].join(' > ');
        process.stderr.write(`${process.stderr.isTTY ? '\n' : ''}${name}: ${draft.failure}\n`);
      } else {
        await file.add(draft.section, draft.questions.slice(0, mostSectionQuestions));
        counts.sections += 1;
        counts.questions += draft.questions.length;
      }
      showProgress(counts.sections + counts.failed, chosen.length);
    }
  } finally {
    await file.close();
    const left = asked.length - counts.sections;
    if (json) process.stdout.write(`${JSON.stringify({ out, ...counts, left })}\n`);
    process.stderr.write(
      `${counts.questions} questions for ${counts.sections} sections written to ${out}.${
        left > 0 ? ` ${left} sections have none yet: the same command goes on.` : ''
      }${counts.sections > 0 ? ' Look through them, then ingest the file with the articles.' : ''}\n`,
    );
  }
  // Those are asked again by the next run.
  if (counts.failed > 0) process.exitCode = 1;
}

interface DraftedSection extends Section, SectionToRead {}

/** Of articles that customers are answered from. */
function sectionsToRead({ documents, chunks, info }: GenerationContents): DraftedSection[] {
  const open = new Map(
    openToDrafts({ documents, info })
      .filter(isAsked)
      .map((document) => [document.id, document]),
  );
  return sectionsOf(chunks, new Set(open.keys())).map((section) => ({
    ...section,
    title: open.get(section.documentId)!.metadata.title,
    pieces: section.passages.map((row) => chunks[row]!),
  }));
}

function isAsked({ metadata: { kind, audience, supersededBy } }: Document): boolean {
  return kind === 'article' && audience === 'customer' && supersededBy === undefined;
}

function hasQuestions({ documentId, headingPath }: Section, { questions }: GenerationContents): boolean {
  const key = sectionKey(documentId, headingPath);
  return questions.some(
    (entry) => entry.state === 'used' && sectionKey(entry.documentId, entry.headingPath) === key,
  );
}
