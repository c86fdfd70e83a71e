// Each reader with files that were damaged at random: it answers with parts or with one reason, soon, whatever it gets.
import { afterAll, describe, expect, it } from 'vitest';
import { effort } from '#core/testing/effort.ts';
import type { DocumentFormat } from './file-part.ts';
import { createReaderThread } from './reader-thread.ts';
import {
  buildDocx,
  buildEpub,
  buildMail,
  buildOds,
  buildPdf,
  buildPptx,
  buildXlsx,
  pdfLines,
  slideShape,
} from './testing/build-documents.ts';
import { type Random, seededRandom } from './testing/seeded-random.ts';
import { writeZip } from './write-zip.ts';
import { readZip } from './zip-entries.ts';

/** All of them in `npm run test:long`. */
const files = effort > 1 ? 2_000 : 40;
/** Far beyond what such small files take: this ends what hangs. */
const limitMs = 30_000;
/** A file of a few kilobytes must not become more. */
const mostCharacters = 4_000_000;

const seeds: Readonly<Record<DocumentFormat, Buffer>> = {
  pdf: buildPdf([
    pdfLines(['A kettle is hot.', '1. Switch it off.', '2. Wait.']),
    [{ text: 'Lid', x: 60, y: 700, size: 20, isBold: true }, ...pdfLines(['Close it.'], { top: 600 })],
  ]),
  docx: buildDocx(
    '<w:p><w:pPr><w:pStyle w:val="H1"/></w:pPr><w:r><w:t>Lamp</w:t></w:r></w:p><w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>x</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>4</w:t></w:r></w:p></w:tc></w:tr></w:tbl>',
  ),
  xlsx: buildXlsx([
    {
      name: 'A',
      rows: [
        ['question', 'answer'],
        ['Loud?', 'No & yes'],
        ['', 'x'],
      ],
      merges: ['A2:A3'],
      hiddenRows: [3],
    },
  ]),
  ods: buildOds(
    '<table:table table:name="S"><table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="2"><text:p>question</text:p></table:table-cell></table:table-row></table:table>',
  ),
  pptx: buildPptx([
    { shapes: slideShape(['Fan'], 'title') + slideShape(['Unplug it', 'Wipe it'], 'body') },
    { shapes: slideShape(['Lid'], 'title') },
  ]),
  epub: buildEpub('Book', { 'a.xhtml': '<h1>Start</h1><p>Press <a id="x"/>it.</p>' }),
  eml: buildMail(
    {
      From: '=?utf-8?q?K=C3=ADm?= <kim@x.example>',
      To: 'a@y.example, b@y.example',
      Subject: 'Hi',
      'Message-ID': '<1@x>',
      'Content-Type': 'multipart/alternative; boundary=b',
    },
    '--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nIt=20is loud.\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>It is loud.</p>\r\n--b--\r\n',
  ),
};

const thread = createReaderThread({ limitMs });
afterAll(() => thread[Symbol.asyncDispose]());

describe('a damaged file', () => {
  it.for(Object.entries(seeds) as [DocumentFormat, Buffer][])(
    'of %s gives parts or one reason',
    async ([format, seed]) => {
      const random = seededRandom(format.length * 7_919 + format.charCodeAt(0));
      for (let index = 0; index < files; index += 1) {
        const reply = await thread.read(format, await damage(seed, random));
        const said = `file ${index} of ${format}: ${JSON.stringify(reply).slice(0, 200)}`;
        if ('problem' in reply) {
          expect(reply.problem, said).toMatch(/^[a-z].{10,200}$/i);
          expect(reply.problem, said).not.toMatch(/takes (?:longer|more)|ends its reader/);
        } else expect(JSON.stringify(reply.parts).length, said).toBeLessThan(mostCharacters);
      }
    },
  );
});

/** Of an archive every second time one of the files in it: otherwise hardly any would be opened. */
async function damage(seed: Buffer, random: Random): Promise<Buffer> {
  if (seed.subarray(0, 2).toString() !== 'PK' || random.below(2) === 0) return mutate(seed, random);
  const { files: inside } = await readZip(seed, () => true);
  const chosen = random.below(inside.size);
  return writeZip(
    Array.from(inside, ([name, bytes], index) => ({
      name,
      bytes: index === chosen ? mutate(bytes, random) : bytes,
    })),
  );
}

function mutate(seed: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(seed);
  for (let change = 0; change <= random.below(4); change += 1) {
    const at = random.below(bytes.length);
    const length = random.below(Math.min(200, bytes.length - at) + 1);
    const slice = bytes.subarray(at, at + length);
    const before = bytes.subarray(0, at);
    const after = bytes.subarray(at + length);
    const noise = Buffer.from(Array.from({ length: random.below(8) }, () => random.below(256)));
    bytes = [
      () => Buffer.concat([before, noise, bytes.subarray(at)]),
      () => Buffer.concat([before, after]),
      () => Buffer.concat([before, ...Array.from({ length: 1 + random.below(50) }, () => slice), after]),
      () => Buffer.concat([before, Buffer.from(String(random.below(2 ** 31))), after]),
      () => before,
      () => Buffer.concat([before, Buffer.from(slice.map((byte) => byte ^ (1 << random.below(8)))), after]),
    ][random.below(6)]!();
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}
