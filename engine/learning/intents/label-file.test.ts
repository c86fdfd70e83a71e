import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLabelFile } from './label-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'labels-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(name: string, content: string | Uint8Array) {
  await writeFile(join(folder, name), content);
  return readLabelFile(join(folder, name));
}
const pairs = ({ rows }: Awaited<ReturnType<typeof readLabelFile>>) =>
  rows.map(({ text, label, line }) => [line, text, label]);

describe('a label file', () => {
  it('is JSONL with text and label, whatever else is in it', async () => {
    const file = await read(
      'a.jsonl',
      '{"text":" a b ","label":"x","id":7}\n\n{"text":"c","label":"y","split":"test"}\n',
    );
    expect(pairs(file)).toEqual([
      [1, 'a b', 'x'],
      [3, 'c', 'y'],
    ]);
    expect(file.rows.map(({ split }) => split)).toEqual(['train', 'test']);
  });

  it.each([
    ['commas', 'text,label\n"where, please",x\nb,y\n'],
    ['semicolons', 'Text;Label\n"where, please";x\nb;y\n'],
    ['tabs', 'text\tlabel\nwhere, please\tx\nb\ty\n'],
    ['a byte order mark and Windows line ends', '\uFEFFtext,label\r\n"where, please",x\r\nb,y\r\n'],
    ['other columns, in another order', 'id,label,text\n1,x,"where, please"\n2,y,b\n'],
  ])('is CSV with %s', async (_what, content) => {
    expect(pairs(await read('a.csv', content))).toEqual([
      [2, 'where, please', 'x'],
      [3, 'b', 'y'],
    ]);
  });

  it('counts the lines of cells with line breaks', async () => {
    await expect(read('b.csv', 'text,label\n"one\ntwo",x\n,y\n')).rejects.toThrow(
      'line 4: the text is empty',
    );
  });

  it('names every bad line and what is wrong with it', async () => {
    const long = 'x'.repeat(10 * 1024 * 1024);
    const lines = [
      '{"text":"fine","label":"x"}',
      'not json',
      '["text","label"]',
      '{"text":"","label":"x"}',
      '{"text":"no label"}',
      JSON.stringify({ text: long, label: 'x' }),
      '{"text":"t","label":"x","split":"dev"}',
    ];
    await expect(read('bad.jsonl', lines.join('\n'))).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(
        /6 bad line\(s\).*line 2: not a JSON object.*line 3: not a JSON object.*line 4: the text is empty.*line 5: no label.*line 6: the text has 10,485,760 characters.*line 7: split is neither/s,
      ),
    });
  });

  it('says which columns a CSV file lacks, and which it has', async () => {
    await expect(read('c.csv', 'question,category\na,b\n')).rejects.toThrow(
      /no column text and no column label.*It has: question, category/,
    );
    await expect(read('d.csv', '')).rejects.toThrow(/It has: nothing/);
    await expect(read('e.csv', 'text,label\n"open,x\n')).rejects.toThrow(/e\.csv is no CSV/);
  });

  it('is refused when it is missing, empty, or not UTF-8', async () => {
    await expect(readLabelFile(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'bad-input' });
    await expect(read('f.jsonl', '\n')).rejects.toThrow('holds no texts');
    await expect(
      read('g.csv', Uint8Array.from([...Buffer.from('text,label\nM'), 0xfc, 0x6c, 0x6c])),
    ).rejects.toThrow('CSV UTF-8');
  });

  it('counts a text once, and drops one that has two labels, and says so', async () => {
    const file = await read('h.csv', 'text,label\nHello  there,x\nhello there,x\nbye,x\nbye,y\nnew,y\n');
    expect(pairs(file)).toEqual([
      [2, 'Hello  there', 'x'],
      [6, 'new', 'y'],
    ]);
    expect(file.notes).toEqual([
      expect.stringMatching(/1 text\(s\) have two labels.*4 and 5/),
      expect.stringMatching(/1 text\(s\) occur more than once.*2 and 3/),
    ]);
  });
});
