// HTML to the Markdown form that documents keep: the main content with headings, lists, tables and code. What a reader
// would not see (scripts, navigation, hidden or invisible text) is left out, so that it can neither be quoted nor steer.
import { type DefaultTreeAdapterTypes, parse, parseFragment } from 'parse5';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Parent = DefaultTreeAdapterTypes.ParentNode;
type Element = DefaultTreeAdapterTypes.Element;

export interface HtmlText {
  readonly markdown: string;
  readonly title?: string;
  readonly language?: string;
  /** `<meta name>` values by lower-case name, and `canonical` from the link element. */
  readonly meta: Readonly<Record<string, string>>;
}

const leftOut = new Set(
  'script style template noscript svg math iframe object embed canvas audio video head nav aside button select input textarea form dialog'.split(
    ' ',
  ),
);
const blocks = new Set(
  'address article blockquote dd details div dl dt figcaption figure footer header main p section summary fieldset body html'.split(
    ' ',
  ),
);
/** Deeper than any page a person writes; below it only the text is taken. */
const deepest = 300;

/** A whole page, or a fragment of one. */
export function htmlToMarkdown(html: string): HtmlText {
  const whole = /<(?:!doctype|html|head|body)\b/i.test(html.slice(0, 4_000));
  const root: Parent = whole ? parse(html) : parseFragment(html);
  const facts = pageFacts(root);
  const content = whole ? mainContent(root) : root;
  const lines = createWriter();
  writeChildren(content, lines, { depth: 0, indent: '' });
  return { markdown: lines.text(), ...facts };
}

/** Character references such as `&amp;` and `&#8217;`, in text that has no tags. */
export function decodeEntities(text: string): string {
  return text.replace(/&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,30});/gi, (reference) => {
    const node = parseFragment(reference).childNodes[0];
    return node && 'value' in node ? node.value : reference;
  });
}

function pageFacts(root: Parent): Omit<HtmlText, 'markdown'> {
  const meta: Record<string, string> = {};
  let title: string | undefined;
  let language: string | undefined;
  for (const element of elements(root)) {
    if (element.tagName === 'html') language = attribute(element, 'lang');
    if (element.tagName === 'title' && title === undefined) title = textOf(element).trim();
    if (element.tagName === 'link' && attribute(element, 'rel') === 'canonical')
      meta.canonical = attribute(element, 'href') ?? '';
    const name =
      element.tagName === 'meta' ? (attribute(element, 'name') ?? attribute(element, 'property')) : undefined;
    if (name) meta[name.toLowerCase()] = attribute(element, 'content') ?? '';
  }
  return { meta, ...(title ? { title } : {}), ...(language ? { language } : {}) };
}

function mainContent(root: Parent): Parent {
  let body: Parent = root;
  const articles: Element[] = [];
  for (const element of elements(root)) {
    if (element.tagName === 'main' || attribute(element, 'role') === 'main') return element;
    if (element.tagName === 'article') articles.push(element);
    if (element.tagName === 'body') body = element;
  }
  return articles.length === 1 && articles[0] ? articles[0] : body;
}

function* elements(root: Parent): Generator<Element> {
  const stack: Node[] = [...root.childNodes].reverse();
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (!('tagName' in node)) continue;
    yield node;
    for (let index = node.childNodes.length - 1; index >= 0; index -= 1) stack.push(node.childNodes[index]!);
  }
}

interface Place {
  readonly depth: number;
  readonly indent: string;
  /** Inside `pre`: whitespace counts. */
  readonly code?: boolean;
}

function writeChildren(parent: Parent, out: Writer, place: Place): void {
  for (const node of parent.childNodes) {
    if (node.nodeName === '#text' && 'value' in node) out.inline(node.value, place.code);
    else if ('tagName' in node) writeElement(node, out, place);
  }
}

function writeElement(element: Element, out: Writer, place: Place): void {
  const name = element.tagName;
  if (leftOut.has(name) || isHidden(element)) return;
  const inner: Place = { ...place, depth: place.depth + 1 };
  if (inner.depth > deepest) {
    out.inline(textOf(element));
    return;
  }
  // The page's own header and footer are frame; those of an article are content.
  if ((name === 'header' || name === 'footer') && element.parentNode?.nodeName === 'body') return;
  const heading = /^h([1-6])$/.exec(name)?.[1];
  if (heading) {
    const text = textOf(element).replace(/\s+/g, ' ').trim();
    if (text) out.block(`${'#'.repeat(Number(heading))} ${text}`);
  } else if (name === 'br') out.lineBreak(place.indent);
  else if (name === 'hr') out.paragraph();
  else if (name === 'img') out.inline(attribute(element, 'alt') ?? '');
  else if (name === 'ul' || name === 'ol') writeList(element, out, inner);
  else if (name === 'table') writeTable(element, out);
  else if (name === 'pre') {
    out.block(
      `\`\`\`\n${textOf(element)
        .replace(/^\n|\s+$/g, '')
        .replaceAll('```', "'''")}\n\`\`\``,
    );
  } else if (blocks.has(name)) {
    out.paragraph(place.indent);
    writeChildren(element, out, inner);
    out.paragraph(place.indent);
  } else writeChildren(element, out, inner);
}

function writeList(list: Element, out: Writer, place: Place): void {
  let number = Number(attribute(list, 'start') ?? 1) || 1;
  if (place.indent === '') out.paragraph();
  for (const item of list.childNodes) {
    if (!('tagName' in item) || isHidden(item)) continue;
    if (item.tagName !== 'li') {
      writeElement(item, out, place);
      continue;
    }
    const marker = list.tagName === 'ol' ? `${number++}. ` : '- ';
    out.item(place.indent + marker);
    writeChildren(item, out, { depth: place.depth + 1, indent: place.indent + ' '.repeat(marker.length) });
  }
  if (place.indent === '') out.paragraph();
}

function writeTable(table: Element, out: Writer): void {
  const rows: string[] = [];
  for (const row of elements(table)) {
    if (row.tagName !== 'tr' || isHidden(row)) continue;
    const cells = row.childNodes.filter(
      (cell): cell is Element => 'tagName' in cell && /^t[dh]$/.test(cell.tagName) && !isHidden(cell),
    );
    const texts = cells.map((cell) => textOf(cell).replace(/\s+/g, ' ').replaceAll('|', '/').trim());
    if (texts.some((text) => text !== '')) rows.push(`| ${texts.join(' | ')} |`);
  }
  if (rows.length > 0) out.block(rows.join('\n'));
}

/** Text of a subtree without what is left out; iterative, so depth does not matter. */
function textOf(element: Element): string {
  let text = '';
  const stack: Node[] = [...element.childNodes].reverse();
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.nodeName === '#text' && 'value' in node) text += node.value;
    if (!('tagName' in node) || leftOut.has(node.tagName) || isHidden(node)) continue;
    if (node.tagName === 'img') text += attribute(node, 'alt') ?? '';
    if (node.tagName === 'br' || blocks.has(node.tagName) || node.tagName === 'li') text += ' ';
    for (let index = node.childNodes.length - 1; index >= 0; index -= 1) stack.push(node.childNodes[index]!);
  }
  return text;
}

function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((candidate) => candidate.name === name)?.value;
}

const white = /^(?:white|#fff(?:fff)?|rgba?\(255,255,255(?:,1)?\)|transparent|rgba\(\d+,\d+,\d+,0\))$/;

function isHidden(element: Element): boolean {
  if (element.attrs.length === 0) return false;
  if (attribute(element, 'hidden') !== undefined || attribute(element, 'aria-hidden') === 'true') return true;
  const style = attribute(element, 'style')
    ?.toLowerCase()
    .replace(/\s+|!important/g, '');
  if (!style) return false;
  const rules = new Map(
    style.split(';').map((rule) => [rule.slice(0, rule.indexOf(':')), rule.slice(rule.indexOf(':') + 1)]),
  );
  if (rules.get('display') === 'none' || /^(?:hidden|collapse)$/.test(rules.get('visibility') ?? ''))
    return true;
  if (
    /^0(?:\.0+)?(?:px|pt|em|rem|%)?$/.test(rules.get('font-size') ?? '') ||
    /^0(?:\.0+)?$/.test(rules.get('opacity') ?? '')
  )
    return true;
  if (/^-\d{3,}/.test(rules.get('left') ?? rules.get('top') ?? rules.get('text-indent') ?? '')) return true;
  const background = rules.get('background-color') ?? rules.get('background');
  const color = rules.get('color');
  return (
    color !== undefined &&
    (color === background || (white.test(color) && (background === undefined || white.test(background))))
  );
}

type Writer = ReturnType<typeof createWriter>;

function createWriter() {
  const lines: string[] = [];
  let current = '';
  let pendingIndent = '';
  const flush = () => {
    if (current.trim() !== '') lines.push(current.trimEnd());
    current = '';
  };
  const blank = () => {
    flush();
    if (lines.length > 0 && lines.at(-1) !== '') lines.push('');
  };
  return {
    inline(text: string, code = false) {
      const flat = code ? text : text.replace(/\s+/g, ' ');
      if (current === '') current = pendingIndent;
      current += current.trim() === '' || current.endsWith(' ') ? flat.trimStart() : flat;
    },
    block(text: string) {
      blank();
      lines.push(text, '');
      pendingIndent = '';
    },
    item(marker: string) {
      flush();
      current = marker;
      pendingIndent = '';
    },
    lineBreak(indent: string) {
      flush();
      pendingIndent = indent;
    },
    paragraph(indent = '') {
      // The first paragraph inside a list item stays on the line of its marker.
      if (/^\s*(?:-|\d+\.) $/.test(current)) return;
      if (indent === '') blank();
      else flush();
      pendingIndent = indent;
    },
    text() {
      flush();
      return lines.join('\n').trim();
    },
  };
}
