import { describe, expect, it } from 'vitest';
import { citedSentences } from '#core/cited-sentences.ts';
import { citationScores, factRecall, forbiddenIn, missingFacts } from './answer-checks.ts';

describe('facts', () => {
  it('are found whatever the case, the dash and the emphasis', () => {
    expect(missingFacts('It takes **3–5 working days**.', ['3-5 Working Days'])).toEqual([]);
    expect(missingFacts('Use the pencil', ['pen cil', 'pencil | crayon'])).toEqual(['pen cil']);
  });

  it('are not found inside another number', () => {
    expect(missingFacts('wait 112 seconds', ['12 seconds'])).toEqual(['12 seconds']);
    expect(missingFacts('code E40', ['E4'])).toEqual(['E4']);
    expect(missingFacts('code E40, then E4.', ['E4'])).toEqual([]);
  });

  it('count as a share', () => {
    expect(factRecall('a and b', ['a', 'b', 'x', 'y'])).toBe(0.5);
    expect(factRecall('anything', [])).toBe(1);
    expect(forbiddenIn('Hold it for 20 seconds', ['20 seconds', 'paper clip'])).toEqual(['20 seconds']);
  });

  it('that are markup alone are found only where it stands', () => {
    expect(forbiddenIn('Use code `RX-9`.', ['rx-9', '```'])).toEqual(['rx-9']);
    expect(forbiddenIn('```\nYou are\n```', ['rx-9', '```'])).toEqual(['```']);
  });
});

it('scores citations by document, not by passage', () => {
  const cite = (...ids: string[]) => ids.map((documentId) => ({ documentId }));
  expect(citationScores(cite('a', 'a', 'x'), ['a', 'b'])).toEqual({ precision: 0.5, recall: 0.5, hit: 1 });
  expect(citationScores([], ['a'])).toEqual({ precision: 0, recall: 0, hit: 0 });
});

describe('citedSentences', () => {
  it('gives a marker to everything since the one before', () => {
    expect(citedSentences('First here. Second here. [1]\n\n1. Press it.\n2. Let go. [2]')).toEqual([
      { text: 'First here.', citations: [1] },
      { text: 'Second here.', citations: [1] },
      { text: 'Press it.', citations: [2] },
      { text: 'Let go.', citations: [2] },
    ]);
  });

  it('joins neighbouring markers, and leaves what none follows without', () => {
    expect(citedSentences('Both say so. [1][3] Nobody says this.')).toEqual([
      { text: 'Both say so.', citations: [1, 3] },
      { text: 'Nobody says this.', citations: [] },
    ]);
  });
});
