import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { supportGap } from './hard-support.ts';
import { isRowHeld } from './table-row.ts';

const passage = `Which plan has what. All plans can be cancelled.

- Backup — Home: ✓; Office: –
- Shared folders — Home: –; Office: ✓; From: version 3
- Both — Home: ✓; Office: ✓`;

describe('a row of a table', () => {
  it.each([
    '- Backup — Home: –; Office: ✓',
    'Backup — Home: ✓; Office: ✓',
    'Shared folders — Home: ✓; Office: –',
    '| Backup | – | ✓ |',
    '- Printing — Home: ✓',
  ])('is not held where its cells stand beside another name: %s', (row) => {
    expect(isRowHeld(row, passage)).toBe(false);
    expect(supportGap(row, passage)).toBeDefined();
  });

  it.each([
    '- Backup — Home: ✓; Office: –',
    '**Backup** — Home: ✓; Office: –.',
    'Shared folders — Office: ✓',
    '| Backup | ✓ | – |',
  ])('is held as it stands, whole or in part: %s', (row) => {
    expect(isRowHeld(row, passage)).toBe(true);
    expect(supportGap(row, passage)).toBeUndefined();
  });

  it('is looked for in sentences that have its form alone', () => {
    expect(isRowHeld('Backups are in the Home plan — and nowhere else.', passage)).toBe(true);
  });

  it('is held by a table that holds it, whatever its cells say', () => {
    const cell = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(cell, fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 4 }), (name, cells) => {
        const row = `${name} — ${cells.map(([column, value]) => `${column}: ${value}`).join('; ')}`;
        expect(isRowHeld(row, `before\n${row}\nbehind`)).toBe(true);
      }),
    );
  });
});
