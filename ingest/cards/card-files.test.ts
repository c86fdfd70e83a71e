import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CardItem, SourceItem } from '../item.ts';
import { createTemporaryFolder, readItems, type TemporaryFolder } from '../testing/source-folder.ts';
import { cardsToYaml, type WrittenCard, withReviews } from './write-cards.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

const read = async (content: string | Uint8Array, name = 'returns.answers.yaml'): Promise<SourceItem[]> =>
  readItems([await folder.write(name, content)]);
const cardsOf = (items: readonly SourceItem[]) =>
  items.filter((item): item is CardItem => item.type === 'card');
const problemsOf = (items: readonly SourceItem[]) =>
  items.flatMap((item) =>
    item.type === 'problem' ? [`${item.origin.file}:${item.origin.line} ${item.reason}`] : [],
  );

const whole = `# Returns
cards:
  - id: opened
    questions:
      - Can I return it opened?
      - "Opened: can it go back?"
    answer: |
      Yes, within **30 days**.

      1. Reset it.
    product: Valve
    language: en
    sources: [return-opened, https://help.example.com/returns]
    valid_until: 2027-01-31
    author: Ann
    reviewer: Ben
    state: approved
  - id: lawyer
    kind: hand-over
    questions: [I will sue you]
    state: approved
  - id: outage
    kind: notice
    questions: [Is the app down?]
    answer: The app is down.
    valid_until: 2027-01-31T18:00Z
    state: approved
`;

describe('a file of answer cards', () => {
  it('gives each card with all that the team wrote, and the line it stands on', async () => {
    const items = await read(whole);
    expect(problemsOf(items)).toEqual([]);
    expect(items).toMatchObject([
      {
        type: 'card',
        id: 'returns.answers.yaml#opened',
        origin: { line: 3 },
        card: {
          kind: 'answer',
          questions: ['Can I return it opened?', 'Opened: can it go back?'],
          answer: 'Yes, within **30 days**.\n\n1. Reset it.\n',
          audience: 'customer',
          product: 'Valve',
          language: 'en',
          sources: ['return-opened', 'https://help.example.com/returns'],
          validUntil: '2027-01-31',
          author: 'Ann',
          reviewer: 'Ben',
          state: 'approved',
        },
      },
      { card: { kind: 'hand-over', answer: '', sources: [] } },
      { card: { kind: 'notice', validUntil: '2027-01-31T18:00Z' } },
    ]);
  });

  it('is a draft where nothing is said of its state', async () => {
    const [card] = cardsOf(await read('- id: a\n  questions: [Why?]\n'));
    expect(card?.card.state).toBe('draft');
  });

  it('reads the same with a byte order mark, with CRLF and in UTF-16', async () => {
    const expected = await read(whole);
    expect(await read(`\uFEFF${whole}`)).toEqual(expected);
    expect(await read(Buffer.from(`\uFEFF${whole}`, 'utf16le'))).toEqual(expected);
    expect(await read(whole.replaceAll('\n', '\r\n'))).toEqual(expected);
  });

  it('reads a table as Excel saves it, with semicolons, cells of several lines and headings in its own spelling', async () => {
    const table =
      '\uFEFFID;Kind;Questions;Answer;Sources;Valid until;State\r\n' +
      'opened;;"Can I return it opened?\nOpened, can it go back?";"Yes; within 30 days.";return-opened|terms;2027-01-31;Approved\r\n' +
      'odd;;Why?;Because.;;31.01.2027;approved\r\n';
    const items = await read(table, 'returns.answers.csv');
    expect(cardsOf(items)).toMatchObject([
      {
        id: 'returns.answers.csv#opened',
        card: {
          kind: 'answer',
          questions: ['Can I return it opened?', 'Opened, can it go back?'],
          answer: 'Yes; within 30 days.',
          sources: ['return-opened', 'terms'],
          validUntil: '2027-01-31',
          state: 'approved',
        },
      },
    ]);
    expect(problemsOf(items)).toEqual([
      expect.stringMatching(/^returns\.answers\.csv:\d+ card "odd": valid_until: write it as 2026-12-31/),
    ]);
  });

  const entry = (fields: string) => `- id: good\n  questions: [Why?]\n- ${fields}\n`;
  it.each([
    ['no id', entry('questions: [Why?]'), 'card: id: give the card an id'],
    ['an id with blanks', entry('{id: a b, questions: [Why?]}'), 'id: use letters, digits'],
    ['no question', entry('{id: a, answer: Yes}'), 'card "a": questions: '],
    ['an empty list of questions', entry('{id: a, questions: []}'), 'write at least one question'],
    [
      'an unknown kind',
      entry('{id: a, questions: [Why?], kind: faq}'),
      'kind: write one of: answer, hand-over, notice',
    ],
    [
      'an unknown state',
      entry('{id: a, questions: [Why?], state: live}'),
      'state: write one of: draft, approved',
    ],
    [
      'an unknown audience',
      entry('{id: a, questions: [Why?], audience: vip}'),
      'audience: write one of: customer, internal',
    ],
    [
      'a language that is none',
      entry('{id: a, questions: [Why?], language: English}'),
      'language: write a code of two letters',
    ],
    [
      'a day that there is not',
      entry('{id: a, questions: [Why?], valid_until: 2027-02-31}'),
      'valid_until: write it as',
    ],
    [
      'approved without an answer',
      entry('{id: a, questions: [Why?], state: approved}'),
      'answer: write the answer before',
    ],
    [
      'a notice without an end',
      entry('{id: a, kind: notice, questions: [Why?], answer: Down., state: approved}'),
      'valid_until: say when the notice ends',
    ],
    [
      'a field that there is not',
      entry('{id: a, questions: [Why?], answers: Yes}'),
      'there is no field answers (fields: id, kind',
    ],
    ['an id for the second time', entry('{id: good, questions: [Why?]}'), 'line 1 has this id already'],
    ['no card at all', entry('just text'), 'not a card'],
    ['an alias', `- &a {id: good, questions: [Why?]}\n- *a\n`, 'not a card'],
    ['too long a question', entry(`{id: a, questions: [${'x'.repeat(301)}]}`), 'at most 300 characters'],
  ])('says what is wrong with %s, where, and reads the rest', async (_what, content, reason) => {
    const items = await read(content);
    expect(cardsOf(items).map(({ id }) => id)).toEqual(['returns.answers.yaml#good']);
    const [problem, ...more] = problemsOf(items);
    expect(more).toEqual([]);
    expect(problem).toContain(reason);
    expect(problem).toMatch(/^returns\.answers\.yaml:[23] /);
  });

  it.each([
    ['broken YAML', 'cards:\n  - id: a\n   questions: [', /:\d+ not valid YAML: /],
    ['no list', 'cards: yes\n', /:1 no list of cards/],
    ['nothing', '', /:1 no list of cards/],
    ['an older encoding and no card', Uint8Array.of(0x2d, 0x20, 0xff, 0xfe, 0xfd), /:1 not a card/],
  ])('says that there is %s', async (_what, content, reason) => {
    const items = await read(content);
    expect(cardsOf(items)).toEqual([]);
    expect(problemsOf(items)).toEqual([expect.stringMatching(reason)]);
  });

  it('comes back as it was written, whatever stands in it', async () => {
    const line = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
      .map((text) => `q${text.replace(/[\p{Cc}\p{Cs}\u2028\u2029\s]+/gu, ' ').trim()}`);
    const written = fc.record<WrittenCard>({
      id: fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/),
      kind: fc.constantFrom('answer', 'hand-over'),
      questions: fc.array(line, { minLength: 1, maxLength: 4 }),
      answer: fc.array(line, { minLength: 1, maxLength: 4 }).map((lines) => lines.join('\n')),
      audience: fc.constantFrom('customer', 'internal'),
      sources: fc.array(line, { maxLength: 3 }),
      state: fc.constantFrom('draft', 'approved'),
    });
    const unique = fc.uniqueArray(written, { selector: ({ id }) => id, minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(unique, async (cards) => {
        const items = await read(cardsToYaml(cards, 'A comment\nof two lines'));
        expect(problemsOf(items)).toEqual([]);
        expect(cardsOf(items).map(({ id, card }) => ({ id: id.split('#')[1], ...card }))).toEqual(cards);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps its comments and order when a review is noted', () => {
    const { yaml, reviewed } = withReviews(whole, (id) =>
      id === 'opened' ? { reviewed: { 'return-opened': '0123456789ab' }, reviewer: 'Cleo' } : undefined,
    );
    expect(reviewed).toEqual(['opened']);
    expect(yaml).toContain('# Returns');
    expect(yaml).toContain('reviewer: Cleo');
    expect(yaml).toMatch(/reviewed:\n\s+return-opened: 0123456789ab/);
    expect(yaml.indexOf('id: opened')).toBeLessThan(yaml.indexOf('id: lawyer'));
  });
});
