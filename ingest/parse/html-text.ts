// HTML to text and blocks: the main content with its headings, lists, table rows and code. What a reader would not see (scripts,
// navigation, hidden or invisible text) is left out, so that it can neither be quoted nor steer.
import { caption, isLayout, tableRows } from './html-table.ts';
import {
  attribute,
  blockElements,
  type Element,
  elementsOf,
  isHidden,
  leftOut,
  lineOf,
  type Parent,
  parseHtml,
  TooManyElementsError,
  textOf,
} from './html-tree.ts';
import { type BlockWriter, createBlockWriter, type ListPlace, type ParsedText } from './parsed-text.ts';
import { parsePlainText } from './plain-text.ts';

export interface PageFacts {
  readonly title?: string;
  /** The first `h1` of the content. */
  readonly heading?: string;
  readonly language?: string;
  /** `<meta name>` values by lower-case name, and `canonical` from the link element. */
  readonly meta: Readonly<Record<string, string>>;
}

/** Deeper than any page a person writes; below it only the text is taken. */
const deepest = 300;

export function parseHtmlText(html: string): ParsedText {
  try {
    const { root, isPage } = parseHtml(html);
    const writer = createBlockWriter();
    writeChildren(isPage ? mainContent(root) : root, writer, { depth: 0, indent: '', nesting: 0 });
    return writer.finish();
  } catch (error) {
    if (!(error instanceof TooManyElementsError)) throw error;
    const note = 'too many elements to be read as HTML: its text was taken as it stands';
    return { ...parsePlainText(html.replace(/<[^<>]*>/g, ' ')), note };
  }
}

export function readPageFacts(html: string): PageFacts {
  const { root, isPage } = parseHtml(html);
  const meta: Record<string, string> = {};
  let title: string | undefined;
  let language: string | undefined;
  for (const element of elementsOf(root)) {
    if (element.tagName === 'html') language = attribute(element, 'lang');
    if (element.tagName === 'title' && title === undefined) title = textOf(element).trim();
    if (element.tagName === 'link' && attribute(element, 'rel') === 'canonical')
      meta.canonical = attribute(element, 'href') ?? '';
    const name =
      element.tagName === 'meta' ? (attribute(element, 'name') ?? attribute(element, 'property')) : undefined;
    if (name) meta[name.toLowerCase()] = attribute(element, 'content') ?? '';
  }
  const heading = elementsOf(isPage ? mainContent(root) : root).find(({ tagName }) => tagName === 'h1');
  return {
    meta,
    ...(title ? { title } : {}),
    ...(heading ? { heading: lineOf(heading) } : {}),
    ...(language ? { language } : {}),
  };
}

function mainContent(root: Parent): Parent {
  let body: Parent = root;
  const articles: Element[] = [];
  for (const element of elementsOf(root)) {
    if (element.tagName === 'main' || attribute(element, 'role') === 'main') return element;
    if (element.tagName === 'article') articles.push(element);
    if (element.tagName === 'body') body = element;
  }
  return articles.length === 1 && articles[0] ? articles[0] : body;
}

interface Place extends ListPlace {
  readonly nesting: number;
}

function writeChildren(parent: Parent, out: BlockWriter, place: Place): void {
  for (const node of parent.childNodes) {
    if (node.nodeName === '#text' && 'value' in node) out.inline(node.value, place);
    else if ('tagName' in node) writeElement(node, out, place);
  }
}

function writeElement(element: Element, out: BlockWriter, outer: Place): void {
  const name = element.tagName;
  if (isHidden(element) || (leftOut.has(name) && !opensPanel(element))) return;
  const place = { ...outer, nesting: outer.nesting + 1 };
  if (place.nesting > deepest) {
    out.inline(textOf(element), place);
    return;
  }
  // The page's own header and footer are frame; those of an article are content.
  if ((name === 'header' || name === 'footer') && element.parentNode?.nodeName === 'body') return;
  const writeBlock = () => {
    out.endBlock();
    writeChildren(element, out, place);
    out.endBlock();
  };
  if (isHeading(element)) writeHeading(element, out, place);
  else if (name === 'br') out.lineBreak();
  else if (name === 'hr') writeRule(element, out);
  else if (name === 'img') out.inline(attribute(element, 'alt') ?? '', place);
  else if (name === 'ul' || name === 'ol') writeList(element, out, place);
  else if (name === 'table' && !isLayout(element)) writeTable(element, out, place);
  else if (name === 'pre') out.code(textOf(element), place);
  else if (name === 'details' || name === 'dl') out.scope(writeBlock);
  else if (blockElements.has(name) || /^(?:table|tr|td|th|caption)$/.test(name)) writeBlock();
  else if (componentTitle(element) !== undefined) writeComponent(element, out, place);
  else writeChildren(element, out, place);
}

/** Our own readers of files with pages put a rule with its number before each page. */
function writeRule(element: Element, out: BlockWriter): void {
  out.endBlock();
  const page = Number(attribute(element, 'data-page'));
  if (Number.isSafeInteger(page) && page > 0) out.page(page);
}

/** What a click opens is content of the page, and the button's words are its heading. */
function opensPanel(element: Element): boolean {
  return element.tagName === 'button' && attribute(element, 'aria-expanded') !== undefined;
}

/** A question in a list of definitions is a heading too: what follows is its answer. */
function isHeading(element: Element): boolean {
  const name = element.tagName;
  return (
    /^h[1-6]$/.test(name) ||
    name === 'summary' ||
    opensPanel(element) ||
    (name === 'dt' && textOf(element).trimEnd().endsWith('?'))
  );
}

const buttons: ReadonlySet<string> = new Set(['button']);

function writeHeading(element: Element, out: BlockWriter, place: Place): void {
  const text = lineOf(element, buttons);
  const level = /^h([1-6])$/.exec(element.tagName)?.[1];
  if (text === '') return;
  if (place.depth === 0) {
    out.heading(level ? Number(level) : undefined, text);
    return;
  }
  // Inside a list item it stands above nothing but the item.
  out.endBlock();
  out.inline(text, place);
  out.endBlock();
}

function writeList(list: Element, out: BlockWriter, place: Place): void {
  let number = Number(attribute(list, 'start') ?? 1) || 1;
  out.endBlock();
  for (const item of list.childNodes) {
    if (!('tagName' in item) || isHidden(item)) continue;
    if (item.tagName !== 'li') {
      writeElement(item, out, place);
      continue;
    }
    const ordered = list.tagName === 'ol';
    const marker = ordered ? `${number}. ` : '- ';
    const inner = { ...place, depth: place.depth + 1, indent: place.indent + ' '.repeat(marker.length) };
    out.item(marker, { ...inner, ...(ordered ? { number } : {}) });
    writeChildren(item, out, inner);
    out.endBlock();
    number += 1;
  }
}

function writeTable(table: Element, out: BlockWriter, place: Place): void {
  const title = caption(table);
  out.endBlock();
  if (title) {
    out.inline(title, place);
    out.endBlock();
  }
  const inner = { depth: place.depth + 1, indent: `${place.indent}  ` };
  for (const row of tableRows(table)) out.row(row, inner);
}

/** Names that HTML has for text; `title` on them is a tooltip. Any other name is a component of some site generator. */
const inlineElements = new Set(
  (
    'a abbr acronym b bdi bdo big button center cite code col colgroup data del dfn em font i ins kbd label legend li map mark ' +
    'meter nobr optgroup option output picture progress q rp rt ruby s samp slot small source span strike strong sub sup tbody ' +
    'tfoot thead time track tt u var wbr'
  ).split(' '),
);
const titleAttributes = ['title', 'label', 'heading', 'header', 'summary', 'question', 'text', 'caption'];

function componentTitle(element: Element): string | undefined {
  if (inlineElements.has(element.tagName)) return undefined;
  return titleAttributes.map((name) => attribute(element, name)?.trim()).find((value) => value);
}

/** Its title stands above what is in it; without anything in it, the title is its text. */
function writeComponent(element: Element, out: BlockWriter, place: Place): void {
  const title = componentTitle(element)!;
  out.endBlock();
  out.scope(() => {
    const isSection =
      place.depth === 0 && !element.tagName.endsWith('-aside') && textOf(element).trim() !== '';
    if (isSection) out.heading(undefined, title, { standsAlone: /\btab/.test(element.tagName) });
    else out.inline(title, place);
    out.endBlock();
    writeChildren(element, out, place);
    out.endBlock();
  });
}
