import { describe, expect, it } from 'vitest';
import { askedKindOf, holdsKind } from './asked-kind.ts';

describe('what kind of thing a question asks for', () => {
  it.each([
    ['how many guests fit in one tent?', 'number'],
    ['Which version of the boat app reads charts?', 'number'],
    ['what does a night in the hut cost', 'money'],
    ['was kostet eine Nacht', 'money'],
    ['how long does the varnish need to dry?', 'time'],
    ['Wie lange trocknet der Lack?', 'time'],
    ['What is the e-mail address for bookings?', 'mail'],
    ['Is there a phone number for the harbour?', 'phone'],
    ['which boats do you not rent out?', 'exception'],
  ])('%s asks for a %s', (question, kind) => {
    expect(askedKindOf(question)).toBe(kind);
  });

  it.each([
    'how do I fold the tent?',
    'What happens when the battery is empty?',
    'the boat leaks when it rains',
    'Can I bring a dog?',
  ])('%s asks for none that is known by its form', (question) => {
    expect(askedKindOf(question)).toBeUndefined();
  });

  it('is held by a text with an amount, a time, an address', () => {
    expect(holdsKind('A tent sleeps four.', 'number')).toBe(true);
    expect(holdsKind('Tents are folded along the seam.', 'number')).toBe(false);
    expect(holdsKind('A night is €20.', 'money')).toBe(true);
    expect(holdsKind('A night is booked in the app.', 'money')).toBe(false);
    expect(holdsKind('It dries overnight.', 'time')).toBe(true);
    expect(holdsKind('Write to desk@harbour.example.', 'mail')).toBe(true);
    expect(holdsKind('Call 0800 555 0199.', 'phone')).toBe(true);
    expect(holdsKind('Call us at the harbour.', 'phone')).toBe(false);
  });
});
