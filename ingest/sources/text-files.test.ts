import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SourceItem } from '../item.ts';
import { createTemporaryFolder, readItems, type TemporaryFolder } from '../testing/source-folder.ts';

let root: TemporaryFolder;
let run = 0;
beforeAll(async () => {
  root = await createTemporaryFolder();
});
afterAll(() => root[Symbol.asyncDispose]());
beforeEach(() => {
  run += 1;
});
const read = async (name: string, content: string | Uint8Array) =>
  readItems([await root.write(`${run}/${name}`, content)]);
const problems = (items: readonly SourceItem[]) =>
  items.flatMap((item) => (item.type === 'problem' ? [`${item.origin.line ?? '-'}: ${item.reason}`] : []));

/** One byte a letter: the letters of `alphabet` begin at byte 128. */
function encode(text: string, encoding: string): Buffer {
  const decoder = new TextDecoder(encoding);
  const bytes = new Map(
    Array.from({ length: 256 }, (_, byte) => [decoder.decode(Uint8Array.of(byte)), byte] as const),
  );
  return Buffer.from(Array.from(text, (letter) => bytes.get(letter)!));
}

describe('a text in an older encoding', () => {
  it.for([
    ['windows-1252', 'Où est la clé ? À côté de la lampe, bien sûr.'],
    ['windows-1252', 'Die Kanne läuft über – für 20 € gibt es eine größere.'],
    ['windows-1252', 'It’s “on”.'],
    ['windows-1250', 'Jak wyczyścić czajnik? Wlej ocet i zaczekaj godzinę, później go opłucz.'],
    ['windows-1250', 'Hol van a kulcs? Őszi tűz mellett, a kőfal mögött, sűrű fű közt.'],
    ['windows-1251', 'Где лежит ключ? Рядом с лампой.'],
    ['macintosh', 'Où est la clé ? À côté de la lampe, c’est sûr.'],
    ['koi8-r', 'Где лежит ключ? Рядом с лампой, под книгой.'],
    ['windows-1253', 'Πού είναι το κλειδί; Δίπλα στη λάμπα.'],
  ] as const)('is read as %s: %s', async ([encoding, text]) => {
    const items = await read('a.txt', encode(text, encoding));
    expect(items).toMatchObject([
      { body: text, note: expect.stringMatching(/^read as .+; save it as UTF-8/) },
    ]);
  });

  it('is read as Japanese or Chinese', async () => {
    const japanese = Buffer.from(
      '8c ae 82 cd 82 c7 82 b1 82 c5 82 b7 82 a9 81 42'.replaceAll(' ', ''),
      'hex',
    );
    expect(await read('a.txt', japanese)).toMatchObject([{ body: '鍵はどこですか。' }]);
    const chinese = Buffer.from(
      'd4 bf b3 d7 d4 da c4 c4 c0 ef a3 bf d4 da b5 c6 c5 d4 b1 df a1 a3'.replaceAll(' ', ''),
      'hex',
    );
    expect(await read('b.txt', chinese)).toMatchObject([{ body: '钥匙在哪里？在灯旁边。' }]);
  });

  it('is read as what it declares, without a note', async () => {
    const page = (charset: string) =>
      `<html><head>${charset}<title>Heslo</title></head><body>Příliš žluťoučký</body></html>`;
    const html = page('<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-2">');
    const [item] = await read('a.html', encode(html, 'iso-8859-2'));
    expect(item).toMatchObject({ body: expect.stringContaining('Příliš žluťoučký') });
    expect(item).not.toHaveProperty('note');
    const xhtml = `<?xml version="1.0" encoding="windows-1250"?>${page('')}`;
    expect(await read('b.html', encode(xhtml, 'windows-1250'))).toMatchObject([
      { body: expect.stringContaining('Příliš žluťoučký') },
    ]);
  });

  it('that is UTF-8 stays UTF-8, whatever it declares and with a bad byte in it', async () => {
    const html = '<html><head><meta charset="iso-8859-1"></head><body>Größe</body></html>';
    expect(await read('a.html', html)).toMatchObject([{ body: html }]);
    const bad = Buffer.concat([
      Buffer.from('{"id":1,"text":"größe für überall"}\n{"id":2,"text":"'),
      Buffer.of(0xff),
      Buffer.from('"}\n'),
    ]);
    expect(problems(await read('a.jsonl', bad))).toEqual(['2: not valid UTF-8']);
  });

  it('is found out behind a megabyte of ASCII', async () => {
    const rows = `id,text\n${'1,plain\n'.repeat(150_000)}`;
    const items = await read(
      'a.csv',
      Buffer.concat([Buffer.from(rows), encode('2,für später\n', 'windows-1252')]),
    );
    expect(items.findLast(({ type }) => type === 'article')).toMatchObject({ body: 'für später' });
  });

  it('is not what a file of any bytes is', async () => {
    const noise = Buffer.from(Array.from({ length: 4_000 }, (_, index) => (index * 7_919 + 13) % 256));
    expect((await read('a.txt', noise)).map(({ type }) => type)).toEqual(['problem']);
  });
});

describe('CSV as spreadsheets write it', () => {
  it.for([
    ['a line that names the delimiter', 'sep=;\r\nquestion;answer\r\nLoud?;No, never\r\n'],
    [
      'the same in quotation marks, behind a mark of its encoding',
      '\uFEFF"sep=;"\r\nquestion;answer\r\nLoud?;No, never\r\n',
    ],
    ['semicolons and commas', 'question;answer\nLoud?;No, never\n'],
    ['tabs', 'question\tanswer\nLoud?\tNo, never\n'],
    ['bars', 'question|answer\nLoud?|No, never\n'],
    ['a quoted header with the other delimiter in it', '"question";"answer"\n"Loud?";"No, never"\n'],
    ['empty columns at the end', 'question,answer,,\nLoud?,"No, never",,\n,,,\n'],
    ['rows that leave out their last fields', 'question,answer,tags\nLoud?,"No, never"\n'],
    ['old line ends', 'question,answer\rLoud?,"No, never"\r'],
  ] as const)('has %s', async ([, csv]) => {
    const items = await read('a.csv', csv);
    expect(items).toMatchObject([{ type: 'article', title: 'Loud?', body: 'No, never' }]);
    expect(items).toHaveLength(1);
  });

  it('has quotation marks and line ends in its fields', async () => {
    const csv = 'question,answer\nA 5" pipe?,The 5" "large" pipe\n"Two\nlines?","He said ""yes"".\nTwice."\n';
    expect(await read('a.csv', csv)).toMatchObject([
      { title: 'A 5" pipe?', body: 'The 5" "large" pipe' },
      { title: 'Two\nlines?', body: 'He said "yes".\nTwice.' },
    ]);
  });

  it('names a row with too many fields and one without an end, and reads the others', async () => {
    const items = await read('a.csv', 'question,answer\na,No, never\nb,Yes\nc,"open\n');
    expect(items[1]).toMatchObject({ title: 'b', body: 'Yes' });
    expect(problems(items)).toEqual([
      '2: more fields than the header: put text with a delimiter into quotation marks',
      '4: a quotation mark is never closed',
    ]);
  });

  it('goes on behind a line that is too long', async () => {
    const items = await read('a.csv', `question,answer\na,${'x'.repeat(17 * 1024 * 1024)}\nb,Yes\n`);
    expect(items).toMatchObject([{ type: 'problem' }, { title: 'b', body: 'Yes' }]);
    expect(problems(items)).toEqual(['2: record longer than 16 MB']);
  });

  it('gives each answer to the same question an id of its own', async () => {
    const items = await read('a.csv', 'question,answer\nLoud?,No\nLoud?,A little\nLoud?,No\n');
    expect(new Set(items.map((item) => item.type === 'article' && item.id)).size).toBe(3);
  });
});
