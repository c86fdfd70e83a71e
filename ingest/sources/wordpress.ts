// Exports of WordPress (WXR): posts, pages and the articles of help-centre plug-ins. Entry by entry, so that a large export needs little
// memory. What is not published is for agents only.
import { XMLParser } from 'fast-xml-parser';
import type { ArticleItem, Origin, ProblemItem } from '../item.ts';
import { asUtf8, maxRecordBytes, readBytes } from './file-bytes.ts';
import type { SourceFile } from './find-files.ts';
import { wordpressHtml } from './wordpress-content.ts';

/** Articles among the types that plug-ins bring; orders, forms and the like are none of ours. */
const articleType = /^(?:post|page)$|doc|(?:^|[_-])kb|knowledge|faq|article|help|guide|manual/;
/** Of WordPress itself, without a text for readers. */
const ownTypes =
  /^(?:attachment|nav_menu_item|revision|wp_.*|custom_css|customize_changeset|oembed_cache|user_request)$/;
const neverWritten = /^(?:trash|auto-draft|inherit)$/;

export async function* readWordpress(
  file: SourceFile,
  signal?: AbortSignal,
): AsyncGenerator<ArticleItem | ProblemItem> {
  const origin = { file: file.relativePath };
  const parser = new XMLParser({
    ignoreAttributes: true,
    processEntities: false,
    parseTagValue: false,
    trimValues: true,
  });
  let language: string | undefined;
  let count = 0;
  let others = 0;
  for await (const part of entriesOf(file, signal)) {
    signal?.throwIfAborted();
    if ('head' in part) {
      if (!/wordpress\.org\/export|<wp:wxr_version/.test(part.head)) {
        yield {
          type: 'problem',
          origin,
          reason: 'XML that is no export of WordPress: give the articles as HTML or Markdown',
        };
        return;
      }
      language = /<language>\s*([\w-]{2,10})\s*<\/language>/.exec(part.head)?.[1];
      continue;
    }
    count += 1;
    const at = { ...origin, line: count };
    const item =
      'problem' in part ? problem(at, part.problem) : readEntry(parser, part.entry, { origin: at, language });
    if (item === 'other') others += 1;
    else if (item) yield item;
  }
  if (count === 0) yield problem(origin, 'no entries: export posts and pages again, under Tools, Export');
  if (others > 0) yield problem(origin, `${others} entries of types that are no articles were left out`);
}

function readEntry(
  parser: XMLParser,
  xml: string,
  { origin, language }: { readonly origin: Origin; readonly language: string | undefined },
): ArticleItem | ProblemItem | 'other' | undefined {
  let fields: Readonly<Record<string, unknown>>;
  try {
    fields = (parser.parse(xml) as { item?: Record<string, unknown> }).item ?? {};
  } catch {
    return problem(origin, 'not valid XML');
  }
  const field = (name: string) => {
    const value = fields[name];
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return typeof first === 'string' ? first : '';
  };
  const type = field('wp:post_type') || 'post';
  const status = field('wp:status');
  if (ownTypes.test(type) || neverWritten.test(status)) return undefined;
  if (!articleType.test(type)) return 'other';
  const body = wordpressHtml(field('content:encoded') || field('excerpt:encoded'));
  if (body.trim() === '') return problem(origin, 'no text');
  const isPublic = status === 'publish' && field('wp:post_password') === '';
  const url = field('link').replaceAll('&amp;', '&');
  const updated = [field('wp:post_modified_gmt'), field('wp:post_date_gmt')]
    .map((time) => time.replace(/^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/, '$1T$2Z'))
    .find((time) => time !== '' && !time.startsWith('0000'));
  const date = updated ?? field('pubDate');
  const id = field('wp:post_id') || String(origin.line);
  return {
    type: 'article',
    id: `${origin.file}#${id}`,
    title: field('title') || 'Untitled',
    body,
    format: 'html',
    audience: isPublic ? 'customer' : 'internal',
    origin,
    ...(url ? { url } : {}),
    ...(date ? { updated: date } : {}),
    ...(language ? { language } : {}),
  };
}

const problem = (origin: Origin, reason: string): ProblemItem => ({ type: 'problem', origin, reason });

type Part = { readonly head: string } | { readonly entry: string } | { readonly problem: string };

const opening = /<item(?:\s[^>]{0,1000})?>/;
const closing = '</item>';

/** What stands before the first entry, then each entry. An entry may hold its own end inside CDATA. */
async function* entriesOf(file: SourceFile, signal?: AbortSignal): AsyncGenerator<Part> {
  const decoder = new TextDecoder();
  let held = '';
  let isHead = true;
  for await (const piece of asUtf8(readBytes(file.path, { gzip: file.gzip, signal }))) {
    held += decoder.decode(piece, { stream: true });
    for (;;) {
      const start = opening.exec(held);
      if (!start) {
        if (isHead && held.length > maxRecordBytes) break;
        if (!isHead) held = held.slice(-1_100);
        break;
      }
      if (isHead) yield { head: held.slice(0, start.index) };
      isHead = false;
      held = held.slice(start.index);
      const end = endOfEntry(held);
      if (end === -1) {
        if (held.length <= maxRecordBytes) break;
        yield { problem: `record longer than ${maxRecordBytes / 1024 / 1024} MB` };
        held = held.slice(start[0].length);
        continue;
      }
      yield { entry: held.slice(0, end) };
      held = held.slice(end);
    }
    if (isHead && held.length > maxRecordBytes) break;
  }
  if (isHead) yield { head: held.slice(0, 100_000) };
  else if (opening.test(held)) yield { problem: 'the file ends inside an entry: it was cut off' };
}

function endOfEntry(text: string): number {
  for (let at = 0; ; ) {
    const end = text.indexOf(closing, at);
    const section = text.indexOf('<![CDATA[', at);
    if (end === -1) return -1;
    if (section === -1 || end < section) return end + closing.length;
    const sectionEnd = text.indexOf(']]>', section);
    if (sectionEnd === -1) return -1;
    at = sectionEnd + 3;
  }
}
