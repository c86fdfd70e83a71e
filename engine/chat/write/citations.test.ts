import { describe, expect, it } from 'vitest';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { scored } from '../testing/fixtures.ts';
import { citationsOf } from './citations.ts';

const steps =
  '## Reset\n\nYou need a pin.\n\n1. Take the **cover** off.\n2. Hold the button for 20 seconds.\n\nThe light goes out.';
const passage = (fields: Parameters<typeof makeChunk>[0]) => scored(makeChunk(fields), {});

describe('citationsOf', () => {
  const usedTexts = (text: string, answer: string) => {
    const [citation] = citationsOf([1], [passage({ text })], answer);
    return citation?.used?.map(({ start, end }) => citation.quote.slice(start, end));
  };

  it('says which sentences of the passage the answer is made of', () => {
    const answer = '1. Take the **cover** off.\n2. Hold the button for 20 seconds. [1]';
    expect(usedTexts(steps, answer)).toEqual([
      '1. Take the **cover** off.',
      '2. Hold the button for 20 seconds.',
    ]);
  });

  it('knows a sentence that the answer shortened, and none that only shares a word with it', () => {
    expect(usedTexts(steps, 'Hold the button 20 seconds [1].')).toEqual([
      '2. Hold the button for 20 seconds.',
    ]);
    expect(usedTexts(steps, 'Reset [1].')).toEqual(['## Reset']);
    expect(usedTexts(steps, 'You can reset it at home [1].')).toBeUndefined();
  });

  it('looks only at what the passage is cited for', () => {
    const passages = [passage({ text: steps }), passage({ text: 'The light goes out.' })];
    const citations = citationsOf([1, 2], passages, 'You need a pin [1]. The light goes out [2].');
    expect(citations.map(({ used }) => used?.length)).toEqual([1, 1]);
    expect(citations[0]!.used).toEqual([{ start: 10, end: 25 }]);
  });

  it('says nothing of what is used while the answer is being written', () => {
    expect(citationsOf([1], [passage({ text: steps })])[0]).not.toHaveProperty('used');
  });

  it('names the page of what is used, in a file that has pages', () => {
    const text = 'Keep it dry.\n\nHold the button for 20 seconds.';
    const chunk = { text, blocks: 'p0:0-12@4 p0:14-45@5', headingPath: ['Reset'] };
    const cite = (fields: Parameters<typeof makeChunk>[0]) =>
      citationsOf([1], [passage(fields)], 'Hold the button for 20 seconds [1].')[0];
    expect(cite({ ...chunk, url: 'https://help.example/manual.pdf' })).toMatchObject({
      url: 'https://help.example/manual.pdf#page=5',
      headingPath: ['Reset', 'p. 5'],
    });
    expect(cite(chunk)).toMatchObject({ headingPath: ['Reset', 'p. 5'] });
  });

  it('names the heading above what is used, where a passage holds several sections', () => {
    const text =
      'Send it back.\n\n## What we take off\n\nA missing cable costs ten.\n\n## Special cases\n\nNone.';
    const cite = (answer: string) =>
      citationsOf([1], [passage({ text, url: '/a', headingPath: ['Returns'] })], answer)[0]!;
    expect(cite('A missing cable costs ten [1].')).toMatchObject({
      url: '/a#what-we-take-off',
      headingPath: ['Returns', 'What we take off'],
    });
    expect(cite('Send it back [1].')).toMatchObject({ url: '/a#returns', headingPath: ['Returns'] });
  });

  it('links to the section, where there is one and the address does not say itself where', () => {
    const urlOf = (url: string, headingPath: string[]) =>
      citationsOf([1], [passage({ url, headingPath })])[0]!.url;
    expect(urlOf('https://help.example/a', ['Set up', 'What you’ll need (2 min)'])).toBe(
      'https://help.example/a#what-youll-need-2-min',
    );
    expect(urlOf('/help/a/', ['Größe ändern'])).toBe('/help/a/#gr%C3%B6%C3%9Fe-%C3%A4ndern');
    expect(urlOf('https://help.example/a', [])).toBe('https://help.example/a');
    expect(urlOf('https://help.example/#/a/7', ['Set up'])).toBe('https://help.example/#/a/7');
  });
});
