import { describe, expect, it } from 'vitest';
import type { Reply } from './answer-checks.ts';
import { answers, avoids, cites, containsFacts } from './reply-checks.ts';

const reply = (change: Partial<Reply> = {}): Reply => ({
  decision: 'answer',
  text: 'Hold it for 20 seconds.',
  citations: [{ documentId: 'reset' }, { documentId: 'reset' }],
  ...change,
});

describe('checks of a reply', () => {
  it('give no reason where they hold', () => {
    expect(cites(reply(), ['other', 'reset'])).toEqual([]);
    expect(containsFacts(reply(), ['20 seconds | 20 s'])).toEqual([]);
    expect(avoids(reply(), ['paper clip'])).toEqual([]);
    expect(answers(reply())).toEqual([]);
  });

  it('say in a sentence what is wrong', () => {
    expect(cites(reply(), ['lights', 'bridge'])).toEqual(['cites reset instead of lights or bridge']);
    expect(cites(reply({ citations: [] }), ['lights'])).toEqual(['cites nothing instead of lights']);
    expect(containsFacts(reply(), ['red | amber', '20 seconds', 'dial'])).toEqual([
      'lacks: red | amber; dial',
    ]);
    expect(avoids(reply(), ['hold it'])).toEqual(['says what it must not: hold it']);
    expect(answers(reply({ decision: 'clarify' }))).toEqual(['asked back instead of answering']);
  });
});
