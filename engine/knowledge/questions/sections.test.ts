import { describe, expect, it } from 'vitest';
import { type Chunk, chunkOf } from '#core/document.ts';
import { sampleDocument } from '../testing/sample-generation.ts';
import { sectionHash, sectionsOf, settleQuestions, usedQuestions } from './sections.ts';

const document = sampleDocument('fees', 'Cards cost 2 %.\nTransfers cost nothing.\nWe pay on Mondays.');
const chunk = (ordinal: number, text: string, headingPath: readonly string[]): Chunk => {
  const start = document.pageContent.indexOf(text);
  return chunkOf(document, {
    id: `fees#${ordinal}`,
    ordinal,
    headingPath,
    start,
    end: start + text.length,
  });
};
const chunks = [
  chunk(0, 'Cards cost 2 %.', ['Fees', 'What it costs']),
  chunk(1, 'Transfers cost nothing.', ['Fees', 'What it costs']),
  chunk(2, 'We pay on Mondays.', []),
];
const written = (headingPath: readonly string[], of?: string, documentId = 'fees') => ({
  source: 'help',
  documentId,
  headingPath,
  questions: ['how expensive is it'],
  ...(of === undefined ? {} : { of }),
});

describe('sections', () => {
  it('are the passages below the same headings, whose hash does not depend on where their text is cut', () => {
    expect(sectionsOf(chunks)).toEqual([
      {
        documentId: 'fees',
        headingPath: ['Fees', 'What it costs'],
        passages: [0, 1],
        hash: sectionHash('Cards cost 2 %. Transfers\ncost nothing.'),
      },
      { documentId: 'fees', headingPath: [], passages: [2], hash: sectionHash('We pay on Mondays.') },
    ]);
    expect(sectionsOf(chunks, new Set(['other']))).toEqual([]);
  });
});

describe('written questions', () => {
  const stateOf = (entry: ReturnType<typeof written>) => {
    const [settled] = settleQuestions([entry], chunks);
    return [settled!.state, settled!.passages];
  };

  it('belong to all passages of their section, in capitals or not', () => {
    expect(stateOf(written(['fees', 'What it  COSTS']))).toEqual(['used', [0, 1]]);
    expect(stateOf(written([]))).toEqual(['used', [2]]);
  });

  it('of a short section are for the passage that it stands in', () => {
    const text = 'Call us.\n\n### By mail\n\nWrite to us.';
    const contact = sampleDocument('contact', text);
    const place = { id: 'contact#0', ordinal: 0, headingPath: ['Contact'], start: 0, end: text.length };
    const [inside, elsewhere] = settleQuestions(
      [
        written(['Contact', 'by mail'], undefined, 'contact'),
        written(['Contact', 'Us'], undefined, 'contact'),
      ],
      [...chunks, chunkOf(contact, place)],
    );
    expect(inside).toMatchObject({ state: 'used', passages: [3] });
    expect(elsewhere).toMatchObject({ state: 'unmatched', passages: [] });
  });

  it('are not used where the section says something else than when they were written', () => {
    expect(stateOf(written([], sectionHash('We pay on Mondays.')))).toEqual(['used', [2]]);
    expect(stateOf(written([], sectionHash('We pay on Fridays.')))).toEqual(['changed', []]);
  });

  it('are not used where there is no such article or section', () => {
    expect(stateOf(written(['Fees']))).toEqual(['unmatched', []]);
    expect(stateOf(written([], undefined, 'gone'))).toEqual(['unmatched', []]);
  });

  it('are embedded if they are used', () => {
    expect(usedQuestions(settleQuestions([written(['Fees']), written([])], chunks))).toEqual([
      'how expensive is it',
    ]);
  });
});
