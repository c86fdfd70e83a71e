// Markdown and MDX to text and blocks, by way of the HTML that they stand for: one reading of headings, lists, tables and hidden text
// serves both, and HTML inside Markdown is HTML.

import type { ElementContent, Element as HastElement, Properties } from 'hast';
import { toHtml } from 'hast-util-to-html';
import type { Html, Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { type MdxJsxFlowElement, type MdxJsxTextElement, mdxFromMarkdown } from 'mdast-util-mdx';
import { type Handlers, type State, toHast } from 'mdast-util-to-hast';
import { gfm } from 'micromark-extension-gfm';
import { mdx } from 'micromark-extension-mdx';
import { parseHtmlText } from './html-text.ts';
import { leftOut } from './html-tree.ts';
import {
  containersToElements,
  withoutExpressions,
  withoutStatements,
  withoutTemplateMarks,
} from './markdown-dialects.ts';
import { isTooLong, withinLimits } from './markdown-limits.ts';
import type { ParsedText } from './parsed-text.ts';
import { parsePlainText } from './plain-text.ts';

export interface MarkdownOptions {
  /** MDX: `import` and `export` statements and `{expressions}` are code, and components are elements. */
  readonly isMdx?: boolean;
}

/** Never throws for what the text holds: `note` says what could not be read as Markdown or MDX. */
export function parseMarkdown(markdown: string, { isMdx = false }: MarkdownOptions = {}): ParsedText {
  if (isTooLong(markdown))
    return { ...parsePlainText(markdown), note: 'too long to be read as Markdown: taken as plain text' };
  const source = withinLimits(containersToElements(isMdx ? withoutStatements(markdown) : markdown));
  if (!isMdx) return parseHtmlText(markdownToHtml(source));
  try {
    return parseHtmlText(markdownToHtml(source, { isMdx }));
  } catch {
    // A page that its own site could not build: its words are worth more than its components.
    return {
      ...parseHtmlText(markdownToHtml(withoutExpressions(source))),
      note: 'not valid MDX: read as Markdown',
    };
  }
}

/** Of a title: Markdown without any block. */
export function inlineText(markdown: string): string {
  if (!/[*_`~[\]<>&{}\\!#]/.test(markdown)) return markdown;
  return parseMarkdown(markdown).text.replace(/^#+\s*/, '');
}

function markdownToHtml(source: string, { isMdx = false }: MarkdownOptions = {}): string {
  const tree: Root = fromMarkdown(source, {
    extensions: [gfm({ singleTilde: false }), ...(isMdx ? [mdx()] : [])],
    mdastExtensions: [gfmFromMarkdown(), ...(isMdx ? [mdxFromMarkdown()] : [])],
  });
  dropTemplateMarks(tree);
  const lower = source.toLowerCase();
  const isClosed = (name: string) => lower.includes(`</${name}`);
  const handlers: Handlers = { ...contentHandlers, html: (_state, node: Html) => rawHtml(node, isClosed) };
  return toHtml(toHast(tree, { allowDangerousHtml: true, handlers }), { allowDangerousHtml: true });
}

function dropTemplateMarks(root: Nodes): void {
  const stack: Nodes[] = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === 'text') node.value = withoutTemplateMarks(node.value);
    if ('children' in node) stack.push(...node.children);
  }
}

const contentHandlers: Handlers = {
  // A note stays where it was written.
  footnoteReference: () => undefined,
  footnoteDefinition: (state: State, node) => element('div', {}, state.all(node)),
  mdxFlowExpression: (_state, node: { readonly value: string }) => literal(node.value),
  mdxTextExpression: (_state, node: { readonly value: string }) => literal(node.value),
  mdxJsxFlowElement: component,
  mdxJsxTextElement: component,
};

/** `{' '}` and `{"text"}` are text, every other expression is code. */
function literal(expression: string): ElementContent | undefined {
  const value = /^\s*(["'`])([^"'`\\${}]*)\1\s*$/.exec(expression)?.[2];
  return value === undefined ? undefined : { type: 'text', value };
}

/** Components are named apart from the elements of HTML: `<Table>` need not be a table. */
function component(state: State, node: MdxJsxFlowElement | MdxJsxTextElement): HastElement {
  const name = node.name ?? 'div';
  const isHtml = /^[a-z][a-z\d]*$/.test(name);
  const tag = isHtml ? name : `x-${name.toLowerCase().replace(/[^a-z\d]+/g, '-')}`;
  const properties: Properties = {};
  for (const attribute of node.attributes) {
    if (attribute.type !== 'mdxJsxAttribute' || !/^[a-z][\w-]*$/i.test(attribute.name)) continue;
    const { value } = attribute;
    const text =
      typeof value === 'string'
        ? value
        : value
          ? /^\s*(["'`])([^"'`\\${}]*)\1\s*$/.exec(value.value)?.[2]
          : '';
    if (text !== undefined) properties[attribute.name.toLowerCase()] = text;
  }
  return element(tag, properties, state.all(node));
}

function element(tagName: string, properties: Properties, children: ElementContent[]): HastElement {
  return { type: 'element', tagName, properties, children };
}

const swallowing = new Set([...leftOut, 'title', 'xmp', 'noembed', 'noframes', 'plaintext']);

/** "Put it into the <title> tag": an element that never closes would swallow the rest of the article. */
function rawHtml({ value }: Html, isClosed: (name: string) => boolean) {
  const name = /^<([a-z][a-z\d]*)/i.exec(value.trimStart())?.[1]?.toLowerCase();
  const isLost = name !== undefined && swallowing.has(name) && !isClosed(name);
  return { type: 'raw' as const, value: isLost ? '' : value };
}
