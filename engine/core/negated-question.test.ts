import { describe, expect, it } from 'vitest';
import { isDenial, withoutDenial } from './negated-question.ts';

describe('a question for what is excepted', () => {
  it.each([
    ['which parcels do you not insure?', 'which parcels do you insure?'],
    ["Which parcels don't you insure?", 'Which parcels do you insure?'],
    ["what can't be sent as luggage", 'what can be sent as luggage'],
    ['What cannot be sent as luggage?', 'What can be sent as luggage?'],
    ['which rooms are not heated?', 'which rooms are heated?'],
    ['Welche Zimmer sind nicht beheizt?', 'Welche Zimmer sind beheizt?'],
    ['quais quartos não têm vista?', 'quais quartos têm vista?'],
  ])('%s is looked up without its denial, too', (question, affirmative) => {
    expect(withoutDenial(question)).toBe(affirmative);
  });

  it.each([
    'why does the lamp not light up?',
    "it doesn't open",
    "what do I do if the door won't open?",
    'which parcels do you insure?',
    'Can I not pay later?',
    'What is a notary?',
  ])('%s asks for none', (question) => {
    expect(withoutDenial(question)).toBeUndefined();
  });

  it('is answered by a sentence that denies', () => {
    expect(isDenial('We do not insure glass.')).toBe(true);
    expect(isDenial('Glass can’t be insured.')).toBe(true);
    expect(isDenial('We insure books and clothes.')).toBe(false);
  });
});
