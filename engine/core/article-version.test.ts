import { describe, expect, it } from 'vitest';
import { asVersionsNamed, isInForce, namesVersion } from './article-version.ts';
import type { ScoredChunk } from './document.ts';

describe('a question names a version', () => {
  it.each([
    ['how do I pair it in version 2?', '2', true],
    ['pairing in V2.0', '2', true],
    ['does v2.1 pair?', '2.1', true],
    ['does 2.1 pair?', '2.1', true],
    ['what did it cost in 2022?', '2022', true],
    ['what was in the previous version?', '7', true],
    ['how do I pair 2 lamps?', '2', false],
    ['does 12.1 pair?', '2.1', false],
    ['does 2.1.4 pair?', '2.1', false],
    ['version 20', '2', false],
    ['how old must I be?', '2', false],
  ])('%s of version %s: %s', (question, version, names) => {
    expect(namesVersion(question, { version })).toBe(names);
  });

  it('by the year of its last change, where it has no other name', () => {
    expect(namesVersion('what did it cost in 2021?', { updated: '2021-04-01' })).toBe(true);
    expect(namesVersion('what does it cost?', { updated: '2021-04-01' })).toBe(false);
  });
});

it('an older version answers only whoever asks for it, and then alone', () => {
  const older = { version: '2', supersededBy: 'v3/pair.md' };
  expect(isInForce(older, 'how do I pair it?')).toBe(false);
  expect(isInForce(older, 'how do I pair version 2?')).toBe(true);
  expect(isInForce({ version: '3' }, 'how do I pair it?')).toBe(true);
  const passage = (documentId: string, supersededBy?: string) =>
    ({ chunk: { documentId, ...(supersededBy ? { supersededBy } : {}) } }) as ScoredChunk;
  const found = [passage('v3/pair.md'), passage('v2/pair.md', 'v3/pair.md'), passage('other.md')];
  expect(asVersionsNamed(found).map(({ chunk }) => chunk.documentId)).toEqual(['v2/pair.md', 'other.md']);
  expect(asVersionsNamed(found.slice(2))).toHaveLength(1);
});
