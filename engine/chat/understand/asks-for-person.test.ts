import { describe, expect, it } from 'vitest';
import { asksForPerson } from './asks-for-person.ts';
import { recogniseAct } from './recognise-act.ts';

describe('a request for a person', () => {
  it.each([
    'can i talk to a human',
    'I want to speak to a real person',
    'human please',
    'agent',
    'connect me with customer service',
    'please transfer me to an agent',
    'let me talk to someone',
    'this is useless, get me a real person',
    'I need to speak with a manager now',
    'could you put me through to somebody?',
    'quiero hablar con una persona',
    'je voudrais parler à un conseiller',
    'Ich möchte mit einem Menschen sprechen',
    'kann ich mit einem Mitarbeiter reden?',
    'Is there an actual person there or am I talking to a machine?',
    'Would you mind asking one of your colleagues to ring me back?',
    'Could a real somebody help me instead?',
    'i wanna make a formal complaint to a manger, not to you',
    "Get me somebody who knows what they're doing.",
  ])('%s', (text) => {
    expect(asksForPerson(text)).toBe(true);
    expect(recogniseAct(text)).toEqual({ kind: 'person-request', confidence: 1 });
  });

  it.each([
    'How do I add another person to my home?',
    'the agent told me to press reset',
    'can my wife talk to Alexa to change it?',
    "I don't want to talk to a person, just tell me the price",
    'how many people can share an account',
    'does the bridge talk to the thermostat',
    'someone changed my password',
    'how do I give someone access to my account?',
  ])('not: %s', (text) => {
    expect(asksForPerson(text)).toBe(false);
  });

  it('is looked for in adversarial text without end', () => {
    for (const word of ['talk to a ', 'real human ', 'want to ', 'a a a ', 'customer service '])
      asksForPerson(word.repeat(10_000));
  });
});
