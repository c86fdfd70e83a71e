// Where code stands in the text of an article: it is shown to be copied, and a placeholder in it would make it useless.
import type { TextRange } from '#core/document.ts';
import { elementsOf, parseHtml, TooManyElementsError, textOf } from '#parse/html-tree.ts';
import type { MarkupFormat, ParsedText } from '#parse/parsed-text.ts';

/** Pieces of inline code that are looked for; no page has as many. */
const mostPieces = 5_000;
const codeSpan = /(`{1,3})(?!`)([^`\n]{2,1000})(?<!`)\1(?!`)/g;
const codeElements = new Set(['code', 'kbd', 'samp', 'tt', 'var', 'pre']);
/** Nothing is redacted that has none of these. */
const mayBeRedacted = /[\d@=:]|\S{20}/;

/** `body`: what `parsed` was made of. Inline code has no marks in the text any more, so it is found again by its words. */
export function codeRanges(
  { text, blocks }: Pick<ParsedText, 'text' | 'blocks'>,
  { format, body }: { readonly format: MarkupFormat; readonly body: string },
): TextRange[] {
  const pieces = new Set(inlineCode(format, body).map((code) => code.replace(/\s+/g, ' ').trim()));
  return [
    ...blocks.filter(({ kind }) => kind === 'code'),
    ...[...pieces].slice(0, mostPieces).flatMap((piece) => occurrences(text, piece)),
  ].map(({ start, end }) => ({ start, end }));
}

/** Of Markdown that is kept as it is. */
export function codeRangesOfMarkdown(markdown: string): TextRange[] {
  return [
    ...markdown.matchAll(/^ {0,3}(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^ {0,3}\1|(?![\s\S]))|`[^`\n]{1,1000}`/gm),
  ].map(({ 0: whole, index }) => ({ start: index, end: index + whole.length }));
}

function inlineCode(format: MarkupFormat, body: string): string[] {
  const spans = format === 'html' ? [] : Array.from(body.matchAll(codeSpan), ([, , code]) => code!);
  const hasElements = format !== 'text' && /<(?:code|kbd|samp|tt|var)\b/i.test(body);
  return [...spans, ...(hasElements ? elementCode(body) : [])].filter((code) => mayBeRedacted.test(code));
}

function elementCode(html: string): string[] {
  try {
    return [...elementsOf(parseHtml(html).root, ({ tagName }) => !codeElements.has(tagName))]
      .filter(({ tagName }) => codeElements.has(tagName))
      .map((element) => textOf(element));
  } catch (error) {
    if (error instanceof TooManyElementsError) return [];
    throw error;
  }
}

function occurrences(text: string, piece: string): TextRange[] {
  const found: TextRange[] = [];
  for (let at = text.indexOf(piece); at !== -1; at = text.indexOf(piece, at + piece.length))
    found.push({ start: at, end: at + piece.length });
  return found;
}
