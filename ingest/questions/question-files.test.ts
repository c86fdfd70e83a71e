import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SourceItem } from '../item.ts';
import { createTemporaryFolder, readItems, type TemporaryFolder } from '../testing/source-folder.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

const read = async (content: string | Uint8Array, name = 'a.questions.jsonl'): Promise<SourceItem[]> =>
  readItems([await folder.write(name, content)]);
const good = '{"article":"a.md","heading":["Fees"],"questions":["how much  is it "],"of":"0123456789abcdef"}';
const written = {
  article: 'a.md',
  heading: ['Fees'],
  questions: ['how much is it'],
  of: '0123456789abcdef',
};

describe('a file of written questions', () => {
  it('gives each line with its place', async () => {
    expect(await read(`${good}\n\n{"article":"b.md","questions":[]}\n`)).toEqual([
      {
        type: 'questions',
        id: 'a.questions.jsonl:1',
        written,
        origin: { file: 'a.questions.jsonl', line: 1 },
      },
      {
        type: 'questions',
        id: 'a.questions.jsonl:3',
        written: { article: 'b.md', heading: [], questions: [] },
        origin: { file: 'a.questions.jsonl', line: 3 },
      },
    ]);
  });

  it('says which words answer a question, where somebody has pointed at them', async () => {
    const line = {
      article: 'a.md',
      questions: [
        'how much is it',
        { question: 'is it  free', answer: 'It costs\n5 €.' },
        { question: 'how do i pay', answer: ['Pay so:', ' ', '1. Open Billing.'] },
        { question: 'why' },
      ],
    };
    expect(await read(`${JSON.stringify(line)}\n`)).toMatchObject([
      {
        written: {
          questions: ['how much is it', 'is it free', 'how do i pay', 'why'],
          answers: [[], ['It costs 5 €.'], ['Pay so:', '1. Open Billing.'], []],
        },
      },
    ]);
  });

  it('reads the same with a byte order mark, with CRLF and in UTF-16', async () => {
    const expected = await read(`${good}\n`);
    expect(await read(`\uFEFF${good}\r\n`)).toEqual(expected);
    expect(await read(Buffer.from(`\uFEFF${good}\n`, 'utf16le'))).toEqual(expected);
  });

  it.each([
    ['no JSON', '{"article":', 'not valid JSON'],
    ['no article', '{"questions":["why so"]}', 'article: write the id of the article'],
    ['no list', '{"article":"a.md","questions":"why so"}', 'questions: write a list of questions'],
    [
      'a heading that is no list',
      '{"article":"a.md","heading":"Fees","questions":[]}',
      'heading: write a list of',
    ],
    ['an empty question', '{"article":"a.md","questions":[" "]}', 'questions: a question is empty'],
    [
      'too long a question',
      JSON.stringify({ article: 'a.md', questions: ['x'.repeat(301)] }),
      'at most 300 characters a question',
    ],
    [
      'a question that is a number',
      '{"article":"a.md","questions":[5]}',
      'questions: write each question as a text, or as {"question": …, "answer": …}',
    ],
    [
      'an answer that is none',
      '{"article":"a.md","questions":[{"question":"why so","answer":5}]}',
      'questions: write the answer as a text or a list of texts, word for word',
    ],
    [
      'too many',
      JSON.stringify({
        article: 'a.md',
        questions: Array.from({ length: 101 }, (_, index) => `why ${index}`),
      }),
      'at most 100 questions a section',
    ],
    ['a hash that is none', '{"article":"a.md","questions":[],"of":"now"}', 'of: leave it to'],
    [
      'a field that there is not',
      '{"article":"a.md","questions":[],"answer":"x"}',
      'there is no field answer (fields: article, heading, questions, of)',
    ],
  ])('says what is wrong with a line with %s, where, and reads the rest', async (_what, line, reason) => {
    const [problem, item, ...more] = await read(`${line}\n${good}\n`);
    expect(problem).toMatchObject({
      type: 'problem',
      origin: { file: 'a.questions.jsonl', line: 1 },
      reason: expect.stringContaining(reason),
    });
    expect(item).toMatchObject({ type: 'questions', written });
    expect(more).toEqual([]);
  });

  it('is known by its name; questions.jsonl alone is an export like any other', async () => {
    const [item] = await read('{"id":"1","title":"T","text":"Some text."}\n', 'questions.jsonl');
    expect(item).toMatchObject({ type: 'article', id: '1' });
  });
});
