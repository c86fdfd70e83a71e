import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectLinearTime } from '#core/testing/linear-time.ts';
import { shippedActs } from '../testing/fixtures.ts';
import { chooseTopic } from './choose-topic.ts';
import { createActReader } from './read-acts.ts';

const reader = createActReader(shippedActs);

const topics = [
  { documentId: 'monthly', title: 'Cancel Plus: monthly plan' },
  { documentId: 'yearly', title: 'Cancel Plus: yearly plan' },
  { documentId: 'order', title: 'Change or cancel an order' },
];
const chosen = (reply: string, offered = topics) => {
  const choice = chooseTopic(reply, offered, reader.read(reply).act);
  return choice?.kind === 'chosen' ? choice.topics.map(({ documentId }) => documentId) : choice?.kind;
};

describe('the reply to topics that were offered', () => {
  it.each([
    ['Cancel Plus: yearly plan', ['yearly']],
    ['cancel plus yearly plan please', ['yearly']],
    ['2', ['yearly']],
    ['2.', ['yearly']],
    ['number 3', ['order']],
    ['number one', ['monthly']],
    ['the first one', ['monthly']],
    ["it's the second one please", ['yearly']],
    ['yes, the last one', ['order']],
    ['das zweite', ['yearly']],
    ['la première', ['monthly']],
    ['la última', ['order']],
    ['the yearly one', ['yearly']],
    ['my monthly Plus plan', ['monthly']],
    ['an order', ['order']],
    ['ordered something', ['order']],
    ['both', ['monthly', 'yearly', 'order']],
    ['all of them', ['monthly', 'yearly', 'order']],
    ['yes', 'which-one'],
    ['yes please', 'which-one'],
    ['that one', 'which-one'],
    ['no', 'none'],
    ['None of these.', 'none'],
    ['no, something else', 'none'],
    ['nein', 'none'],
  ])('%s', (reply, expected) => {
    expect(chosen(reply)).toEqual(expected);
  });

  it.each([
    '4',
    'plus',
    'I want my money back for the thing I bought in May',
    'how do I change my order?',
    'not the yearly one',
    'no, my parcel is damaged',
    'red, every 30 seconds, on the radiator valve',
    'thanks',
    'hello',
    '',
  ])('is something else: %s', (reply) => {
    expect(chosen(reply)).toBeUndefined();
  });

  it('is a yes to the only one', () => {
    expect(chosen('yes', topics.slice(0, 1))).toEqual(['monthly']);
    expect(chosen('yes that one', topics.slice(0, 1))).toEqual(['monthly']);
  });

  it('chooses nothing where nothing was offered, and knows a no', () => {
    expect([chosen('yes', []), chosen('1', []), chosen('no', [])]).toEqual([undefined, undefined, 'none']);
  });

  it('names every title by itself, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-z]{3,9} [a-z]{3,9}$/), { minLength: 2, maxLength: 3 }),
        (titles) => {
          const offered = titles.map((title) => ({ documentId: title, title }));
          for (const title of titles) expect(chosen(title.toUpperCase(), offered)).toContain(title);
        },
      ),
    );
  });

  it('is read in linear time', () => {
    expectLinearTime(
      (text) => chooseTopic(text, topics, 'question'),
      ['no ', 'none of ', 'yes ', 'the ', '1 '],
    );
  });
});
