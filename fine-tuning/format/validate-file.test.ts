import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatExampleSchema, hostedLine } from './chat-example.ts';
import { refuseProblems, validateFile } from './validate-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chat-file-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const good = {
  messages: [
    { role: 'user', content: 'How?' },
    { role: 'assistant', content: 'So.' },
  ],
};
async function check(lines: readonly string[], options = {}) {
  const path = join(folder, 'file.jsonl');
  await writeFile(path, lines.join('\n'));
  return validateFile(path, { atLeast: 0, ...options });
}

describe('a file of chat examples', () => {
  it.each([
    ['no JSON', '{"messages": [', /no JSON/],
    ['an empty line', '', /empty/],
    ['no messages', '{}', /messages/],
    [
      'another role',
      JSON.stringify({ messages: [{ role: 'tool', content: 'x' }, good.messages[1]] }),
      /role/,
    ],
    [
      'an empty message',
      JSON.stringify({ messages: [{ role: 'user', content: ' ' }, good.messages[1]] }),
      /empty/,
    ],
    [
      'a customer with the last word',
      JSON.stringify({ messages: [...good.messages, good.messages[0]] }),
      /last message/,
    ],
    [
      'two answers in a row',
      JSON.stringify({ messages: [...good.messages, good.messages[1]] }),
      /take turns/,
    ],
    [
      'a system message behind others',
      JSON.stringify({ messages: [good.messages[0], { role: 'system', content: 'x' }, good.messages[1]] }),
      /beginning/,
    ],
    ['a key that services refuse', JSON.stringify({ ...good, tag: 1 }), /tag/],
  ])('%s is found, with the number of its line', async (_what, line, says) => {
    const { problems, wrong, examples } = await check([JSON.stringify(good), line, JSON.stringify(good)]);
    expect([wrong, examples]).toEqual([1, 2]);
    expect(problems).toEqual([{ line: 2, what: expect.stringMatching(says) }]);
  });

  it('with too few examples, or one that would be cut off, is refused with all that is wrong', async () => {
    const long = { messages: [good.messages[0], { role: 'assistant', content: 'word '.repeat(50) }] };
    const checked = await check([JSON.stringify(good), JSON.stringify(long)], {
      atLeast: 10,
      mostTokens: 20,
      countTokens: (text: string) => text.split(' ').length,
    });
    expect(() => refuseProblems('file.jsonl', checked)).toThrow(/line 2: about 5\d tokens[\s\S]*at least 10/);
  });

  it('quotes nothing of a line that is wrong', async () => {
    const secret = 'my number is 12345';
    const { problems } = await check([JSON.stringify({ messages: secret }), secret]);
    expect(JSON.stringify(problems)).not.toContain(secret);
  });

  it('is uploaded with the messages alone', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (question, answer) => {
        const example = {
          messages: [
            { role: 'user', content: `a${question}` },
            { role: 'assistant', content: `b${answer}` },
          ],
          conversationId: 'c-1',
        };
        const line = hostedLine(chatExampleSchema.parse(example));
        expect(JSON.parse(line)).toEqual({ messages: example.messages });
        expect(line.indexOf('\n')).toBe(line.length - 1);
      }),
    );
  });
});
