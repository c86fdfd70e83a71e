import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseHtmlText } from '#parse/html-text.ts';
import {
  buildDocx,
  buildEpub,
  buildMail,
  buildOds,
  buildPdf,
  buildPptx,
  buildXlsx,
  buildZip,
  type PdfWord,
  pdfLines,
  slideShape,
} from '#readers/testing/build-documents.ts';
import type { ArticleItem, ConversationItem, SourceItem } from '../item.ts';
import { createTemporaryFolder, readItems, type TemporaryFolder } from '../testing/source-folder.ts';
import type { FieldMap } from './field-map.ts';

let root: TemporaryFolder;
let run = 0;
beforeAll(async () => {
  root = await createTemporaryFolder();
});
afterAll(() => root[Symbol.asyncDispose]());
beforeEach(() => {
  run += 1;
});

/** As a folder. */
async function read(
  files: Readonly<Record<string, string | Uint8Array>>,
  map?: FieldMap,
): Promise<SourceItem[]> {
  for (const [name, content] of Object.entries(files)) await root.write(`${run}/${name}`, content);
  return readItems([join(root.path, String(run))], map);
}
const articles = (items: readonly SourceItem[]) =>
  items.filter((item): item is ArticleItem => item.type === 'article');
const textOf = (item: SourceItem | undefined) => parseHtmlText((item as ArticleItem).body).text;
const problems = (items: readonly SourceItem[]) =>
  items.flatMap((item) => (item.type === 'problem' ? [`${item.origin.file}: ${item.reason}`] : []));

describe('a PDF', () => {
  const frame = (page: number): PdfWord[] => [
    { text: 'Kettle K2 handbook', x: 60, y: 810, size: 8 },
    { text: `Page ${page} of 3`, x: 280, y: 25, size: 8 },
  ];
  const pages = [
    [
      ...frame(1),
      { text: 'Kettle K2', x: 60, y: 770, size: 22, isBold: true },
      { text: 'Descaling', x: 60, y: 735, size: 14, isBold: true },
      ...pdfLines(['Lime makes the kettle loud. Use vinegar and let the ket-', 'tle stand for an hour.'], {
        top: 715,
      }),
      ...pdfLines(
        ['1. Fill it to the mark.', '2. Add the vinegar and do not', 'switch it on.', '3. Rinse it.'],
        {
          top: 680,
        },
      ),
      { text: 'Lights', x: 60, y: 615, size: 14, isBold: true },
      ...[
        ['Light', 'Meaning'],
        ['Red', 'No water'],
        ['Blue', 'Ready'],
      ].flatMap(([light, meaning], row): PdfWord[] => [
        { text: light!, x: 60, y: 595 - row * 14 },
        { text: meaning!, x: 200, y: 595 - row * 14 },
      ]),
      ...pdfLines(['What the guarantee does not'], { top: 530 }),
    ],
    [
      ...frame(2),
      ...pdfLines(['cover is lime. It is a well-known enemy of kettles.'], { top: 770 }),
      { text: 'Storage', x: 60, y: 740, size: 14, isBold: true },
      ...pdfLines(['\x95 Dry it.', '\x95 Close the lid.'], { top: 720 }),
    ],
    [...frame(3), { text: 'Service', x: 60, y: 770, size: 14, isBold: true }, ...pdfLines(['Write to us.'])],
  ];

  it('has headings, paragraphs, steps, lists and tables; what repeats on its pages is gone', async () => {
    const items = await read({ 'k2.pdf': buildPdf(pages) });
    expect(problems(items)).toEqual([]);
    expect(items).toMatchObject([
      { type: 'article', id: 'k2.pdf', title: 'Kettle K2', updated: '2024-03-01' },
    ]);
    expect(textOf(items[0])).toBe(
      [
        '# Kettle K2',
        '## Descaling',
        'Lime makes the kettle loud. Use vinegar and let the kettle stand for an hour.',
        '1. Fill it to the mark.\n2. Add the vinegar and do not switch it on.\n3. Rinse it.',
        '## Lights',
        textOf(items[0]).split('## Lights\n\n')[1]!.split('\n\n')[0],
        'What the guarantee does not cover is lime. It is a well-known enemy of kettles.',
        '## Storage',
        '- Dry it.\n- Close the lid.',
        '## Service',
        'Write to us.',
      ].join('\n\n'),
    );
    expect(textOf(items[0])).toMatch(/Red.*No water/);
  });

  it('knows the page of each block', async () => {
    const [item] = await read({ 'k2.pdf': buildPdf(pages) });
    const { text, blocks } = parseHtmlText((item as ArticleItem).body);
    const pageOf = (words: string) =>
      blocks.find(({ start, end }) => text.slice(start, end).includes(words))?.page;
    expect([pageOf('Rinse it'), pageOf('guarantee'), pageOf('Dry it'), pageOf('Write to us')]).toEqual([
      1, 1, 2, 3,
    ]);
  });

  it('is read column by column, with what stands across them first', async () => {
    const prose = (name: string) =>
      Array.from({ length: 12 }, (_, line) => `${name} ${line} tells more about kettles and their lids`);
    const words = [
      { text: 'A title across both of the columns of this page', x: 60, y: 790, size: 18 },
      ...pdfLines(prose('left'), { x: 60, top: 740 }),
      ...pdfLines(prose('right'), { x: 320, top: 740 }),
    ];
    const [item] = await read({ 'two.pdf': buildPdf([words]) });
    const text = textOf(item);
    expect(text.indexOf('A title')).toBe(2);
    expect(text.indexOf('left 11')).toBeLessThan(text.indexOf('right 0'));
  });

  it('names the pages that are pictures, and keeps a hyphen that belongs to its word', async () => {
    const words = pdfLines(['This lid is self-', 'closing. Do not open it by force.']);
    const items = await read({ 'scan.pdf': buildPdf([words, [], []]) });
    expect(textOf(items[0])).toContain('self-closing');
    // An empty page without a picture is a blank one.
    expect(problems(items)).toEqual([]);
    const image = 'q 100 0 0 100 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q';
    const scanned = buildPdf([words, [], []])
      .toString('latin1')
      .replaceAll('<< /Length 0 >>\nstream\n\n', `<< /Length ${image.length} >>\nstream\n${image}\n`);
    expect(problems(await read({ 'scan.pdf': Buffer.from(scanned, 'latin1') }))).toEqual([
      'scan.pdf: pages 2 to 3 are pictures without text; run OCR on the file first',
    ]);
  });
});

describe('a Word document', () => {
  const paragraph = (text: string, style = '') =>
    `<w:p>${style ? `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>` : ''}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;

  it('has its headings and tables, and nothing that Word does not show', async () => {
    const body =
      paragraph('Lamp L1', 'H1') +
      '<w:p><w:r><w:t>Screw it in.</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>Margin 40 %.</w:t></w:r><w:del><w:r><w:delText>By force.</w:delText></w:r></w:del></w:p>' +
      '<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Watt</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Light</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>4</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>warm</w:t></w:r></w:p></w:tc></w:tr></w:tbl>';
    const items = await read({ 'lamp.docx': buildDocx(body) });
    expect(items).toMatchObject([{ type: 'article', title: 'Lamp L1', id: 'lamp.docx' }]);
    expect(textOf(items[0])).toMatch(/^# Lamp L1\n\nScrew it in\.\n/);
    expect(textOf(items[0])).toMatch(/warm/);
    expect(textOf(items[0])).not.toMatch(/Margin|force/);
  });

  it('without headings takes lines in bold for them', async () => {
    const bold = '<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Before you call</w:t></w:r></w:p>';
    const [item] = await read({ 'a.docx': buildDocx(bold + paragraph('Have your number ready.')) });
    expect(textOf(item)).toBe('## Before you call\n\nHave your number ready.');
  });
});

describe('a spreadsheet', () => {
  it('gives a record for each row below its header, in all sheets that are shown', async () => {
    const workbook = buildXlsx([
      {
        name: 'Questions',
        rows: [
          ['Our questions, spring'],
          [],
          ['Topic', 'Question', 'Answer'],
          ['Delivery', 'How fast is it?', 'Two days.'],
          ['', 'To islands?', 'Five days & a boat.'],
          [],
          ['Returns', 'Can I return it?', 'Not shown.'],
        ],
        hiddenRows: [7],
        merges: ['A4:A5'],
      },
      {
        name: 'More',
        rows: [
          ['question', 'answer'],
          ['How fast is it?', 'Three days by bike.'],
        ],
      },
      {
        name: 'Margins',
        rows: [
          ['question', 'answer'],
          ['How much?', '40 %'],
        ],
        isHidden: true,
      },
    ]);
    const items = await read({ 'faq.xlsx': workbook });
    expect(articles(items)).toMatchObject([
      { title: 'How fast is it?', body: 'Two days.', origin: { file: 'faq.xlsx/Questions', line: 4 } },
      { title: 'To islands?', body: 'Five days & a boat.' },
      { title: 'How fast is it?', body: 'Three days by bike.', origin: { file: 'faq.xlsx/More' } },
    ]);
    expect(new Set(articles(items).map(({ id }) => id)).size).toBe(3);
    expect(problems(items)).toEqual([
      'faq.xlsx/Questions: 1 hidden row(s) left out: show them to have them read',
      'faq.xlsx: 1 hidden sheet(s) left out: show them to have them read',
    ]);
  });

  it('keeps the ids of its rows when others are added', async () => {
    const rows = [
      ['question', 'answer'],
      ['Is it loud?', 'No.'],
    ];
    const [before] = articles(await read({ 'faq.xlsx': buildXlsx([{ name: 'A', rows }]) }));
    const more = [rows[0]!, ['Is it heavy?', 'Yes.'], ['Is it loud?', 'A little.']];
    const after = articles(await read({ 'faq.xlsx': buildXlsx([{ name: 'A', rows: more }]) }));
    expect(after[1]!.id).toBe(before!.id);
  });

  it('without a column of texts is a table for agents only', async () => {
    const rows = [
      ['Country', 'Cost'],
      ['Spain', '5'],
    ];
    expect(await read({ 'costs.xlsx': buildXlsx([{ name: 'Costs', rows }]) })).toMatchObject([
      {
        type: 'article',
        id: 'costs.xlsx/Costs',
        title: 'Costs',
        audience: 'internal',
        note: expect.stringMatching(/map/),
      },
    ]);
  });

  it('of OpenDocument has dates as days, and rows that are repeated to the edge end', async () => {
    const cell = (text: string) => `<table:table-cell><text:p>${text}</text:p></table:table-cell>`;
    const date =
      '<table:table-cell office:date-value="2024-05-06"><text:p>6.5.24</text:p></table:table-cell>';
    const empty =
      '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16000"/></table:table-row>';
    const table = `<table:table table:name="S"><table:table-row>${cell('question')}${cell('answer')}${cell('updated')}</table:table-row><table:table-row>${cell('Loud?')}${cell('No.')}${date}</table:table-row>${empty}</table:table>`;
    expect(await read({ 'faq.ods': buildOds(table) })).toMatchObject([
      { title: 'Loud?', body: 'No.', updated: '2024-05-06' },
    ]);
  });
});

it('a presentation has its slides in order, without notes and hidden slides', async () => {
  const deck = buildPptx([
    { shapes: slideShape(['Fan F1'], 'ctrTitle') + slideShape(['For owners'], 'subTitle') },
    {
      shapes:
        slideShape(['Cleaning'], 'title') +
        slideShape(['Unplug it', 'Wipe it'], 'body') +
        slideShape(['7'], 'sldNum'),
    },
    { shapes: slideShape(['Margins'], 'title') + slideShape(['40 %'], 'body'), isHidden: true },
  ]);
  const [item] = await read({ 'fan.pptx': deck });
  expect(textOf(item)).toBe('## Fan F1\n\nFor owners\n\n## Cleaning\n\n- Unplug it\n- Wipe it');
});

it('a book is an article for each chapter', async () => {
  const book = buildEpub('Fan book', {
    'z.xhtml': '<h1>Start</h1><p>Press <a id="x"/>it.</p>',
    'a.xhtml': '<h1>Stop</h1><p>Press again.</p>',
    'cover.xhtml': '<p> </p>',
  });
  expect(await read({ 'fan.epub': book })).toMatchObject([
    { id: 'fan.epub/OPS/z.xhtml', title: 'Fan book: Start', language: 'en' },
    { id: 'fan.epub/OPS/a.xhtml', title: 'Fan book: Stop' },
  ]);
});

describe('mails', () => {
  const mail = (id: string, more: Record<string, string>, body: string) =>
    buildMail({ 'Message-ID': `<${id}@x>`, 'Content-Type': 'text/plain; charset=utf-8', ...more }, body);
  const first = mail(
    '1',
    {
      From: 'Kim <kim@mail.example>',
      To: 'help@fans.example',
      Subject: 'Loud fan',
      Date: 'Mon, 04 Mar 2024 10:00:00 +0000',
    },
    'It is loud.',
  );
  const reply = mail(
    '2',
    {
      From: 'bo@fans.example',
      To: 'kim@mail.example',
      Subject: 'Re: Loud fan',
      'In-Reply-To': '<1@x>',
      Date: 'Mon, 04 Mar 2024 11:00:00 +0000',
    },
    'Clean the blades.',
  );
  const friend = mail(
    '3',
    {
      From: 'sam@other.example',
      To: 'help@fans.example',
      Subject: 'AW: Loud fan',
      References: '<1@x> <2@x>',
      Date: 'Mon, 04 Mar 2024 12:00:00 +0000',
    },
    'Mine, too.',
  );

  it('that answer each other are one conversation; agents are who writes from where the first one went', async () => {
    const automatic = mail(
      '4',
      { From: 'help@fans.example', 'Auto-Submitted': 'auto-replied' },
      'We have it.',
    );
    const items = await read({ 'a.eml': reply, 'b.eml': friend, 'c.eml': first, 'd.eml': automatic });
    expect(items).toHaveLength(1);
    expect((items[0] as ConversationItem).turns).toMatchObject([
      { role: 'customer', text: 'Loud fan\n\nIt is loud.' },
      { role: 'agent', text: 'Clean the blades.' },
      { role: 'customer', text: 'Mine, too.' },
    ]);
  });

  it('of an address or a domain that the map names are the agent’s', async () => {
    const map = { roles: { customer: [], agent: ['other.example'], ignore: [] } };
    const [item] = await read({ 'a.eml': first, 'b.eml': friend }, map);
    expect((item as ConversationItem).turns).toMatchObject([{ role: 'customer' }, { role: 'agent' }]);
  });

  it('come from a mailbox file, too, and from one in an archive', async () => {
    const mailbox = [first, reply]
      .map((one) => `From x@y.example Mon Mar 04 10:00:00 2024\n${one.toString()}\n\n`)
      .join('');
    expect(await read({ 'all.zip': buildZip({ 'box/in.mbox': mailbox }) })).toMatchObject([
      {
        type: 'conversation',
        origin: { file: 'all.zip/box/in.mbox', line: 1 },
        turns: [{}, { role: 'agent' }],
      },
    ]);
  });
});

describe('an archive', () => {
  it('is read like a folder; what is wrong in it is named, and the rest goes in', async () => {
    const archive = buildZip({
      'docs/a.md': '# A\n\nText.',
      'docs/table.csv': 'question,answer\nq,a\n',
      'README.md': 'about',
      '__MACOSX/a.md': 'x',
      '../../outside.md': 'x',
      'inner.zip': buildZip({ 'b.md': 'text' }),
      'bomb.txt': Buffer.alloc(3_000_000, 'a'),
      'k.pdf': buildPdf([pdfLines(['A kettle is hot.'])]),
      'program.exe': 'MZ',
    });
    const items = await read({ 'all.zip': archive });
    expect(articles(items).map(({ id, origin }) => (id.startsWith('faq-') ? origin.file : id))).toEqual([
      'all.zip/docs/a.md',
      'all.zip/docs/table.csv',
      'all.zip/k.pdf',
    ]);
    expect(problems(items)).toEqual([
      'all.zip: its path leads out of the archive: pack it again',
      'all.zip/inner.zip: an archive in an archive: unpack it',
      'all.zip/bomb.txt: unpacks to more than 200 times its size, as no document does: not opened',
    ]);
  });

  it('that lies about its sizes does not unpack beyond them', async () => {
    const archive = buildZip({ 'a.md': Buffer.alloc(100_000, 'a') });
    // Both headers say 10 bytes.
    for (let at = 0; at < archive.length - 4; at += 1)
      if (archive.readUInt32LE(at) === 100_000) archive.writeUInt32LE(10, at);
    expect(problems(await read({ 'a.zip': archive }))).toEqual([
      'a.zip/a.md: the ZIP data is damaged or ends too early: copy or save the file again',
    ]);
  });
});

describe('what a file is', () => {
  it('shows in how it begins, whatever its name says', async () => {
    const pdf = buildPdf([pdfLines(['A kettle is hot.'])], { title: 'Kettle' });
    const page = '<!doctype html><html><head><title>Page</title></head><body><p>Text</p></body></html>';
    const items = await read({
      'a.html': pdf,
      'b.txt': page,
      'c.zip': buildDocx('<w:p><w:r><w:t>Word</w:t></w:r></w:p>'),
      'd.xlsx': 'question,answer\nq,a\n',
      'e.pdf': page,
    });
    expect(problems(items)).toEqual([]);
    expect(articles(items).map(({ title }) => title)).toEqual(['Kettle', 'Page', 'C', 'q', 'Page']);
  });

  it('is said with what to do where it cannot be read', async () => {
    const ole = (stream: string) =>
      Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.from(stream, 'utf16le')]);
    const whole = buildPdf([pdfLines(['text'])]);
    const items = await read({
      'a.doc': ole('WordDocument'),
      'b.xls': ole('Workbook'),
      'c.docx': ole('EncryptedPackage'),
      'd.rtf': '{\\rtf1 x}',
      'e.html': '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><text>hi</text></svg>',
      'f.pdf': '',
      'g.pdf': whole.subarray(0, 200),
      'h.docx': buildDocx('<w:p/>').subarray(0, 300),
      'i.pdf': 'no PDF',
      'j.pdf': Buffer.from('89504e470d0a1a0a', 'hex'),
      'k.docx': buildZip({ 'word/document.xml': '<!DOCTYPE x [<!ENTITY a "b">]><x/>' }),
    });
    expect(articles(items)).toEqual([]);
    expect(problems(items)).toEqual([
      'a.doc: an old Word document: save it as .docx',
      'b.xls: an old Excel workbook: save it as .xlsx',
      'c.docx: protected with a password: save a copy without one',
      'd.rtf: RTF cannot be read: save it as .docx',
      'e.html: a picture: its text cannot be read; write it down in a text file',
      'f.pdf: the file is empty',
      'g.pdf: damaged, or no PDF: export it again',
      'h.docx: the ZIP data is damaged or ends too early: copy or save the file again',
      'i.pdf: not what its name says: no PDF begins like this; export it again',
      'j.pdf: a picture: its text cannot be read; write it down in a text file',
      'k.docx: damaged, or no Word document: open it in Word and save it again',
    ]);
  });
});
