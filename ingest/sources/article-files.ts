// A Markdown, MDX, HTML or text file is one article: its facts from front matter or meta tags, its title from there, the first
// heading or the file's name.

import { readPageFacts } from '#parse/html-text.ts';
import type { ArticleItem, ProblemItem } from '../item.ts';
import { articleVisibility } from '../visibility.ts';
import { readText } from './file-bytes.ts';
import type { SourceFile } from './find-files.ts';
import { type FrontMatter, splitFrontMatter } from './front-matter.ts';

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
  const { audience, unknown } = articleVisibility(facts);
  const updated = factOf(facts, updatedNames);
  const url = facts.url ?? facts.canonical;
  const version = facts.version ?? facts.product_version ?? facts.doc_version;
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
    ...(version ? { version } : {}),
    ...(audience ? { audience } : {}),
    ...(unknown ? { unknownVisibility: unknown } : {}),
    ...(language ? { language } : {}),
    ...(content.note ? { note: content.note } : {}),
  };
}

function htmlPage(html: string): FrontMatter {
  // Some generators put front matter on top of HTML too.
  const page = splitFrontMatter(html);
  if (page.problem) return page;
  const { title, heading, language, meta } = readPageFacts(page.body);
  const name = withoutSiteName(title, heading);
  const facts = {
    ...(name ? { title: name } : {}),
    ...(language ? { language } : {}),
    ...meta,
    ...page.facts,
  };
  return { body: page.body, facts };
}

/** The first that says anything; the day of writing where no day of change is known. */
const updatedNames = (
  'updated updated_at updatedat modified modified_at last_modified last_modified_at lastmodified lastmod last_updated lastupdated ' +
  'last_update last-modified date_modified datemodified article:modified_time og:updated_time dcterms.modified dc.date.modified ' +
  'date publishdate published_at article:published_time created created_at'
).split(' ');

function factOf(facts: FrontMatter['facts'], names: readonly string[]): string | undefined {
  return names.map((name) => facts[name]).find((fact) => fact);
}

/** `Dim the lamp | Lumo Help` is the article's heading and the site's name. */
function withoutSiteName(title: string | undefined, heading: string | undefined): string | undefined {
  if (!title || !heading) return title ?? heading;
  const parts = title.split(/\s+[|–—·•»:\\-]\s+|:\s+/).map((part) => part.trim());
  return parts.length > 1 && (parts.includes(heading) || title.startsWith(heading)) ? heading : title;
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
