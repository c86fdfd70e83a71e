import { describe, expect, it } from 'vitest';
import type { Turn } from '#core/conversation.ts';
import { condense, isElliptical, isGratitude, isSmallTalk } from './condense.ts';

const customer = (text: string): Turn => ({ role: 'customer', text });
const agent = (text: string): Turn => ({ role: 'agent', text });

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
    expect(search.query).toBe('Thermostat 2 with a red ring around the display');
    expect(search.context).toEqual({ text: 'It does not work at all since this morning', weight: 1 });
  });

  it('bounds what earlier turns add, and never cuts the last one', () => {
    const long = 'word '.repeat(5000).trim();
    const { query, search } = condense([customer(long), agent(long), customer('and why?')]);
    expect(search.context!.text.split(/\s+/).length).toBeLessThanOrEqual(60 + 20);
    expect(query.split(/\s+/).length).toBeLessThanOrEqual(60 + 20 + 2);
    expect(query).toMatch(/and why\?$/);
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

describe('small talk', () => {
  it.each([
    'hi',
    'Hello there!',
    'hey 👋',
    'Guten Tag',
    'thanks so much!',
    'ok thanks, bye',
    'Perfect, that helped 🎉',
    'merci',
  ])('%s', (text) => {
    expect(isSmallTalk(text)).toBe(true);
  });
  it.each(['hi, my valve is broken', 'thanks but it still blinks', 'hot water', ''])('not: %s', (text) => {
    expect(isSmallTalk(text)).toBe(false);
  });
  it('knows thanks from greetings', () => {
    expect([isGratitude('ok thanks, bye'), isGratitude('hello there')]).toEqual([true, false]);
  });
  it('takes linear time on adversarial text', () => {
    const started = performance.now();
    isSmallTalk(`${'hi '.repeat(30_000)}x`);
    isSmallTalk(`${'!'.repeat(100_000)}x`);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
