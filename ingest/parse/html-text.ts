// HTML to text and blocks: the main content with its headings, lists, table rows and code. What a reader would not see (scripts,
// navigation, hidden or invisible text) is left out, so that it can neither be quoted nor steer.
import { codeLanguage } from './code-language.ts';
import { isStorageFormat, settleStorage, storageToHtml } from './confluence.ts';
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
import { linkAddress, linked } from './link-address.ts';
import { holdsArticle, removeFrame } from './page-frame.ts';
import { mayHavePanels, openPanels, opensPanel } from './page-panels.ts';
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

export interface HtmlOptions {
  /** Address of the page: what its links are relative to. */
  readonly base?: string | undefined;
}

export function parseHtmlText(html: string, { base }: HtmlOptions = {}): ParsedText {
  try {
    const isStorage = isStorageFormat.test(html);
    const { root, isPage } = parseHtml(isStorage ? storageToHtml(html) : html);
    if (isStorage) settleStorage(root);
    if (mayHavePanels.test(html)) openPanels(root);
    if (isPage) removeFrame(root);
    const writer = createBlockWriter();
    const page = { base: isPage ? baseOf(root, base) : base };
    writeChildren(isPage ? mainContent(root) : root, writer, { depth: 0, indent: '', nesting: 0, page });
    return { ...writer.finish(), ...(isPage ? { isPage } : {}) };
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
  if (isPage) removeFrame(root);
  const heading = elementsOf(isPage ? mainContent(root) : root).find(({ tagName }) => tagName === 'h1');
  return {
    meta,
    ...(title ? { title } : {}),
    ...(heading ? { heading: lineOf(heading) } : {}),
    ...(language ? { language } : {}),
  };
}

/** A page says itself what its links are relative to, or at least where it is. */
function baseOf(root: Parent, known: string | undefined): string | undefined {
  let canonical: string | undefined;
  for (const element of elementsOf(root)) {
    if (element.tagName === 'base') return URL.parse(attribute(element, 'href') ?? '', known)?.href ?? known;
    if (element.tagName === 'link' && attribute(element, 'rel') === 'canonical')
      canonical = attribute(element, 'href');
    if (element.tagName === 'body') break;
  }
  return known ?? canonical;
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
  readonly page: { readonly base: string | undefined };
}

function writeChildren(parent: Parent, out: BlockWriter, place: Place): void {
  for (const node of parent.childNodes) {
    if (node.nodeName === '#text' && 'value' in node) out.inline(node.value, place);
    else if ('tagName' in node) writeElement(node, out, place);
  }
}

function writeElement(element: Element, out: BlockWriter, outer: Place): void {
  const name = element.tagName;
  if (isHidden(element) || (leftOut.has(name) && !opensPanel(element)) || isFormOnly(element)) return;
  const place = { ...outer, nesting: outer.nesting + 1 };
  if (place.nesting > deepest) {
    out.inline(textOf(element), place);
    return;
  }
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
  else if (name === 'pre') out.code(textOf(element), { ...place, language: codeLanguage(element) });
  else if (name === 'a')
    out.marked(
      (text) => linked(text, addressOf(element, place)),
      () => writeChildren(element, out, place),
    );
  else if (name === 'b' || name === 'strong') out.marked(inBold, () => writeChildren(element, out, place));
  else if (name === 'details' || name === 'dl') out.scope(writeBlock);
  else if (blockElements.has(name) || /^(?:table|tr|td|th|caption)$/.test(name)) writeBlock();
  else if (componentTitle(element) !== undefined || componentTexts(element).length > 0)
    writeComponent(element, out, place);
  else writeChildren(element, out, place);
}

function isFormOnly(element: Element): boolean {
  return element.tagName === 'form' && !holdsArticle(element);
}

/** A link around nothing but an image shows the image. */
function addressOf(link: Element, { page }: Place): string | undefined {
  const isImage =
    textOf(link).trim() !== '' && [...elementsOf(link)].some(({ tagName }) => tagName === 'img');
  const own = isImage && link.childNodes.every((node) => !('value' in node) || node.value.trim() === '');
  return own ? undefined : linkAddress(attribute(link, 'href'), page.base);
}

/** Sentences are cut apart: one in bold, or several, stays as it is. */
function inBold(text: string): string {
  const isLabel = text.length <= 200 && !/[*`]|[.!?…。！？]["'”»)]*\s/.test(text);
  return isLabel ? `**${text}**` : text;
}

/** Our own readers of files with pages put a rule with its number before each page. */
function writeRule(element: Element, out: BlockWriter): void {
  out.endBlock();
  const page = Number(attribute(element, 'data-page'));
  if (Number.isSafeInteger(page) && page > 0) out.page(page);
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
  const withoutButtons = opensPanel(element) ? '' : lineOf(element);
  const text = withoutButtons === '' ? lineOf(element, { keep: buttons }) : withoutButtons;
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
  const link = (label: string, element: Element) => linked(label, addressOf(element, place));
  for (const row of tableRows(table, { link })) out.row(row, inner);
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
/** Of components, and shown below the title. */
const textAttributes = ['subtitle', 'description', 'summary', 'text', 'caption', 'body', 'content', 'answer'];
const addressAttributes = ['href', 'url', 'link', 'to'];

function componentTitle(element: Element): string | undefined {
  if (inlineElements.has(element.tagName)) return undefined;
  const name = /\btab/.test(element.tagName) ? attribute(element, 'name')?.trim() : undefined;
  return titleAttributes.map((title) => attribute(element, title)?.trim()).find(Boolean) ?? name;
}

/** What a component says besides its title. */
function componentTexts(element: Element): string[] {
  if (!element.tagName.startsWith('x-')) return [];
  const title = componentTitle(element);
  const texts = textAttributes.map((name) => attribute(element, name)?.trim() ?? '');
  return [...new Set(texts)].filter((text) => /\p{L}/u.test(text) && text !== title);
}

/** Its title stands above what is in it; without anything in it, the title is its text. */
function writeComponent(element: Element, out: BlockWriter, place: Place): void {
  const title = componentTitle(element) ?? '';
  const texts = componentTexts(element);
  const address = element.tagName.startsWith('x-')
    ? addressAttributes.map((name) => linkAddress(attribute(element, name), place.page.base)).find(Boolean)
    : undefined;
  const paragraph = (text: string) => {
    out.endBlock();
    out.inline(text, place);
    out.endBlock();
  };
  out.endBlock();
  out.scope(() => {
    const isEmpty = textOf(element).trim() === '' && texts.length === 0;
    const isSection = place.depth === 0 && !element.tagName.endsWith('-aside') && !isEmpty && title !== '';
    if (isSection) out.heading(undefined, title, { standsAlone: /\btab/.test(element.tagName) });
    else if (title !== '') paragraph(isEmpty ? linked(title, address) : title);
    for (const text of texts) paragraph(text);
    writeChildren(element, out, place);
    out.endBlock();
    if (address && !isEmpty) paragraph(linked(title || address, address));
  });
}
