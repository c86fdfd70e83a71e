// The articles that a set of questions was written from, and whether the set fits them.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import type { SetQuestion } from './answer-set.ts';

export interface HelpArticle {
  readonly id: string;
  readonly title: string;
  readonly markdown: string;
}

export type HelpCentre = ReadonlyMap<string, HelpArticle>;

const articleSchema = z.object({ id: z.string(), title: z.string(), markdown: z.string() });

/** `folder` holds a folder for each centre. */
export function articlesPath(folder: string, centre: string): string {
  return join(folder, centre, 'articles.jsonl');
}

/** The articles, and the questions that were written for their sections where the folder holds `written.questions.jsonl` (docs/ingest.md). */
export function centrePaths(folder: string, centre: string): string[] {
  const written = join(folder, centre, 'written.questions.jsonl');
  return [articlesPath(folder, centre), ...(existsSync(written) ? [written] : [])];
}

/** By id; `undefined` where the folder does not hold this centre. */
export async function readHelpCentre(folder: string, centre: string): Promise<HelpCentre | undefined> {
  const path = articlesPath(folder, centre);
  if (!existsSync(path)) return undefined;
  const rows = (await readFile(path, 'utf8')).split('\n').filter((row) => row.trim() !== '');
  try {
    return new Map(
      rows.map((row) => articleSchema.parse(JSON.parse(row))).map((article) => [article.id, article]),
    );
  } catch (cause) {
    throw new AppError('bad-input', `${path} is no JSONL of articles with id, title and markdown.`, {
      cause,
    });
  }
}

/** One line for each article that is missing and each range that does not lie in its article. */
export function problemsInCentre(questions: readonly SetQuestion[], centre: HelpCentre): string[] {
  return questions.flatMap(({ id, article, also, near, answer }) => {
    const named = [article, near, ...also].filter((one) => one !== undefined);
    const missing = named.filter((one) => !centre.has(one)).map((one) => `${id}: there is no article ${one}`);
    const markdown = article === undefined ? undefined : centre.get(article)?.markdown;
    if (markdown === undefined) return missing;
    const outside = answer
      .filter(([start, end]) => markdown.slice(start, end).trim() === '' || end > markdown.length)
      .map(([start, end]) => `${id}: ${start} to ${end} is no text of ${article}`);
    return [...missing, ...outside];
  });
}

/** The sentences that answer, as the article has them. */
export function goldPassages({ article, answer }: SetQuestion, centre: HelpCentre): string[] {
  const markdown = article === undefined ? undefined : centre.get(article)?.markdown;
  return markdown === undefined ? [] : answer.map(([start, end]) => markdown.slice(start, end));
}
