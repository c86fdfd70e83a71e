import { expect, it } from 'vitest';
import { parseMarkdown } from '#parse/markdown-text.ts';
import { redactedBlocks } from './redacted-blocks.ts';

it('keeps every block at its new place, and no secret in a heading path', () => {
  const parsed = parseMarkdown('## Call 0664 1234567\n\n- Write to a@b.example\n- Wait\n\nDone.');
  const text = parsed.text.replace('0664 1234567', '[PHONE]').replace('a@b.example', '[EMAIL]');
  const blocks = redactedBlocks(parsed, text);
  expect(blocks.map(({ start, end }) => text.slice(start, end))).toEqual([
    '## Call [PHONE]',
    '- Write to [EMAIL]',
    '- Wait',
    'Done.',
  ]);
  expect(blocks.at(-1)?.headingPath).toEqual(['Call [PHONE]']);
});

it('reads the lines again where whole lines went', () => {
  const parsed = parseMarkdown('One.\n\nTwo.');
  expect(redactedBlocks(parsed, '[SECRET]')).toMatchObject([{ kind: 'paragraph', start: 0, end: 8 }]);
});
