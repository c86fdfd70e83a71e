import { describe, expect, it } from 'vitest';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { scored } from '../testing/fixtures.ts';
import { createDangerFinder, dangerIn, emergencyAdviceIn } from './danger.ts';

describe('a message that tells of danger', () => {
  it.each([
    ['gas', 'I smell gas'],
    ['gas', "there's a gassy smell by the boiler since this morning, should I turn it down"],
    ['gas', 'What should I do if I smell gas?'],
    ['gas', 'I think there is a gas leak in my kitchen'],
    ['gas', 'can smell a bit of gas near the meter'],
    ['carbon-monoxide', 'my carbon monoxide alarm is going off'],
    ['carbon-monoxide', 'The CO detector keeps beeping, what now'],
    ['fire', 'The charger caught fire!!'],
    ['fire', 'there is smoke coming out of the receiver'],
    ['fire', "there's a burnt plastic smell coming off the box"],
    ['fire', 'it smells like something burning'],
    ['fire', 'my router is smoking'],
    ['fire', 'the plug is melting'],
    ['electricity', 'I got an electric shock from the thermostat'],
    ['electricity', 'it gives me a shock whenever I touch it'],
    ['electricity', 'The socket is sparking when I plug it in'],
    ['electricity', 'water is dripping into the fuse box'],
    ['injury', 'I burned my hand on the radiator valve'],
    ['injury', 'my son is bleeding, the cover was sharp'],
    ['injury', "She can't breathe"],
    ['poison', 'my toddler swallowed the button battery'],
    ['poison', 'the dog drank some of the antifreeze'],
    ['self-harm', 'I want to kill myself'],
    ['self-harm', 'I don’t want to live any more'],
    ['gas', 'Huele a gas en la cocina'],
    ['fire', 'sale humo del enchufe'],
    ['electricity', 'me ha dado un calambre al tocarlo'],
    ['poison', 'mi hijo se ha tragado la pila'],
    ['gas', 'Ça sent le gaz chez moi'],
    ['fire', 'il y a de la fumée qui sort de la prise'],
    ['electricity', 'la prise fait des étincelles'],
    ['injury', 'il ne respire plus'],
    ['gas', 'Hier riecht es nach Gas'],
    ['fire', 'Aus dem Gerät kommt Rauch'],
    ['electricity', 'Ich habe einen Stromschlag bekommen'],
    ['self-harm', 'ich will nicht mehr leben'],
    ['intrusion', 'I think I have been hacked, money is leaving my account'],
    ['intrusion', 'someone is logged into my account right now and changing things'],
    ['intrusion', 'a man called me and said he is from your company, I gave him my code'],
    ['intrusion', 'my mailbox was hacked and they write to my contacts'],
    ['intrusion', 'they took my whole savings, what do i do'],
    ['intrusion', 'my account was stolen and they are emailing my contacts'],
    ['intrusion', 'me han hackeado la cuenta'],
    ['intrusion', 'mon compte a été piraté'],
    ['intrusion', 'mein Konto wurde gehackt'],
    ['threat', 'somebody is blackmailing me with my private files'],
    ['threat', 'he keeps threatening me in your chat'],
    ['threat', 'my ex knows my password and follows where I am'],
    ['threat', 'me están amenazando'],
    ['threat', 'on me fait du chantage'],
    ['threat', 'ich werde erpresst'],
    ['fire', 'the whole kitchen is full of fumes'],
    ['carbon-monoxide', 'headache and dizziness since the heater runs'],
    ['carbon-monoxide', 'the stove is on and we all feel dizzy'],
    ['poison', 'my son drank descaler'],
    ['injury', 'he stopped breathing'],
    ['self-harm', 'everybody would be better off without me'],
    ['electricity', 'el enchufe está chisporroteando'],
    ['poison', 'mi hija se bebió el descalcificador'],
    ['self-harm', 'no tengo ganas de vivir'],
    ['poison', 'mon fils a bu du détartrant'],
    ['self-harm', "je n'ai plus envie de vivre"],
    ['electricity', 'Aus der Steckdose kommen Funken'],
    ['poison', 'mein Sohn hat Entkalker getrunken'],
    ['self-harm', 'Ich habe keinen Grund mehr zu leben'],
  ])('%s: %s', (kind, text) => {
    expect(dangerIn(text)?.kind).toBe(kind);
    expect(dangerIn(text.toUpperCase())?.kind).toBe(kind);
  });

  it('says in which language it was told', () => {
    const told = ['I smell gas', 'huele a gas', 'odeur de gaz', 'Gasgeruch im Keller'];
    expect(told.map((text) => dangerIn(text)?.language)).toEqual(['en', 'es', 'fr', 'de']);
  });

  it.each([
    'Does the app work on a Fire TV stick?',
    'I put it on fire tv and it does not open',
    'We ran a smoke test on the new API',
    'How do I pair my smoke alarm?',
    'Does it detect gas leaks or carbon monoxide?',
    'would the air thing scream if my boiler leaked carbon monoxide',
    'Is it compatible with gas boilers?',
    'How often do I need descaler?',
    'what a headache, the boiler does not start again',
    'my inbox is full of offers',
    'Die Funkverbindung kommt nicht zustande',
    'My gas bill is too high',
    'how do I bleed the radiators, I am bleeding the radiator now and it hisses',
    'I was shocked by the price',
    'I got a shock from the bill',
    'is smoking allowed in the flat',
    'Which is the live wire on the receiver?',
    'The firewall blocks it',
    'My Spark account does not sync',
    'it sparked a discussion',
    "I don't smell gas, it just won't start",
    'no burning smell or anything',
    'DNS cache poisoning protection?',
    'the machine swallowed my card',
    'kill the background process',
    'Die LED brennt rot',
    'Der Rauchmelder lässt sich nicht koppeln',
    'mein Recht wird verletzt',
    'le détecteur de fumée ne se connecte pas',
    'le feu vert clignote',
    '¿Es compatible con calderas de gas?',
    'hot water on a smart plug, does it work?',
    'How do I keep my account from being hacked?',
    'Is there a discount if I threaten to cancel Plus?',
    'Does Identity Theft Restoration cover stolen bitcoin?',
    'My laptop was stolen. How do I get my synced bookmarks and passwords back?',
    'my card was stolen, how do I block it',
    'Somebody paid with my debit card. How fast do I have to tell you?',
    'someone else in my home uses the app, can we share it?',
    'is someone using my account a problem for the plan limit?',
    'who is following me on my profile?',
    'Somebody keeps triggering your texts to me. Can they get into my account?',
  ])('is not: %s', (text) => {
    expect(dangerIn(text)).toBeUndefined();
  });

  it('is looked for in adversarial text without end', () => {
    for (const word of [
      'smell of ',
      'water is dripping ',
      'shock ',
      'no a ',
      'riecht so so ',
      'swallowed a b ',
      'someone a b ',
      'my a was ',
      'he is was ',
      'passwort a b c ',
    ])
      expect(dangerIn(word.repeat(20_000))).toBeUndefined();
  });
});

describe("a company's own list", () => {
  const find = createDangerFinder({
    phrases: [
      { kind: 'gas', phrase: 'the tank (red) is hissing', language: 'en' },
      { kind: 'poison', phrase: 'Kühlmittel läuft aus', language: 'de' },
    ],
    harmless: ['smoke coming out of the fog machine'],
  });

  it('adds to the phrases that come with the desk, in plain words', () => {
    expect(find('help, The Tank (RED)  is hissing!')).toEqual({ kind: 'gas', language: 'en' });
    expect(find('das Kühlmittel läuft aus')).toEqual({ kind: 'poison', language: 'de' });
    expect(find('the tank red is hissing')).toBeUndefined();
    expect(find('I smell gas')?.kind).toBe('gas');
  });

  it('takes what is harmless there out first', () => {
    expect(find('there is smoke coming out of the fog machine, is it too warm?')).toBeUndefined();
    expect(find('there is smoke coming out of the fog machine and I smell gas')?.kind).toBe('gas');
  });
});

describe('what articles say about a danger', () => {
  const gas = { kind: 'gas', language: 'en' } as const;
  const first = 'If you smell gas, leave the house and call your gas emergency service from outside.';

  it('is the paragraph that speaks of the emergency, without what stands beside it', () => {
    const passages = [
      scored(makeChunk({ text: 'Turn the thermostat to 28 °C. The gas boiler starts.' })),
      scored(makeChunk({ documentId: 'no-heating', text: `> ${first}\n\nTurn the thermostat to 28 °C.` })),
    ];
    expect(emergencyAdviceIn(passages, gas)?.chunk).toMatchObject({ documentId: 'no-heating', text: first });
  });

  it('brings its list along, and may have its subject in the heading', () => {
    const text = 'Do this:\n\n- Leave the building.\n- Call 112.\n\nThe ring turns orange.';
    const passage = scored(makeChunk({ headingPath: ['If you smell gas'], text }));
    expect(emergencyAdviceIn([passage], gas)?.chunk.text).toBe(
      'Do this:\n\n- Leave the building.\n- Call 112.',
    );
  });

  it('is never of another danger, nor from a past conversation', () => {
    const conversation = scored(makeChunk({ kind: 'transcript', text: first }));
    expect(emergencyAdviceIn([conversation], gas)).toBeUndefined();
    expect(
      emergencyAdviceIn([scored(makeChunk({ text: first }))], { ...gas, kind: 'poison' }),
    ).toBeUndefined();
  });
});
