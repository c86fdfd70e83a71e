import { describe, expect, it } from 'vitest';
import type { Turn } from '#core/conversation.ts';
import { shippedActs } from '../testing/fixtures.ts';
import { type CondenseOptions, condense as condenseTurns, isElliptical } from './condense.ts';
import { createActReader, isAboutSomething } from './read-acts.ts';

const asTheDesk = { isAboutSomething: isAboutSomething(createActReader(shippedActs)) };
const condense = (turns: Parameters<typeof condenseTurns>[0], options: CondenseOptions = {}) =>
  condenseTurns(turns, { ...asTheDesk, ...options });

const customer = (text: string): Turn => ({ author: 'customer', text });
const agent = (text: string): Turn => ({ author: 'bot', text });

describe('condense', () => {
  it('leaves a first question as it is', () => {
    expect(condense([customer('  and how do I reset it? ')])).toEqual({
      query: 'and how do I reset it?',
      search: { query: 'and how do I reset it?' },
      followUp: false,
    });
    expect(condense([customer('hi!'), agent('Hello!'), customer('and how do I reset it?')]).search).toEqual({
      query: 'and how do I reset it?',
    });
  });

  it('joins an elliptical follow-up with the previous customer turn and the agent turn', () => {
    const { query, followUp } = condense([
      customer('How do I turn on geofencing on Android?'),
      agent('Open the app and choose Presence.'),
      customer('what about on iPhone?'),
    ]);
    expect(followUp).toBe(true);
    expect(query).toBe(
      'How do I turn on geofencing on Android?\nOpen the app and choose Presence.\nwhat about on iPhone?',
    );
  });

  it('searches with the last turn, and with what came before beside it', () => {
    const { search } = condense([
      customer('How do I turn on geofencing on Android?'),
      agent('Open the app and choose Presence.'),
      customer('what about on iPhone?'),
    ]);
    expect(search).toEqual({
      query: 'what about on iPhone?',
      context: {
        text: 'How do I turn on geofencing on Android?\nOpen the app and choose Presence.',
        weight: 1,
      },
    });
  });

  it('leaves a turn that is complete in itself alone, and searches with less of what came before', () => {
    const { query, search, followUp } = condense([
      customer('How do I turn on geofencing on Android?'),
      agent('Open the app and choose Presence.'),
      customer(
        'My parcel arrived with a crushed corner and the screen is cracked, who pays for a replacement?',
      ),
    ]);
    expect(followUp).toBe(false);
    expect(query).toMatch(/^My parcel/);
    expect(search.query).toBe(query);
    expect(search.context?.text).toContain('geofencing');
    expect(search.context?.weight).toBeLessThan(1);
  });

  it('looks past thanks to the last real question', () => {
    const { query } = condense([
      customer('Where is my parcel?'),
      agent('On its way.'),
      customer('thanks!'),
      agent("You're welcome!"),
      customer('and how long?'),
    ]);
    expect(query).toContain('Where is my parcel?');
  });

  it('takes the reply to a question back together with the question it was about', () => {
    const { query, search, followUp } = condense(
      [
        customer('It does not work at all since this morning'),
        agent('Which product?'),
        customer('Thermostat 2 with a red ring around the display'),
      ],
      { afterClarify: true },
    );
    expect(followUp).toBe(true);
    expect(query).toContain('since this morning');
    expect(query).not.toContain('Which product?');
    expect(search).toEqual({ query });
  });

  it('takes what asks something for another question, even after a question back', () => {
    const { search } = condense(
      [customer('It does not work'), agent('Which product?'), customer('how long is the warranty?')],
      { afterClarify: true },
    );
    expect(search.query).toBe('how long is the warranty?');
  });

  it('leaves out a customer saying that the last answer was of no use', () => {
    const { search } = condense([
      customer('The valve shows E4'),
      agent('Change the batteries.'),
      customer("that didn't help"),
      agent('What do you see?'),
      customer('it blinks red'),
    ]);
    expect(search.context?.text).toContain('E4');
  });

  it('bounds what earlier turns add, and never cuts the last one', () => {
    const long = 'word '.repeat(5000).trim();
    const { query, search } = condense([customer(long), agent(long), customer('and why?')]);
    expect(search.context!.text.split(/\s+/).length).toBeLessThanOrEqual(60 + 20);
    expect(query.split(/\s+/).length).toBeLessThanOrEqual(60 + 20 + 2);
    expect(query).toMatch(/and why\?$/);
  });

  it('reads on to what the turn before leans on, newest first', () => {
    const { query, search } = condense([
      customer('Does the video doorbell need a chime?'),
      agent('No, it rings your phone.'),
      customer('And outdoors?'),
      agent('It is made for rain and frost.'),
      customer('how long does it last?'),
    ]);
    expect(search.context?.text.split('\n')).toEqual([
      'And outdoors?',
      'It is made for rain and frost.',
      'Does the video doorbell need a chime?',
      'No, it rings your phone.',
    ]);
    expect(query).toContain('video doorbell');
  });

  it('reads no further than a turn that stands alone', () => {
    const { search } = condense([
      customer('Does the video doorbell need a chime?'),
      agent('No, it rings your phone.'),
      customer('Which countries do you deliver parcels to, and how much is express shipping?'),
      agent('All of Europe.'),
      customer('how long does it take?'),
    ]);
    expect(search.context?.text).toContain('express shipping');
    expect(search.context?.text).not.toContain('doorbell');
  });

  it('takes the reply that a question got, not one to thanks', () => {
    const { search } = condense([
      customer('Where is my parcel?'),
      agent('On its way.'),
      customer('thanks!'),
      agent("You're welcome!"),
      customer('and how long?'),
    ]);
    expect(search.context?.text).toBe('Where is my parcel?\nOn its way.');
  });

  it('bounds a long chain of short turns', () => {
    const exchanges = Array.from({ length: 50 }, (_, number) => [
      customer(`and number ${number}?`),
      agent('reply '.repeat(500)),
    ]).flat();
    const { search } = condense([...exchanges, customer('and why?')]);
    expect(search.context!.text).toMatch(/^and number 49\?/);
    expect(search.context!.text.split(/\s+/).length).toBeLessThanOrEqual(3 * (60 + 20));
  });
});

describe('elliptical turns', () => {
  it.each([
    'and on iphone?',
    'what about the yearly one?',
    'how long does that take?',
    'why?',
    'does it cost extra?',
    'is that also for opened boxes?',
    'iPhone',
    'And if I lost that too?',
    'ok and then?',
  ])('%s', (text) => {
    expect(isElliptical(text)).toBe(true);
  });
  it.each([
    'How do I change the email address of my account?',
    'My thermostat shows E4 and the heating stays cold, what should I do about the batteries?',
    'Which countries do you deliver to and how much is express shipping?',
    'refund for an opened valve bought in september',
    'do you sell pizza?',
  ])('not: %s', (text) => {
    expect(isElliptical(text)).toBe(false);
  });
});
