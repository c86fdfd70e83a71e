// Markdown and MDX to text and blocks, by way of the HTML that they stand for: one reading of headings, lists, tables and hidden text
// serves both, and HTML inside Markdown is HTML.

import type { ElementContent, Element as HastElement, Properties } from 'hast';
import { toHtml } from 'hast-util-to-html';
import type { Blockquote, Code, Html, Nodes, Parents, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { type MdxJsxFlowElement, type MdxJsxTextElement, mdxFromMarkdown } from 'mdast-util-mdx';
import { type Handlers, type State, toHast } from 'mdast-util-to-hast';
import { gfm } from 'micromark-extension-gfm';
import { mdx } from 'micromark-extension-mdx';
import { withoutMarkup } from '#core/inline-markup.ts';
import { parseHtmlText } from './html-text.ts';
import { leftOut } from './html-tree.ts';
import {
  containersToElements,
  withoutExpressions,
  withoutStatements,
  withTableMarks,
} from './markdown-dialects.ts';
import { isTooLong, withinLimits } from './markdown-limits.ts';
import type { ParsedText } from './parsed-text.ts';
import { parsePlainText } from './plain-text.ts';
import { readReadmeBlocks } from './readme-blocks.ts';
import { withoutTemplateMarks } from './template-marks.ts';

export interface MarkdownOptions {
  /** MDX: `import` and `export` statements and `{expressions}` are code, and components are elements. */
  readonly isMdx?: boolean;
  /** Address of the page: what its links are relative to. */
  readonly base?: string | undefined;
}

/** Never throws for what the text holds: `note` says what could not be read as Markdown or MDX. */
export function parseMarkdown(markdown: string, { isMdx = false, base }: MarkdownOptions = {}): ParsedText {
  if (isTooLong(markdown))
    return { ...parsePlainText(markdown), note: 'too long to be read as Markdown: taken as plain text' };
  const written = isMdx ? withoutStatements(markdown) : markdown;
  const source = withTableMarks(containersToElements(readReadmeBlocks(written)));
  const bounded = withinLimits(source);
  if (!isMdx) return parseHtmlText(markdownToHtml(bounded), { base });
  try {
    const handlers = expressionHandlers(markdown);
    if (bounded === source) return parseHtmlText(markdownToHtml(source, { isMdx, handlers }), { base });
  } catch {
    // A page that its own site could not build: its words are worth more than its components.
  }
  return {
    ...parseHtmlText(markdownToHtml(withoutExpressions(bounded)), { base }),
    note: 'not valid MDX: read as Markdown',
  };
}

/** Of a title: Markdown without any block. */
export function inlineText(markdown: string): string {
  if (!/[*_`~[\]<>&{}\\!#]/.test(markdown)) return markdown;
  return withoutMarkup(parseMarkdown(markdown).text).replace(/^#+\s*/, '');
}

function markdownToHtml(source: string, { isMdx = false, handlers: own = {} }: ToHtmlOptions = {}): string {
  const tree = markdownTree(source, { isMdx });
  dropTemplateMarks(tree);
  const lower = source.toLowerCase();
  const isClosed = (name: string) => lower.includes(`</${name}`);
  const handlers: Handlers = {
    ...contentHandlers,
    ...own,
    html: (_state, node: Html) => rawHtml(node, isClosed),
  };
  return toHtml(toHast(tree, { allowDangerousHtml: true, handlers }), { allowDangerousHtml: true });
}

interface ToHtmlOptions {
  readonly isMdx?: boolean;
  readonly handlers?: Handlers;
}

/** Text indented by mistake inside text indented by mistake: more of it is code. */
const deepestIndentedProse = 3;

// Put together once: of a short text that takes longer than reading it. They keep nothing of what they have read.
const grammar = { extensions: [gfm({ singleTilde: false })], mdastExtensions: [gfmFromMarkdown()] };
const mdxGrammar = {
  extensions: [...grammar.extensions, mdx()],
  mdastExtensions: [...grammar.mdastExtensions, mdxFromMarkdown()],
};

function markdownTree(source: string, { isMdx, depth = 0 }: { isMdx: boolean; depth?: number }): Root {
  const tree: Root = fromMarkdown(source, isMdx ? mdxGrammar : grammar);
  if (isMdx || depth === deepestIndentedProse) return tree;
  const stack: Parents[] = [tree];
  for (let parent = stack.pop(); parent; parent = stack.pop()) {
    for (const [index, node] of parent.children.entries()) {
      if (node.type === 'code' && !isFenced(source, node) && isIndentedProse(node.value)) {
        const blockquote: Blockquote = {
          type: 'blockquote',
          children: markdownTree(node.value, { isMdx, depth: depth + 1 }).children as Blockquote['children'],
        };
        parent.children[index] = blockquote;
      } else if ('children' in node) stack.push(node);
    }
  }
  return tree;
}

function isFenced(source: string, { position }: Code): boolean {
  return /^[ \t>]*(?:```|~~~)/.test(source.slice(position!.start.offset, position!.start.offset! + 100));
}

/** CommonMark takes what is indented by four for code; Kramdown and others, and the writers of help centres, often do not. */
function isIndentedProse(value: string): boolean {
  const lines = value.split('\n').filter((line) => line.trim() !== '');
  const worded = lines.filter((line) => /^\s*\p{Lu}\p{Ll}*(?: [\p{L}\d%-]+)+[.,:;!?]?$/u.test(line));
  return (
    worded.length * 2 >= lines.length ||
    /^[ \t]*(?:```|~~~|#{2,6} |!\[)/m.test(value) ||
    /\]\(|\*\*\w/.test(value) ||
    /^[ \t]*(?:[-*] |\d{1,3}\. )?["“']?\p{Lu}[^{};=<>$|\n]{20,2000}[.!?:]["”')]*$/mu.test(value)
  );
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
  mdxJsxFlowElement: component,
  mdxJsxTextElement: component,
};

const constant =
  /^export const (\w{1,60})\s*=\s*(?:(["'`])([^"'`\\${}\n]{0,300})\2|(\d[\d.]{0,20}))\s*;?\s*$/gm;

/** `{version}` is what `export const version = '3.2'` says; all other expressions are code. */
function expressionHandlers(mdx: string): Handlers {
  const constants = new Map(
    Array.from(mdx.matchAll(constant), ([, name, , text, digits]) => [name, text ?? digits ?? '']),
  );
  const write = (_state: State, node: { readonly value: string }): ElementContent | undefined => {
    const value = constants.get(node.value.trim());
    return value === undefined ? literal(node.value) : { type: 'text', value };
  };
  return { mdxFlowExpression: write, mdxTextExpression: write };
}

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
