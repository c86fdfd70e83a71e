import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { scored } from '../testing/fixtures.ts';
import { sentenceGuard } from './guard-sentences.ts';

const passages = [
  scored(
    makeChunk({
      title: 'Resetting',
      text: 'Hold the dial for 20 seconds. The ring turns white. Let go of the dial. Remove the device from the app.',
    }),
  ),
  scored(
    makeChunk({
      documentId: 'refunds',
      title: 'Refunds',
      text: 'Refunds take 5 days. They go to the card that paid.',
    }),
  ),
];
const scorer = {
  async score(sentence: string, passage: string) {
    const words = sentence.toLowerCase().match(/[a-z]{3,}/g) ?? [];
    return words.filter((word) => passage.toLowerCase().includes(word)).length / Math.max(1, words.length);
  },
};

async function through(text: string, size = 7) {
  const guard = sentenceGuard({ scorer, supportedFrom: 0.6 })(passages);
  let shown = '';
  for (let at = 0; at < text.length; at += size) shown += await guard.push(text.slice(at, at + size));
  shown += await guard.end(true);
  return { shown, verdict: guard.verdict };
}

describe('the guard of written sentences', () => {
  it('keeps steps as a list, each with its mark, behind the line that leads into them', async () => {
    const { shown } = await through(
      'To reset the device:\n\n1. Hold the dial for 20 seconds [1].\n2. Let go of the dial [1]\n3. Remove the device from the app.',
    );
    expect(shown).toBe(
      'To reset the device:\n1. Hold the dial for 20 seconds [1].\n2. Let go of the dial [1]\n3. Remove the device from the app [1].',
    );
  });

  it('shows the title of a passage with what it leads to, and never takes it for an answer', async () => {
    expect((await through('Refunds\n\nRefunds take 5 days [2].')).shown).toBe(
      'Refunds\n\nRefunds take 5 days [2].',
    );
    const { shown, verdict } = await through('Resetting [1].');
    expect(shown).toBe('');
    expect(verdict).toMatchObject({ kept: 0, isTooLittle: true });
  });

  it('says that too little is left when a step is missing', async () => {
    const { verdict } = await through(
      '1. Hold the dial for 20 seconds.\n2. Call our lawyers.\n3. Let go of the dial.\n4. Remove the device from the app.',
    );
    expect(verdict).toMatchObject({ dropped: 1, isTooLittle: true });
  });

  it('gives a sentence the mark of the passage that supports it', async () => {
    const { shown, verdict } = await through('Refunds take 5 days [1]. They go to the card that paid. [2]');
    expect(shown).toBe('Refunds take 5 days [2]. They go to the card that paid [2].');
    expect(verdict).toMatchObject({ kept: 2, citedAnew: 1, dropped: 0 });
  });

  it.each([
    'I do not know.',
    "I'm sorry, but the provided passages do not contain this information.",
    'There is no information about that.',
    'Das weiß ich nicht.',
    'No lo sé.',
    'Je ne sais pas.',
  ])('hears that the model does not know: %s', async (text) => {
    expect(await through(text)).toMatchObject({ shown: '', verdict: { declines: true } });
  });

  it('an answer with a doubt beside it is an answer', async () => {
    const { shown, verdict } = await through('Refunds take 5 days [2]. I do not know about vouchers.');
    expect(shown).toBe('Refunds take 5 days [2].');
    expect(verdict.declines).toBe(false);
  });

  it('shows the same however the text is cut into pieces, and nothing that is not supported', async () => {
    const sentence = fc.constantFrom(
      'Hold the dial for 20 seconds [1]. ',
      'Let go of the dial.\n',
      '- Refunds take 5 days [2]\n',
      'It costs 99 euros. ',
      'Ask Mr. Smith [1, 2]. ',
      '## Steps\n\n',
      '[7] ',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(sentence, { maxLength: 8 }),
        fc.integer({ min: 1, max: 30 }),
        async (said, size) => {
          const text = said.join('');
          const { shown } = await through(text, size);
          const squeezed = (value: string) => value.replace(/\s+/g, ' ');
          expect(squeezed(shown)).toBe(squeezed((await through(text, text.length + 1)).shown));
          expect(shown).not.toMatch(/99|Smith|\[7\]/);
        },
      ),
    );
  });
});
