import { describe, expect, it } from 'vitest';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { scored } from '../testing/fixtures.ts';
import { heldAddresses } from './held-addresses.ts';

const article = scored(
  makeChunk({ text: 'Open https://my.example.com/reset. Or write to help@example.com.' }),
);
const conversation = scored(
  makeChunk({
    kind: 'transcript',
    text: 'No, https://refund-now.example/pay is not ours, ours is https://my.example.com/pay.',
  }),
);

describe('addresses that an answer may show', () => {
  const isHeld = heldAddresses([article, conversation], new Set(['my.example.com', 'example.com']));

  it('stand in a passage, whole', () => {
    expect(isHeld('https://my.example.com/reset')).toBe(true);
    expect(isHeld('help@example.com')).toBe(true);
    expect(isHeld('secret@example.com')).toBe(false);
    expect(isHeld('https://my.example.c')).toBe(false);
    expect(isHeld('https://my.example.com/reset?q=secret')).toBe(false);
    expect(isHeld('javascript:alert(1)')).toBe(false);
  });

  it('stand behind the words of a link', () => {
    const linked = scored(
      makeChunk({
        text: 'See [the form](https://x.example/f)[here](https://y.example/) or [write](mailto:a@x.example).',
      }),
    );
    const isLinked = heldAddresses([linked], undefined);
    for (const address of [
      'https://x.example/f',
      'https://y.example/',
      'https://y.example',
      'mailto:a@x.example',
      'a@x.example',
    ])
      expect(isLinked(address)).toBe(true);
    expect(isLinked('https://x.example/')).toBe(false);
  });

  it('are on a host that articles know, when only a past conversation holds them', () => {
    expect(isHeld('https://my.example.com/pay')).toBe(true);
    expect(isHeld('https://refund-now.example/pay')).toBe(false);
  });

  it('are those of past conversations where there are no articles', () => {
    expect(heldAddresses([conversation], undefined)('https://refund-now.example/pay')).toBe(true);
  });
});
