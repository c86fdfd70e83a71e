import { describe, expect, it } from 'vitest';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { scored } from '../testing/fixtures.ts';
import { decideByCode } from './decide-by-code.ts';

const passages = [scored(makeChunk({ text: '## E1\n\nThe door is open.\n\n## E2\n\nThe filter is full.' }))];
const declined = { decision: 'decline', confidence: 0.2 } as const;
const answered = { decision: 'answer', confidence: 0.9 } as const;

describe('a code in the question', () => {
  it('is answered where the articles have it, however little else the question says', () => {
    expect(decideByCode(declined, { question: 'E-2', passages })).toMatchObject({ decision: 'answer' });
  });

  it('is declined by name where they only have its neighbours', () => {
    const outcome = decideByCode(answered, { question: 'What does e9 mean?', passages });
    expect(outcome).toMatchObject({ decision: 'decline', code: 'E9' });
  });

  it.each(['F7', 'what about f-7?', 'F7 door'])(
    'is declined by name where the question asks for a code alone and the list has other ones: %s',
    (question) => {
      expect(decideByCode(answered, { question, passages })).toMatchObject({
        decision: 'decline',
        code: expect.stringMatching(/^F-?7$/),
      });
    },
  );

  it('leaves all else to the evidence', () => {
    expect(decideByCode(answered, { question: 'does it fit a T2', passages })).toBe(answered);
    expect(decideByCode(declined, { question: 'do you sell fridges', passages })).toBe(declined);
  });
});
