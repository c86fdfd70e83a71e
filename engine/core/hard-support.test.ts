import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { supportGap } from './hard-support.ts';

const passage = `Reset the thermostat
Hold the dial for 20 seconds. Error E4 means that the batteries are empty. Choose **Settings**, then Rooms.
The warranty lasts 2 years. You cannot return opened parcels. Write to help@example.com or see [the form](https://help.example/form).
Automatic updates are enabled before the first start. Wählen Sie die Taste nicht länger als 5 Sekunden.`;

describe('what speaks against a sentence, whatever a score says', () => {
  it.each([
    ['number', 'Hold the dial for 90 seconds.'],
    ['number', 'The warranty lasts three years.'],
    ['code', 'Error E5 means that the batteries are empty.'],
    ['name', 'Choose Settings of the Hearthline app.'],
    ['name', 'Ask about the iPhone.'],
    ['address', 'See https://evil.example/form.'],
    ['address', 'Write to sales@example.com.'],
    ['quotation', 'Choose **Account**.'],
    ['negation', 'You can return opened parcels.'],
    ['negation', 'The warranty does not last 2 years.'],
    ['opposite', 'Automatic updates are disabled before the first start.'],
    ['opposite', 'Automatic updates are enabled after the first start.'],
  ])('%s: %s', (gap, sentence) => {
    expect(supportGap(sentence, passage)).toBe(gap);
  });

  it.each([
    'Hold the dial for 20 seconds.',
    'The warranty lasts two years.',
    'Batteries that are empty show as E4.',
    'Choose "Settings", then Rooms.',
    'You cannot return opened parcels.',
    'See [the form](https://help.example/form) or write to help@example.com.',
    '1. Hold the dial.',
    'Wählen Sie die Taste nicht länger als 5 Sekunden.',
  ])('nothing: %s', (sentence) => {
    expect(supportGap(sentence, passage)).toBeUndefined();
  });

  it('is nothing for any sentence of the passage itself', () => {
    const words = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }), { maxLength: 20 });
    fc.assert(
      fc.property(words, (said) => {
        const text = said.join(' ');
        expect(supportGap(text, text)).toBeUndefined();
      }),
    );
  });
});
