// HTML as a browser's parser sees it: the tree, what in it a reader sees, and the text of a part of it.
import { type DefaultTreeAdapterTypes, defaultTreeAdapter, parse, parseFragment } from 'parse5';

export type Node = DefaultTreeAdapterTypes.ChildNode;
export type Parent = DefaultTreeAdapterTypes.ParentNode;
export type Element = DefaultTreeAdapterTypes.Element;

/** Never text of an article. A button is kept where it opens what a heading or a summary stands for. */
export const leftOut: ReadonlySet<string> = new Set(
  'script style template noscript svg math iframe object embed canvas audio video head nav button select input textarea dialog'.split(
    ' ',
  ),
);
export const blockElements: ReadonlySet<string> = new Set(
  'address article aside blockquote dd details div dl dt figcaption figure footer header main p section summary fieldset form body html'.split(
    ' ',
  ),
);

const nothing: ReadonlySet<string> = new Set();

/** Unclosed formatting elements make a browser copy them into every paragraph: a few kilobytes can stand for gigabytes. */
const mostElements = 500_000;

export class TooManyElementsError extends Error {}

/** A whole page, or a fragment of one. Throws `TooManyElementsError`. */
export function parseHtml(html: string): { readonly root: Parent; readonly isPage: boolean } {
  const isPage = /<(?:!doctype|html|head|body)\b/i.test(html.slice(0, 4_000));
  let elements = 0;
  const treeAdapter: typeof defaultTreeAdapter = {
    ...defaultTreeAdapter,
    createElement(...args) {
      elements += 1;
      if (elements > mostElements) throw new TooManyElementsError();
      return defaultTreeAdapter.createElement(...args);
    },
  };
  return { root: isPage ? parse(html, { treeAdapter }) : parseFragment(html, { treeAdapter }), isPage };
}

/** In document order; iterative, so depth does not matter. Does not go into elements of which `enter` says no. */
export function* elementsOf(
  root: Parent,
  enter: (element: Element) => boolean = () => true,
): Generator<Element> {
  const stack: Node[] = [...root.childNodes].reverse();
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (!('tagName' in node)) continue;
    yield node;
    if (!enter(node)) continue;
    for (let index = node.childNodes.length - 1; index >= 0; index -= 1) stack.push(node.childNodes[index]!);
  }
}

export interface TextOptions {
  /** Elements that are text although they are left out elsewhere. */
  readonly keep?: ReadonlySet<string>;
  /** What a link's words become. */
  readonly link?: (label: string, element: Element) => string;
}

/** Text of a subtree without what is left out; list items are set apart by commas. Iterative. */
export function textOf(element: Parent, { keep = nothing, link }: TextOptions = {}): string {
  let text = '';
  const stack: (Node | { readonly link: Element; readonly from: number })[] = [
    ...element.childNodes,
  ].reverse();
  for (let node = stack.pop(); node; node = stack.pop()) {
    if ('link' in node) {
      const label = text.slice(node.from);
      const words = label.trim();
      if (words !== '')
        text =
          text.slice(0, node.from) + label.replace(words, () => link!(words.replace(/\s+/g, ' '), node.link));
      continue;
    }
    if (node.nodeName === '#text' && 'value' in node) text += node.value;
    if (!('tagName' in node) || isHidden(node) || (leftOut.has(node.tagName) && !keep.has(node.tagName)))
      continue;
    if (link && node.tagName === 'a') stack.push({ link: node, from: text.length });
    if (node.tagName === 'img') text += attribute(node, 'alt') ?? '';
    if (node.tagName === 'li') text += isFirstItem(node) ? ' ' : ', ';
    if (node.tagName === 'br' || blockElements.has(node.tagName)) text += ' ';
    for (let index = node.childNodes.length - 1; index >= 0; index -= 1) stack.push(node.childNodes[index]!);
  }
  return text;
}

/** `textOf` on one line. */
export function lineOf(element: Parent, options?: TextOptions): string {
  return textOf(element, options)
    .replace(/\s+/g, ' ')
    .replace(/([.,:;!?]) ?, /g, '$1 ')
    .replaceAll(' , ', ', ')
    .trim();
}

function isFirstItem(item: Element): boolean {
  return item.parentNode?.childNodes.find((sibling) => sibling.nodeName === 'li') === item;
}

export function hasAttribute(element: Element, name: string): boolean {
  return attribute(element, name) !== undefined;
}

export function isHeadingName(tagName: string): boolean {
  return /^h[1-6]$/.test(tagName);
}

export function remove(node: Element): void {
  const parent = node.parentNode;
  if (parent) parent.childNodes = parent.childNodes.filter((child) => child !== node);
}

export function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((candidate) => candidate.name === name)?.value;
}

const white = /^(?:white|#fff(?:fff)?|rgba?\(255,255,255(?:,1)?\)|transparent|rgba\(\d+,\d+,\d+,0\))$/;

export function isHidden(element: Element): boolean {
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
