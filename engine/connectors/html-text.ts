// Messages in HTML as plain text and back. What mail programs quote is left out.
import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5';

type Node = DefaultTreeAdapterTypes.ChildNode;

const blocks = new Set([
  'p',
  'div',
  'li',
  'ul',
  'ol',
  'tr',
  'table',
  'pre',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
]);
const silent = new Set(['script', 'style', 'head', 'title', 'template', 'blockquote']);
const quotes = /(?:^|\s)(?:gmail_quote|yahoo_quoted|moz-cite-prefix|protonmail_quote)/;
/** Deeper HTML is nobody's message. */
const deepest = 200;

export function textOfHtml(html: string): string {
  const pieces: string[] = [];
  const visit = (nodes: readonly Node[], depth: number): void => {
    if (depth > deepest) return;
    for (const node of nodes) {
      if ('value' in node && node.nodeName === '#text') pieces.push(node.value.replace(/\s+/g, ' '));
      if (!('tagName' in node)) continue;
      const kind = node.attrs.find(({ name }) => name === 'class')?.value ?? '';
      if (silent.has(node.tagName) || quotes.test(kind)) continue;
      if (node.tagName === 'br') pieces.push('\n');
      const isBlock = blocks.has(node.tagName);
      if (isBlock) pieces.push('\n');
      visit(node.childNodes, depth + 1);
      if (isBlock) pieces.push('\n');
    }
  };
  visit(parseFragment(html).childNodes, 0);
  return pieces
    .join('')
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

export function htmlOfText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\n', '<br>');
}
