// A text as a customer reads it: sentences, list items, table rows and blocks of code, in order.
import type { Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { splitSentences } from '#core/sentences.ts';

export interface TextUnit {
  readonly kind: 'heading' | 'sentence' | 'item' | 'step' | 'row' | 'code';
  readonly text: string;
}

/** What a reader sees at a glance, and loses when it becomes prose. */
export type Format = 'list' | 'table' | 'code';

/** A single item or row is as well said in a sentence. */
const fewestParts = 2;

export function textUnits(markdown: string): TextUnit[] {
  return [...unitsOf(parse(markdown), 'sentence')];
}

/** Formats of the part of a text that lies in any of the ranges, in UTF-16 code units. The whole text, if left out. */
export function formatsIn(
  markdown: string,
  ranges: readonly (readonly [number, number])[] = [[0, markdown.length]],
): ReadonlySet<Format> {
  const counts: Record<Format, number> = { list: 0, table: 0, code: 0 };
  const overlaps = ({ position }: Nodes) =>
    ranges.some(([start, end]) => position!.start.offset! < end && start < position!.end.offset!);
  const count = (node: Nodes): void => {
    if (!overlaps(node)) return;
    if (node.type === 'listItem') counts.list += 1;
    if (node.type === 'code') counts.code += fewestParts;
    if (node.type === 'table') counts.table += node.children.slice(1).filter(overlaps).length;
    else if ('children' in node) for (const child of node.children) count(child);
  };
  count(parse(markdown));
  return new Set((Object.keys(counts) as Format[]).filter((format) => counts[format] >= fewestParts));
}

function* unitsOf(node: Nodes, kind: 'sentence' | 'item' | 'step'): Generator<TextUnit> {
  switch (node.type) {
    case 'heading':
      yield { kind: 'heading', text: plainText(node) };
      return;
    case 'code':
      yield { kind: 'code', text: node.value };
      return;
    case 'table':
      for (const row of node.children.slice(1))
        yield { kind: 'row', text: row.children.map(plainText).join(' ') };
      return;
    case 'list':
      for (const item of node.children) yield* unitsOf(item, node.ordered ? 'step' : 'item');
      return;
    case 'root':
    case 'blockquote':
    case 'listItem':
      for (const child of node.children) yield* unitsOf(child, kind);
      return;
    default: {
      const text = plainText(node).trim();
      if (kind !== 'sentence' && text !== '') yield { kind, text };
      else for (const { start, end } of splitSentences(text)) yield { kind, text: text.slice(start, end) };
    }
  }
}

function parse(markdown: string): Nodes {
  return fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
}

function plainText(node: Nodes): string {
  if ('value' in node) return node.value;
  if (node.type === 'break') return ' ';
  return 'children' in node ? node.children.map(plainText).join('') : '';
}
