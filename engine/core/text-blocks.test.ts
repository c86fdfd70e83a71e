import fc from 'fast-check';
import { expect, it } from 'vitest';
import { blocksWithin, packBlocks, readBlocks, unpackBlocks } from './text-blocks.ts';

const line = fc.constantFrom(
  '# A',
  '- x',
  '1. y',
  '  - z',
  '| a |',
  '```',
  'text',
  '> q',
  '',
  '  more',
  '---',
);
const text = fc.array(line, { maxLength: 30 }).map((lines) => lines.join('\n'));

it('packs blocks without loss', () => {
  fc.assert(
    fc.property(text, (content) => {
      const blocks = readBlocks(content);
      expect(unpackBlocks(packBlocks(blocks))).toEqual(blocks);
    }),
  );
});

it('packs the page of a block, and keeps it in a part of the text', () => {
  const blocks = [
    { kind: 'paragraph', level: 0, start: 0, end: 10, page: 3 },
    { kind: 'item', level: 1, start: 12, end: 20 },
  ] as const;
  expect(unpackBlocks(packBlocks(blocks))).toEqual(blocks);
  expect(blocksWithin(blocks, 4, 10)).toEqual([{ ...blocks[0], start: 0, end: 6 }]);
});

it('finds every visible character in one block, in order', () => {
  fc.assert(
    fc.property(text, (content) => {
      let rest = content;
      let position = content.length;
      for (const { start, end } of readBlocks(content).reverse()) {
        expect(end).toBeLessThanOrEqual(position);
        rest = rest.slice(0, start) + rest.slice(end);
        position = start;
      }
      expect(rest.trim()).toBe('');
    }),
  );
});

it('cuts blocks to a passage; the rest of an item is a paragraph of it', () => {
  const blocks = readBlocks('Do this:\n\n1. Open it. Wait.\n2. Close it.');
  expect(packBlocks(blocks)).toBe('p0:0-8 s1:10-27 s1:28-40');
  expect(packBlocks(blocksWithin(blocks, 22, 40))).toBe('p1:0-5 s1:6-18');
});
