import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entity } from '#core/entity-finder.ts';
import { effort } from '#core/testing/effort.ts';
import { createPublishedWords } from './published-words.ts';
import { redactConversation } from './redact-conversation.ts';
import { createDefaultRedactor } from './redaction-profile.ts';
import { speaksOfOneCase } from './value-veto.ts';

const redactor = createDefaultRedactor();
const transcript = (text: string) => redactor.redact(text, 'transcript').text;

describe('identifiers that the words before them give away', () => {
  it.each([
    ['my account number is 71-30042-5', 'my account number is [ID]'],
    ['Account: QX-5520081, please', 'Account: [ID], please'],
    ['MRN 00-318-442 was not found', 'MRN [ID] was not found'],
    ['Member ID ZKH114400921 and group 81-20417', 'Member ID [ID] and group [ID]'],
    ['the plate is LM19 OPQ', 'the plate is [VEHICLE]'],
    ['S/N TX-00912-C on the back', 'S/N [DEVICE] on the back'],
    ['mi póliza es la 4410-99121', 'mi póliza es la [ID]'],
    ['la matrícula es 7712 BCD', 'la matrícula es [VEHICLE]'],
    ['numéro de dossier : D-77120', 'numéro de dossier : [ID]'],
    ['voiture immatriculée FG-456-HJ', 'voiture immatriculée [VEHICLE]'],
    ['Kundennummer 9911-20', 'Kundennummer [ID]'],
    ['Führerschein Nr. C11RRE2K44', 'Führerschein Nr. [ID]'],
    ['username: quiet_otter7', 'username: [ID]'],
    ['photo of my passport: passport_page2.jpg', 'photo of my passport: [ID]'],
    ['MAC 0a:1b:2c:3d:4e:5f', 'MAC [DEVICE]'],
  ])('%s', (text, redacted) => {
    expect(transcript(text)).toBe(redacted);
  });

  it.each([
    'Which plan is cheaper, and can I change my account in 2025?',
    'Your account is locked for 30 minutes.',
    'My case is urgent, please answer.',
    'The serial number is on the sticker below the battery.',
    'It follows RFC 5321, client 3.14.0 of the library.',
    'Open Account > Security and choose two-step sign-in.',
    'The car park opens at 8.',
    'Choose a username that you remember.',
  ])('leaves alone: %s', (text) => {
    expect(transcript(text)).toBe(text);
  });

  it('leaves them in articles, where they are examples', () => {
    const text = 'Your account number looks like 71-30042-5. Born 3 May 1988?';
    expect(redactor.redact(text, 'article').text).toBe(text);
  });
});

describe('e-mail addresses that somebody spelled', () => {
  it.each([
    ['write to nell dot frost at postbox dot com please', 'write to [EMAIL] please'],
    ['nell [at] postbox [dot] com', '[EMAIL]'],
    ['n.frost(at)postbox.example', '[EMAIL]'],
    ['es nell punto frost arroba correo punto es', 'es [EMAIL]'],
    ['nell point frost arobase boite point fr', '[EMAIL]'],
    ['nell unterstrich frost at postfach punkt de', '[EMAIL]'],
    ['nell ponto frost arroba caixa ponto com', '[EMAIL]'],
  ])('%s', (text, redacted) => {
    expect(transcript(text)).toBe(redacted);
  });

  it.each([
    'Look at the dot in the corner.',
    'Meet us at example.com for more.',
    'Look at dot com boom history.',
  ])('leaves alone: %s', (text) => {
    expect(transcript(text)).toBe(text);
  });
});

describe('dates', () => {
  it.each([
    ['born 3 May 1988', 'born [DATE]'],
    ['DOB 14/02/1979', 'DOB [DATE]'],
    ['nací el 21 de marzo de 1984', 'nací el [DATE]'],
    ['hospitalisée depuis le 3 février 2024', 'hospitalisée depuis le [DATE]'],
    ['geboren am 02.11.1971', 'geboren am [DATE]'],
    ['discharged 12 March 2024 but billed till 15 March 2024', 'discharged [DATE] but billed till [DATE]'],
  ])('of a person go: %s', (text, redacted) => {
    expect(transcript(text)).toBe(redacted);
  });

  it.each([
    'The sale runs from 24 November to 2 December.',
    'Version 4.12 came on 3 March 2025.',
    'Die Aktion endet am 31. Dezember.',
  ])('of a product stay: %s', (text) => {
    expect(transcript(text)).toBe(text);
  });
});

describe('numbers with a checksum', () => {
  const digits = (count: number) =>
    fc
      .array(fc.integer({ min: 0, max: 9 }), { minLength: count, maxLength: count })
      .map((all) => all.join(''));
  const dni = digits(8).map((number) => number + 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(number) % 23]);
  const nir = fc
    .tuple(
      fc.constantFrom('1', '2'),
      digits(2),
      fc.constantFrom('01', '07', '12'),
      fc.constantFrom('13', '49', '78'),
      digits(6),
    )
    .map((parts) => parts.join(''))
    .map((number) => number + String(97 - (Number(number) % 97)).padStart(2, '0'));
  const cpf = digits(9).map((number) => {
    const check = (text: string) =>
      (([...text].reduce((sum, digit, at) => sum + Number(digit) * (text.length + 1 - at), 0) * 10) % 11) %
      10;
    const first = number + check(number);
    const all = first + check(first);
    return `${all.slice(0, 3)}.${all.slice(3, 6)}.${all.slice(6, 9)}-${all.slice(9)}`;
  });

  it('are found wherever they stand', () => {
    fc.assert(
      fc.property(
        fc.oneof(dni, nir, cpf),
        fc.constantFrom('', 'hola ', 'it is ', '我的：'),
        (number, before) => {
          // One in ten checks out as a card, too.
          expect(transcript(`${before}${number}, ok`)).toMatch(
            /^(?:hola |it is |我的：)?\[(?:ID|CARD)\], ok$/,
          );
        },
      ),
      { numRuns: 200 * effort },
    );
  });
});

describe('a conversation', () => {
  const entity = (text: string, value: string, kind: Entity['kind'] = 'name'): Entity => {
    const start = text.indexOf(value);
    return { kind, start, end: start + value.length };
  };
  const redact = (texts: readonly string[], found: readonly (readonly string[])[]) =>
    redactConversation(texts, {
      redactor,
      entities: texts.map((text, turn) => (found[turn] ?? []).map((value) => entity(text, value))),
    }).texts;

  it('calls each person the same in all turns', () => {
    expect(
      redact(
        ['Hi, I am Nell Frost.', 'Thanks Nell, I am Okan.', 'My neighbour Ugo knows you, Okan.'],
        [['Nell Frost'], ['Nell', 'Okan'], ['Ugo', 'Okan']],
      ),
    ).toEqual([
      'Hi, I am [NAME 1].',
      'Thanks [NAME 1], I am [NAME 2].',
      'My neighbour [NAME 3] knows you, [NAME 2].',
    ]);
  });

  it('finds a name again that the model missed the second time', () => {
    expect(redact(['I am Nell Frost', 'ok Nell, and is Frost the surname?'], [['Nell Frost']])).toEqual([
      'I am [NAME 1]',
      'ok [NAME 1], and is [NAME 1] the surname?',
    ]);
  });

  it('leaves a word alone that was a name before', () => {
    expect(redact(['I am Will Mark', 'Will it come in May? Mark it, Will Mark.'], [['Will Mark']])).toEqual([
      'I am [NAME 1]',
      'Will it come in May? Mark it, [NAME 1].',
    ]);
  });

  it('keeps what the patterns say of a value, and adds what the model saw beside it', () => {
    const text = 'Frost, account 71-30042-5, 5 Mill Lane';
    const { texts, counts } = redactConversation([text], {
      redactor,
      entities: [
        [
          entity(text, 'Frost'),
          entity(text, 'account 71-30042-5', 'id'),
          entity(text, '5 Mill Lane', 'address'),
        ],
      ],
    });
    expect(texts).toEqual(['[NAME 1], account [ID], [ADDRESS]']);
    expect(counts).toEqual({ name: 1, id: 1, address: 1 });
  });

  it('keeps the words of the team’s own articles, but not a person who is called like them', () => {
    const published = createPublishedWords(['Pellworth']);
    for (const id of ['a', 'b', 'c'])
      published.learn({
        id,
        pageContent: 'Connect the Calder boiler.',
        metadata: { source: 's', kind: 'article', title: id, audience: 'customer', language: 'en' },
      });
    const texts = ['The Calder of Pellworth leaks', 'Ann Calder here'];
    expect(
      redactConversation(texts, {
        redactor,
        isPublished: published.has,
        entities: [
          [entity(texts[0]!, 'Calder'), entity(texts[0]!, 'Pellworth')],
          [entity(texts[1]!, 'Ann Calder')],
        ],
      }).texts,
    ).toEqual(['The Calder of Pellworth leaks', '[NAME 1] here']);
  });

  it('takes no version, host name or quantity for a place', () => {
    const texts = ['version 6.1.20 at help.example.example, 21.5 degrees'];
    const entities = [['1.20', 'example', '21.5'].map((value) => entity(texts[0]!, value, 'address'))];
    expect(redactConversation(texts, { redactor, entities }).texts).toEqual(texts);
  });
});

describe('a sentence that speaks of one case', () => {
  it.each([
    'I told [NAME 1] to restart it.',
    'Mr Frost will get a new one.',
    'We sent it on 3 May.',
    'Le colis part le 12 décembre.',
    'Acme GmbH ordered two.',
    'Your number 07700 900123 is noted.',
    'It was delivered yesterday.',
  ])('is known: %s', (sentence) => {
    expect(speaksOfOneCase(sentence)).toBe(true);
  });

  it.each([
    'Press the button for ten seconds.',
    'Returns are free for 30 days.',
    'It may take a moment to connect.',
    'Öffnen Sie die Einstellungen.',
  ])('is told from one that helps everybody: %s', (sentence) => {
    expect(speaksOfOneCase(sentence)).toBe(false);
  });
});
