import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '#core/testing/effort.ts';
import { createRecognizers } from './recognizers.ts';
import { createRedactor, type Recognizer } from './redact.ts';
import { createDefaultRedactor } from './redaction-profile.ts';

const redactor = createDefaultRedactor();
const transcript = (text: string) => redactor.redact(text, 'transcript').text;
const article = (text: string) => redactor.redact(text, 'article').text;

describe('redaction of transcripts', () => {
  it.each([
    ['mail me at jo.bloggs+x@mail.example.com.', 'mail me at [EMAIL].'],
    ['my number is (202) 555-0143, call', 'my number is [PHONE], call'],
    ['+44 20 7946 0182', '[PHONE]'],
    ['ring 07700 900638 or +44 7700 900999.', 'ring [PHONE] or [PHONE].'],
    ['office (0161) 496 0000, Paris 06 12 34 56 78', 'office [PHONE], Paris [PHONE]'],
    ['card 4111 1111 1111 1111 ok', 'card [CARD] ok'],
    ['card 4111-1111-1111-1111', 'card [CARD]'],
    ['amex 378282246310005', 'amex [CARD]'],
    ['mistyped 4111 1111 1111 1112', 'mistyped [NUMBER]'],
    ['IBAN DE89 3704 0044 0532 0130 00 please', 'IBAN [IBAN] please'],
    ['gb29nwbk60161331926819', '[IBAN]'],
    ['ssn 219-09-9999', 'ssn [SSN]'],
    ['from 203.0.113.47 and 2001:db8::ff00:42:8329', 'from [IP] and [IP]'],
    ['https://ann:hunter22@host.example/x', 'https://[SECRET]@host.example/x'],
    ['https://host.example/reset?token=9f3b7c21d8&x=1', 'https://host.example/reset?token=[SECRET]&x=1'],
    ['key sk-proj-abcdefghijklmnop1234 here', 'key [SECRET] here'],
    ['token-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdef', 'token-[SECRET]'],
    ['my password is hunter22', 'my password is [SECRET]'],
    ['password is “hunter22”.', 'password is “[SECRET]”.'],
    ['pwd: Tr0ub4dor&3 and pin = 4821', 'pwd: [SECRET] and pin = [SECRET]'],
    ['the password is: SunFlower', 'the password is: [SECRET]'],
    ['password is $unflower, CVV 123, CVC: 123', 'password is [SECRET], CVV 123, CVC: [SECRET]'],
    ['my pin is 4471, the password is hunter2!', 'my pin is [SECRET], the password is [SECRET]'],
    [
      'Passwort: Sommer2024, mein Kennwort lautet Wolke7',
      'Passwort: [SECRET], mein Kennwort lautet [SECRET]',
    ],
    ['mot de passe : soleil9, a senha é gato77', 'mot de passe : [SECRET], a senha é [SECRET]'],
    ['the door code is 5561, gate code: 4471#', 'the door code is [SECRET], gate code: [SECRET]'],
    [
      'mein Türcode ist 5561, el código de la puerta es 7788',
      'mein Türcode ist [SECRET], el código de la puerta es [SECRET]',
    ],
    ['order 123456789012345', 'order [NUMBER]'],
  ])('%s', (text, redacted) => {
    expect(transcript(text)).toBe(redacted);
  });

  it.each([
    'Update to firmware 10.4.2.1 today.',
    'Error 0x80070057 in version 2.8.1, see chapter 1.2.3.4.5.',
    'It costs £1,299.00 and was sold from 2019-05-01 to 2023.',
    'Order PW-20931 from 14:30:15 on 12/03/2024.',
    'Part T100-1845-00231, part 020 4567, 10.12.2024 08:30, 01-02-2024 08.',
    'Your password is case sensitive.',
    "If it runs freely, the radiator's pin is stuck: move it, until the pin isn’t stuck.",
    'The pin is bent—straighten it. The pin is ‘stuck’ if it stays in (pin is *free*: good).',
    'The verification code is expired/invalid, your password is e-mailed to you, a PIN is 4-digit.',
    'The pin is 10mm long, the other pin is 3.5mm.',
    'The error code is 5001, Fehlercode: 4711, postal code: 10115.',
    'The code is printed on the back, the code is E4.',
    'La contraseña es incorrecta, le mot de passe est obligatoire, a senha é curta.',
    'Das Passwort ist falsch-geschrieben, der PIN ist verbogen.',
    'std::vector and 10:30:45 are no addresses.',
    'https://support.example.com/hc/en-us/articles/360023825454',
  ])('leaves alone: %s', (text) => {
    expect(transcript(text)).toBe(text);
  });

  it('counts by kind', () => {
    expect(redactor.redact('a@b.example, c@d.example, 203.0.113.9', 'transcript').counts).toEqual({
      email: 2,
      ip: 1,
    });
  });
});

describe('redaction of articles', () => {
  it('keeps the contact details that a company publishes', () => {
    const text =
      'Write to help@pellworth.example or customer-support@x.example, call +44 20 7946 0182, open 192.168.1.1.';
    expect(article(text)).toBe(text);
  });

  it('takes out what no company publishes', () => {
    expect(article('jane.doe@x.example 4111 1111 1111 1111 203.0.113.9 219-09-9999')).toBe(
      '[EMAIL] [CARD] [IP] [SSN]',
    );
  });

  it('keeps addresses of the named domains and the named kinds', () => {
    const own = createDefaultRedactor({ publishedDomains: ['x.example'], keepInArticles: ['ip'] });
    expect(own.redact('jane.doe@x.example 8.8.8.8 jane@y.example', 'article').text).toBe(
      'jane.doe@x.example 8.8.8.8 [EMAIL]',
    );
  });

  it('is not looked at where it must stay as it is', () => {
    const text = 'jane.doe@x.example and jane.doe@x.example';
    expect(redactor.redact(text, 'article', [{ start: 0, end: 18 }]).text).toBe(
      'jane.doe@x.example and [EMAIL]',
    );
  });

  it('reads local numbers by region', () => {
    expect(createDefaultRedactor({ region: 'GB' }).redact('ring 020 7946 0182 now', 'transcript').text).toBe(
      'ring [PHONE] now',
    );
    expect(() => createDefaultRedactor({ region: 'England' })).toThrow(/country code/);
  });
});

describe('any text', () => {
  const personal = fc.constantFrom(
    'a.b@c.example',
    '4111 1111 1111 1111',
    'GB29 NWBK 6016 1331 9268 19',
    '219-09-9999',
    '203.0.113.47',
    '+49 30 23125 082',
    '5555555555554444',
    '202-555-0143',
    '(202) 555-0199',
    '07700 900638',
  );
  const around = fc.string({
    unit: fc.constantFrom(' ', 'a', ', ', '. ', '(', ')', '\n', 'é', '✓'),
    maxLength: 12,
  });

  it('never lets planted personal data through', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(around, personal), { maxLength: 6 }), (pairs) => {
        const text = pairs.map(([before, data]) => `${before} ${data}, ${before}`).join('');
        const redacted = transcript(text);
        for (const [, data] of pairs) expect(redacted).not.toContain(data);
      }),
    );
  });

  it('changes nothing the second time, and nothing but findings', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('1', '2', '4', ' ', '-', '.', '@', 'a', 'F', ':', '/', '+', '=', '?', '&'),
          maxLength: 80,
        }),
        (text) => {
          const once = transcript(text);
          expect(transcript(once).replace(/\[\w+\]/g, '')).toBe(once.replace(/\[\w+\]/g, ''));
        },
      ),
      { numRuns: 100 * effort },
    );
  });
});

it('takes further recognizers, such as names', () => {
  const names: Recognizer = {
    kind: 'secret',
    *find(text) {
      for (const match of text.matchAll(/Ada Example/g))
        yield { kind: 'secret', start: match.index, end: match.index + match[0].length };
    },
  };
  const extended = createRedactor({ recognizers: [names, ...createRecognizers()] });
  expect(extended.redact('Ada Example, a@b.example', 'article').text).toBe('[SECRET], [EMAIL]');
});
