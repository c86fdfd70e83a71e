// Turns the sample company's public articles into pages of the demo help centre. Only for these files of our own: what
// customers' help centres contain goes through ingest/, never through here.
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { marked } from 'marked';
import { parse } from 'yaml';

interface Article {
  readonly title: string;
  readonly updated: string;
  readonly internal: boolean;
  readonly body: string;
}

export interface Templates {
  readonly article: string;
  /** The list of all articles. */
  readonly list: string;
}

/** Writes `out/help/SECTION/NAME/index.html` for each article under `knowledge`, and `out/help/index.html`, which lists them. */
export function writeArticlePages(knowledge: string, templates: Templates, out: string): void {
  const sections = new Map<string, string[]>();
  for (const path of globSync('*/*.{md,mdx,html}', { cwd: knowledge }).sort()) {
    const text = readFileSync(join(knowledge, path), 'utf8');
    const article = path.endsWith('.html') ? readHtml(text) : readMarkdown(text);
    if (article.internal) continue;
    const address = path.replaceAll('\\', '/').replace(/\.\w+$/, '');
    const sectionId = dirname(address);
    const title = escapeHtml(article.title);
    const items = sections.get(sectionId) ?? [];
    sections.set(sectionId, [...items, `<li><a href="/help/${address}/">${title}</a></li>`]);
    writePage(join(out, 'help', address), templates.article, {
      title,
      updated: escapeHtml(article.updated),
      section: sectionName(sectionId),
      sectionId,
      body: withAnchors(article.body.replace(/(href=")(\/[\w-]+\/[\w-]+)(?=["#])/g, '$1/help$2/')),
    });
  }
  const cards = [...sections].map(
    ([id, items]) => `<article id="${id}"><h2>${sectionName(id)}</h2><ul>${items.join('')}</ul></article>`,
  );
  writePage(join(out, 'help'), templates.list, { sections: cards.join('\n') });
}

function writePage(folder: string, template: string, values: Record<string, string>): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'index.html'),
    template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? ''),
  );
}

/** Headings get the anchors that citations of their sections lead to (engine/chat/write/citations.ts). */
const withAnchors = (html: string) =>
  html.replace(/<h([2-6])>(.*?)<\/h\1>/gs, (_, level: string, heading: string) => {
    const text = heading.replace(/<[^>]*>|&#?\w+;/g, '').toLowerCase();
    const anchor = text
      .replace(/[^\p{L}\p{M}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    return `<h${level} id="${anchor}">${heading}</h${level}>`;
  });

const sectionName = (id: string) => `${id[0]?.toUpperCase()}${id.slice(1).replaceAll('-', ' ')}`;

function readMarkdown(text: string): Article {
  const [, matter = '', rest = text] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
  const { title, updated, audience } = parse(matter, { schema: 'failsafe' }) ?? {};
  const prose = rest.replace(/^(?:import .*|<\/?[A-Z].*>)$/gm, '');
  return { title, updated, internal: audience === 'internal', body: marked.parse(prose, { async: false }) };
}

function readHtml(text: string): Article {
  const meta = (name: string) => new RegExp(`<meta name="${name}" content="([^"]*)"`).exec(text)?.[1] ?? '';
  const [, body = ''] = /<main>([\s\S]*)<\/main>/.exec(text) ?? [];
  const [, title = ''] = /<title>([^<]*)<\/title>/.exec(text) ?? [];
  return { title, updated: meta('updated'), internal: meta('audience') === 'internal', body };
}

const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
