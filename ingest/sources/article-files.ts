// A Markdown, MDX, HTML or text file is one article: its facts from front matter or meta tags, its title from there, the first
// heading or the file's name.
import { parse } from 'yaml';
import type { ArticleItem, ProblemItem } from '../item.ts';
import { readPageFacts } from '../parse/html-text.ts';
import { isPrivate, readAudience } from '../source-settings.ts';
import { readText } from './file-bytes.ts';
import type { SourceFile } from './find-files.ts';

export async function readArticleFile(
  file: SourceFile,
  signal?: AbortSignal,
): Promise<ArticleItem | ProblemItem> {
  const origin = { file: file.relativePath };
  const content = await readText(file.path, { gzip: file.gzip, signal });
  if ('problem' in content) return { type: 'problem', origin, reason: content.problem };
  // A binary file under a text file's name.
  if (content.text.includes('\0')) return { type: 'problem', origin, reason: 'not a text file' };
  const { body, facts, problem } =
    file.format === 'html' ? htmlPage(content.text) : splitFrontMatter(content.text);
  if (problem) return { type: 'problem', origin, reason: problem };
  if (body.trim() === '') return { type: 'problem', origin, reason: 'no text' };
  const format = isArticleFormat(file.format) ? file.format : 'markdown';
  const audience = isPrivate(facts) ? 'internal' : readAudience(facts.audience ?? facts.visibility);
  const updated = facts.updated ?? facts.modified ?? facts.last_modified ?? facts.date;
  const url = facts.url ?? facts.canonical;
  const language = facts.language ?? facts.lang ?? facts.locale;
  return {
    type: 'article',
    id: facts.id || file.relativePath,
    title: facts.title || headingOf(body, format) || titleFromName(file.relativePath),
    body,
    format,
    origin,
    ...(url ? { url } : {}),
    ...(updated ? { updated } : {}),
    ...(audience ? { audience } : {}),
    ...(language ? { language } : {}),
    ...(content.note ? { note: content.note } : {}),
  };
}

interface Page {
  readonly body: string;
  /** Lower-case names. */
  readonly facts: Readonly<Record<string, string>>;
  readonly problem?: string;
}

function htmlPage(html: string): Page {
  // Some generators put front matter on top of HTML too.
  const page = splitFrontMatter(html);
  if (page.problem) return page;
  const { title, heading, language, meta } = readPageFacts(page.body);
  const name = title ?? heading;
  const facts = {
    ...(name ? { title: name } : {}),
    ...(language ? { language } : {}),
    ...meta,
    ...page.facts,
  };
  return { body: page.body, facts };
}

function isArticleFormat(format: SourceFile['format']): format is ArticleItem['format'] {
  return format === 'mdx' || format === 'text' || format === 'html';
}

/** Looked for in the first lines only. */
function headingOf(body: string, format: ArticleItem['format']): string | undefined {
  if (format === 'text' || format === 'html') return undefined;
  const lines = body.slice(0, 10_000).split('\n');
  return lines
    .map((line) =>
      /^#[ \t]+(.*)$/
        .exec(line.trim())?.[1]
        ?.replace(/[ \t]#+$/, '')
        .trim(),
    )
    .find(Boolean);
}

function splitFrontMatter(text: string): Page {
  const opening = /^\uFEFF?---[ \t]*\r?\n/.exec(text);
  if (!opening) return { body: text, facts: {} };
  const closing = /\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/g;
  closing.lastIndex = opening[0].length - 1;
  const close = closing.exec(text);
  // A page may simply begin with a rule.
  if (!close) return { body: text, facts: {} };
  const body = text.slice(close.index + close[0].length);
  try {
    // Aliases are off: a few bytes of them can stand for gigabytes.
    const value: unknown = parse(text.slice(opening[0].length, close.index), {
      maxAliasCount: 0,
      schema: 'core',
    });
    return { body, facts: typeof value === 'object' && value !== null ? asFacts(value) : {} };
  } catch {
    // Without its facts an internal article could be taken for a public one.
    return { body: '', facts: {}, problem: 'the front matter is not valid YAML' };
  }
}

function asFacts(value: object): Record<string, string> {
  const facts: Record<string, string> = {};
  for (const [name, fact] of Object.entries(value)) {
    if (fact instanceof Date) facts[name.toLowerCase()] = fact.toISOString();
    else if (['string', 'number', 'boolean'].includes(typeof fact))
      facts[name.toLowerCase()] = String(fact).trim();
  }
  return facts;
}

export function titleFromName(path: string): string {
  const name = path
    .split('/')
    .at(-1)!
    .replace(/\.gz$/i, '')
    .replace(/\.[^.]+$/, '')
    .replace(/[-_]+/g, ' ')
    .trim();
  return name.charAt(0).toUpperCase() + name.slice(1);
}
