// Markdown and its dialects (MDX, Kramdown, Liquid, Docusaurus, MkDocs, GitHub) to the plain form that documents keep:
// headings, paragraphs, lists, table rows and code; links become their text, images their alternative text.

import { tidyWhitespace } from './clean.ts';
import { decodeEntities, htmlToMarkdown } from './html-text.ts';
import { stripTags } from './strip-tags.ts';
import { tablesToLists } from './table-rows.ts';

/** Three backticks with more of them on the line are a code span. */
const fence = /^\s*(```+(?=[^`]*$)|~~~+)/;

export interface MarkdownOptions {
  /** MDX: `import` and `export` statements and `{expressions}` are code, not text. */
  readonly mdx?: boolean;
}

export function markdownToText(markdown: string, { mdx = false }: MarkdownOptions = {}): string {
  const parts: string[] = [];
  let prose: string[] = [];
  const flush = () => {
    parts.push(proseToText(prose.join('\n'), mdx));
    prose = [];
  };
  let open: string | undefined;
  for (const line of markdown.split('\n')) {
    const marker = fence.exec(line)?.[1];
    if (open === undefined && marker) {
      flush();
      open = marker;
      parts.push('```');
    } else if (open !== undefined && marker?.startsWith(open) && line.trim() === marker) {
      open = undefined;
      parts.push('```');
    } else if (open !== undefined) {
      parts.push(line);
    } else {
      prose.push(line);
    }
  }
  // A fence that never closes would make the rest code: harmless, but closed so that what follows is read right.
  if (open !== undefined) parts.push('```');
  flush();
  return tidyWhitespace(parts.join('\n'));
}

function proseToText(prose: string, mdx: boolean): string {
  if (prose.trim() === '') return '';
  let text = withoutBetween(prose, '<!--', '-->');
  if (mdx) text = withoutBetween(withoutModuleCode(text), '{/*', '*/}');
  text = text
    .replace(/\{%[^%\n]{0,2000}%\}/g, '')
    .replace(/\{\{[^{}\n]{0,500}\}\}/g, '')
    .replace(/[ \t]?\{(?:[:#.]|hide-)[^{}\n]{0,300}\}/g, '');
  const code: string[] = [];
  // Code spans are put aside so that no other rule reads them; the marks are private-use characters.
  text = text
    .replace(/[\uE000\uE001]/g, '')
    .replace(/(`{1,3})(?!`)([^`\n]{1,1000})\1(?!`)/g, (_all, _ticks, body: string) => {
      code.push(body.trim());
      return `\uE000${code.length - 1}\uE001`;
    });
  text = htmlBlocksToMarkdown(text);
  text = stripTags(text, { mdx });
  text = decodeEntities(text.split('\n').map(inlineToText).join('\n'));
  return linesToText(text.replace(/\uE000(\d+)\uE001/g, (_all, index: string) => code[Number(index)] ?? ''));
}

/** Linear also when the closing mark never comes: then the rest stays. */
function withoutBetween(text: string, open: string, close: string): string {
  let result = '';
  let position = 0;
  for (;;) {
    const start = text.indexOf(open, position);
    const end = start === -1 ? -1 : text.indexOf(close, start + open.length);
    if (end === -1) return result + text.slice(position);
    result += text.slice(position, start);
    position = end + close.length;
  }
}

function withoutModuleCode(text: string): string {
  const kept: string[] = [];
  let inStatement = false;
  for (const line of text.split('\n')) {
    if (/^(?:import|export)\s/.test(line)) inStatement = true;
    if (!inStatement) kept.push(line);
    // A statement ends at a blank line (MDX's own rule).
    if (line.trim() === '') inStatement = false;
  }
  return kept.join('\n');
}

/** Tables and lists written in HTML keep their rows and items. */
function htmlBlocksToMarkdown(text: string): string {
  let result = '';
  let position = 0;
  const opener = /<(table|ul|ol)\b/gi;
  const neverClosed = new Set<string>();
  for (let match = opener.exec(text); match; match = opener.exec(text)) {
    const name = match[1]!.toLowerCase();
    const end = neverClosed.has(name) ? -1 : closeOf(text, name, match.index);
    if (end === -1) {
      neverClosed.add(name);
      continue;
    }
    result += `${text.slice(position, match.index)}\n\n${htmlToMarkdown(text.slice(match.index, end)).markdown}\n\n`;
    position = end;
    opener.lastIndex = end;
  }
  return result + text.slice(position);
}

/** End of the element that opens at `from`, nested ones of its kind counted; -1 when it is not closed. */
function closeOf(text: string, name: string, from: number): number {
  const tag = new RegExp(`<(/?)${name}\\b[^<>]{0,2000}>`, 'gi');
  tag.lastIndex = from;
  let depth = 0;
  for (let match = tag.exec(text); match; match = tag.exec(text)) {
    depth += match[1] ? -1 : 1;
    if (depth <= 0) return match.index + match[0].length;
  }
  return -1;
}

function inlineToText(line: string): string {
  if (line.length > 100_000) return line;
  return (
    line
      .replace(
        /!\[([^[\]]{0,500})\](?:\([^()]{0,2000}(?:\([^()]{0,500}\)[^()]{0,2000})?\)|\[[^[\]]{0,200}\])/g,
        '$1',
      )
      .replace(
        /\[([^[\]]{1,1000})\](?:\([^()]{0,2000}(?:\([^()]{0,500}\)[^()]{0,2000})?\)|\[[^[\]]{0,200}\])/g,
        '$1',
      )
      // Terms marked for translators: [!UICONTROL Stores].
      .replace(/\[![A-Z]{2,12} ([^[\]]{1,300})\]/g, '$1')
      .replace(/\[\^[^[\]\s]{1,50}\]:?/g, '')
      .replace(/^\s*\[[^[\]]{1,200}\]:\s+\S+.*$/, '')
      .replace(/\*\*|~~/g, '')
      .replace(/(?<![\w*\\])\*(?=[^\s*])([^*]{1,500}?)\*(?![\w*])/g, '$1')
      .replace(/(?<![\w\\])(_{1,2})(?=[^\s_])([^_]{1,500}?)\1(?!\w)/g, '$2')
      .replace(/\\([\\`*_{}[\]()#+\-.!|<>~])/g, '$1')
  );
}

/** The line between a table's head and its body; without it the rows stay together. */
const tableRule = /^\s*(?:\|\s*)?:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|\s*(?::?-+:?\s*)?$/;

function linesToText(text: string): string {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const previous = lines.at(-1) ?? '';
    const bare = line.replace(/^(?:\s{0,3}>\s?)+/, '');
    if (
      /^\s{0,3}(?:=+|-{2,})\s*$/.test(bare) &&
      /^\w|^\S.{2,}/.test(previous) &&
      !/^\s*(?:[-*+#|]|\d+[.)])/.test(previous)
    ) {
      lines[lines.length - 1] = `${bare.includes('=') ? '#' : '##'} ${previous.trim()}`;
      lines.push('');
    } else if (!tableRule.test(bare)) lines.push(lineToText(bare));
  }
  return tablesToLists(lines.join('\n'));
}

function lineToText(line: string): string {
  const admonition = /^\s*(?::{3,}\s*\w*|!!!\s*\w+|\?\?\?\+?\s*\w+|\[!\w+\])\s*\[?"?([^"\]]*)"?\]?\s*$/.exec(
    line,
  );
  if (admonition) return admonition[1]?.trim() ?? '';
  if (/^\s*(?:[-*_]\s*){3,}$/.test(line)) return '';
  const heading = /^\s{0,3}(#{1,6})\s*([^#\s].*?)\s*#*\s*$/.exec(line);
  if (heading && (heading[1] !== '#' || /^\s{0,3}#\s/.test(line))) return `\n${heading[1]} ${heading[2]}\n`;
  const item = /^(\s*)[*+](\s+.*)$/.exec(line);
  if (item) return `${item[1]}-${item[2]}`;
  return /^\s*(?:-|\d{1,3}[.)])\s/.test(line) ? line : line.trimStart();
}
