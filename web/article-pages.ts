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

/** Fills `template` once per article under `knowledge` and writes `out/help/SECTION/NAME/index.html`. */
export function writeArticlePages(knowledge: string, template: string, out: string): void {
  for (const path of globSync('*/*.{md,mdx,html}', { cwd: knowledge })) {
    const text = readFileSync(join(knowledge, path), 'utf8');
    const article = path.endsWith('.html') ? readHtml(text) : readMarkdown(text);
    if (article.internal) continue;
    const address = path.replaceAll('\\', '/').replace(/\.\w+$/, '');
    const section = dirname(address).replaceAll('-', ' ');
    const values: Record<string, string> = {
      title: escapeHtml(article.title),
      updated: escapeHtml(article.updated),
      section: section[0]?.toUpperCase() + section.slice(1),
      body: article.body.replace(/(href=")(\/[\w-]+\/[\w-]+)(?=["#])/g, '$1/help$2/'),
    };
    const file = join(out, 'help', address, 'index.html');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? ''),
    );
  }
}

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
