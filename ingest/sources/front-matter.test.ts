import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitFrontMatter } from './front-matter.ts';

describe('front matter', () => {
  it.each([
    ['YAML', '---\ntitle: Ferry\nweight: 3\n---\n'],
    ['YAML that ends with dots', '---\ntitle: Ferry\nweight: 3\n...\n'],
    [
      'YAML below a byte order mark, with the line ends of Windows',
      '\uFEFF---\r\ntitle: Ferry\r\nweight: 3\r\n---\r\n',
    ],
    ['TOML', '+++\ntitle = "Ferry"\nweight = 3\n+++\n'],
    ['JSON between semicolons', ';;;\n{"title": "Ferry", "weight": 3}\n;;;\n'],
    ['JSON as an object', '{\n  "title": "Ferry",\n  "weight": 3,\n  "menu": {"main": {"name": "}"}}\n}\n'],
    ['JSON between dashes', '---json\n{"title": "Ferry", "weight": 3}\n---\n'],
    ['TOML between dashes', '---toml\ntitle = "Ferry"\nweight = 3\n---\n'],
  ])('is read as %s', (_name, front) => {
    expect(splitFrontMatter(`${front}It sails at noon.`)).toEqual({
      body: 'It sails at noon.',
      facts: { title: 'Ferry', weight: '3' },
    });
  });

  it('keeps days as days, joins lists, and knows where generators keep the facts of a site', () => {
    const toml =
      '+++\ndate = 2024-06-01\ntags = ["a", "b"]\n[params]\ndraft = true\n[other]\ntitle = "No"\n+++\n';
    expect(splitFrontMatter(toml).facts).toEqual({ date: '2024-06-01', tags: 'a, b', draft: 'true' });
    expect(splitFrontMatter('---\nlast_update:\n  date: 2024-06-02\n---\n').facts).toEqual({
      last_update: '2024-06-02',
    });
  });

  it('may stand there twice; the first says more', () => {
    expect(splitFrontMatter('---\ntitle: Ferry\n---\n---\nlayout: page\ntitle: No\n---\n\nNoon.')).toEqual({
      body: '\nNoon.',
      facts: { title: 'Ferry', layout: 'page' },
    });
  });

  it('may hold a colon where YAML allows none', () => {
    expect(
      splitFrontMatter('---\ntitle: Boats: hire and return\ntags: [boat]\ndraft: true\n---\n').facts,
    ).toEqual({
      title: 'Boats: hire and return',
      tags: 'boat',
      draft: 'true',
    });
  });

  it.each([
    ['YAML', '---\naudience: [internal\n---\nText'],
    ['TOML', '+++\ntitle = Ferry\n+++\nText'],
    ['JSON', ';;;\n{"title": }\n;;;\nText'],
  ])(
    'that is not valid %s gives no text: it may have said that the article is internal',
    (language, text) => {
      expect(splitFrontMatter(text)).toEqual({
        body: '',
        facts: {},
        problem: `the front matter is not valid ${language}`,
      });
    },
  );

  it.each([
    '---\nA rule above.',
    '{% hint %}\nx',
    '{"unit": "kg"} is what you type.',
    '{ a',
    '+++ a',
    'Text\n---\nb\n---\n',
  ])('is not seen where there is none: %j', (text) => {
    expect(splitFrontMatter(text)).toEqual({ body: text, facts: {} });
  });

  it('reads anything without failing', () => {
    const piece = fc.constantFrom(
      '---',
      '+++',
      ';;;',
      '\n',
      '{',
      '}',
      '"',
      'a: b',
      'a = 1',
      ':',
      '[',
      '&x',
      '*x',
      ' ',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        expect(text.endsWith(splitFrontMatter(text).body)).toBe(true);
      }),
    );
  });
});
