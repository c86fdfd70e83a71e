// Word documents: mammoth makes HTML of them. Comments, deletions that are still tracked, hidden text and pictures are left out; what a
// picture shows, as its author described it, stays.
import mammoth from 'mammoth';
import { type FilePart, UnreadableFileError } from './file-part.ts';
import { documentFacts } from './office-facts.ts';
import { writeZip } from './write-zip.ts';
import { unescapeXml } from './xml.ts';
import { readZip } from './zip-entries.ts';

/** Of Word and of LibreOffice, in the languages whose names of styles differ; mammoth knows "Heading 1" itself. */
const styleMap = [
  "p[style-name='Title'] => h1:fresh",
  "p[style-name='Subtitle'] => p:fresh",
  ...['Überschrift', 'Titre', 'Título', 'Titolo', 'Kop', 'Rubrik', 'Заголовок', 'Nagłówek'].flatMap((name) =>
    [1, 2, 3, 4].map((level) => `p[style-name='${name} ${level}'] => h${level}:fresh`),
  ),
];

/** A paragraph in bold of so many characters at most, without a full stop, stands for a heading where a document has none. */
const longestBoldHeading = 100;

export async function readDocx(bytes: Buffer): Promise<FilePart[]> {
  const zip = await readZip(bytes, (name) => /\.(?:xml|rels)$/i.test(name));
  const pictures = zip.names.filter((name) => /\/media\//.test(name));
  // Without its pictures, which mammoth would look for but is told not to read.
  const lean = writeZip([
    ...Array.from(zip.files, ([name, file]) => ({ name, bytes: withoutHiddenText(name, file) })),
    ...pictures.map((name) => ({ name, bytes: Buffer.alloc(0) })),
  ]);
  const { value } = await mammoth
    .convertToHtml(
      { buffer: lean },
      {
        styleMap,
        includeEmbeddedStyleMap: false,
        externalFileAccess: false,
        convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
      },
    )
    .catch((cause) => {
      throw new UnreadableFileError('damaged, or no Word document: open it in Word and save it again', {
        cause,
      });
    });
  // Footnotes stand at the end, each with an arrow back.
  const html = withHeadings(value.replace(/<a href="#(?:foot|end)note-ref-[^"]*">[^<]*<\/a>/g, ''));
  if (html.replace(/<[^>]*>/g, '').trim() === '')
    throw new UnreadableFileError('no text in it: text in pictures cannot be read');
  const facts = documentFacts(zip.text('docProps/core.xml'));
  // What the document shows; its properties are often those of the file that it was copied from.
  const opening = /^<h1>(?:<a id="[^"]*"><\/a>)*([^<]+)<\/h1>/.exec(html)?.[1];
  return [{ type: 'article', html, ...facts, ...(opening ? { title: unescapeXml(opening) } : {}) }];
}

/** mammoth takes text that Word does not show. */
function withoutHiddenText(name: string, file: Buffer): Buffer {
  if (!/^word\/[^/]*\.xml$/i.test(name)) return file;
  const xml = file.toString('utf8');
  if (!xml.includes('<w:vanish')) return file;
  const hiddenRun =
    /<w:r(?: [^>]*)?><w:rPr>(?:(?!<\/w:rPr>).)*<w:vanish(?: w:val="(?:1|true|on)")?\/>(?:(?!<\/w:rPr>).)*<\/w:rPr>(?:(?!<\/w:r>).)*<\/w:r>/gs;
  return Buffer.from(xml.replace(hiddenRun, ''));
}

function withHeadings(html: string): string {
  if (/<h[1-6]\b/.test(html)) return html;
  const boldLine = /<p><strong>([^<]*)<\/strong>\s*<\/p>(?=\s*<(?:p|ul|ol|table)\b)/g;
  return html.replace(boldLine, (whole, text: string) =>
    text.length <= longestBoldHeading && !/[.,;!]\s*$/.test(text) ? `<h2>${text}</h2>` : whole,
  );
}
