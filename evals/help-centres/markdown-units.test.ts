import { describe, expect, it } from 'vitest';
import { formatsIn, textUnits } from './markdown-units.ts';

const article = `Do this:

1. Open the menu.
2. Tap **Settings**.

| Country | Days |
|---|---|
| Spain | 6 |
| France | 4 |

\`\`\`bash
npm start
\`\`\`
`;
const rangeOf = (from: string, to = from): [number, number] => [
  article.indexOf(from),
  article.indexOf(to) + to.length,
];

describe('a text as units', () => {
  it('holds sentences, steps, rows and code in order, without their markup', () => {
    expect(textUnits(`# Title\n\nOne. Two!\n\n- item **bold**\n\n${article}`)).toEqual([
      { kind: 'heading', text: 'Title' },
      { kind: 'sentence', text: 'One.' },
      { kind: 'sentence', text: 'Two!' },
      { kind: 'item', text: 'item bold' },
      { kind: 'sentence', text: 'Do this:' },
      { kind: 'step', text: 'Open the menu.' },
      { kind: 'step', text: 'Tap Settings.' },
      { kind: 'row', text: 'Spain 6' },
      { kind: 'row', text: 'France 4' },
      { kind: 'code', text: 'npm start' },
    ]);
  });

  it('says which formats a range of an article has', () => {
    expect(formatsIn(article, [rangeOf('Open', 'Settings')])).toEqual(new Set(['list']));
    expect(formatsIn(article, [rangeOf('| Spain', 'France')])).toEqual(new Set(['table']));
    expect(formatsIn(article, [rangeOf('npm start')])).toEqual(new Set(['code']));
    expect(formatsIn(article)).toEqual(new Set(['list', 'table', 'code']));
  });

  it('takes a single item or row for a sentence', () => {
    expect(formatsIn(article, [rangeOf('Open the menu')])).toEqual(new Set());
    expect(formatsIn(article, [rangeOf('| Spain | 6 |')])).toEqual(new Set());
    expect(formatsIn('- one')).toEqual(new Set());
  });
});
