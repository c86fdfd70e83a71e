// Small documents of each format, written by hand, for tests.
import { writeZip } from '../write-zip.ts';

export interface PdfWord {
  readonly text: string;
  /** Points from the left and the bottom. */
  readonly x: number;
  readonly y: number;
  readonly size?: number;
  readonly isBold?: boolean;
}

export function buildPdf(
  pages: readonly (readonly PdfWord[])[],
  info: { readonly title?: string } = {},
): Buffer {
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>'];
  const kids = pages.map((_page, index) => `${5 + index * 2} 0 R`).join(' ');
  objects.push(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`);
  for (const font of ['Helvetica', 'Helvetica-Bold'])
    objects.push(`<< /Type /Font /Subtype /Type1 /BaseFont /${font} /Encoding /WinAnsiEncoding >>`);
  for (const [index, words] of pages.entries()) {
    const content = words
      .map(
        ({ text, x, y, size = 10, isBold }) =>
          `BT /F${isBold ? 2 : 1} ${size} Tf 1 0 0 1 ${x} ${y} Tm (${text.replace(/[()\\]/g, '\\$&')}) Tj ET`,
      )
      .join('\n');
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${6 + index * 2} 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>`,
      `<< /Length ${Buffer.byteLength(content, 'latin1')} >>\nstream\n${content}\nendstream`,
    );
  }
  objects.push(`<< /Title (${info.title ?? ''}) /ModDate (D:20240301120000Z) >>`);
  let file = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info ${objects.length} 0 R >>\nstartxref\n${file.length}\n%%EOF`;
  return Buffer.from(file, 'latin1');
}

/** Lines below each other, from the top. */
export function pdfLines(
  lines: readonly string[],
  { x = 60, top = 750, size = 10, leading = 12 } = {},
): PdfWord[] {
  return lines.map((text, index) => ({ text, x, y: top - index * leading, size }));
}

export function buildZip(files: Readonly<Record<string, string | Uint8Array>>, isPacked = true): Buffer {
  const entries = Object.entries(files).map(([name, content]) => ({ name, bytes: Buffer.from(content) }));
  return writeZip(entries, { isPacked });
}

const officeRels = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packageRels = 'http://schemas.openxmlformats.org/package/2006/relationships';

function relationships(list: readonly (readonly [string, string, string])[]): string {
  const all = list.map(
    ([id, type, target]) => `<Relationship Id="${id}" Type="${officeRels}/${type}" Target="${target}"/>`,
  );
  return `<Relationships xmlns="${packageRels}">${all.join('')}</Relationships>`;
}

/** `body`: inside of `w:body`. */
export function buildDocx(body: string, more: Readonly<Record<string, string>> = {}): Buffer {
  return buildZip({
    '[Content_Types].xml':
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
    '_rels/.rels': relationships([['r1', 'officeDocument', 'word/document.xml']]),
    'word/document.xml': `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`,
    'word/styles.xml':
      '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style></w:styles>',
    ...more,
  });
}

export interface SheetXml {
  readonly name: string;
  /** Cells of `t="inlineStr"`; empty strings are no cells. */
  readonly rows: readonly (readonly string[])[];
  readonly isHidden?: boolean;
  readonly hiddenRows?: readonly number[];
  /** Such as `A2:A3`. */
  readonly merges?: readonly string[];
}

export function buildXlsx(sheets: readonly SheetXml[]): Buffer {
  const xml = ({ rows, hiddenRows = [], merges = [] }: SheetXml) => {
    const rowXml = rows.map((cells, row) => {
      const all = cells.map((cell, column) => {
        const place = `${String.fromCharCode(65 + column)}${row + 1}`;
        return cell === ''
          ? ''
          : `<c r="${place}" t="inlineStr"><is><t>${cell.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</t></is></c>`;
      });
      return `<row r="${row + 1}"${hiddenRows.includes(row + 1) ? ' hidden="1"' : ''}>${all.join('')}</row>`;
    });
    const merged = merges.map((ref) => `<mergeCell ref="${ref}"/>`).join('');
    return `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rowXml.join('')}</sheetData>${merged ? `<mergeCells>${merged}</mergeCells>` : ''}</worksheet>`;
  };
  const list = sheets.map(
    ({ name, isHidden }, index) =>
      `<sheet name="${name}" sheetId="${index + 1}" r:id="r${index + 1}"${isHidden ? ' state="hidden"' : ''}/>`,
  );
  return buildZip({
    'xl/workbook.xml': `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${officeRels}"><sheets>${list.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relationships(
      sheets.map((_sheet, index) => [`r${index + 1}`, 'worksheet', `worksheets/sheet${index + 1}.xml`]),
    ),
    ...Object.fromEntries(sheets.map((sheet, index) => [`xl/worksheets/sheet${index + 1}.xml`, xml(sheet)])),
  });
}

/** `table`: inside of `office:spreadsheet`. */
export function buildOds(table: string): Buffer {
  return buildZip(
    {
      mimetype: 'application/vnd.oasis.opendocument.spreadsheet',
      'content.xml': `<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet>${table}</office:spreadsheet></office:body></office:document-content>`,
    },
    false,
  );
}

/** Slides in the order of the presentation: each the inside of `p:spTree`; the files are numbered the other way round. */
export function buildPptx(
  slides: readonly { readonly shapes: string; readonly isHidden?: boolean }[],
): Buffer {
  const file = (index: number) => `slides/slide${slides.length - index}.xml`;
  const ids = slides.map((_slide, index) => `<p:sldId id="${256 + index}" r:id="r${index}"/>`).join('');
  const names = `xmlns:p="p" xmlns:a="a" xmlns:r="${officeRels}"`;
  return buildZip({
    'ppt/presentation.xml': `<p:presentation ${names}><p:sldIdLst>${ids}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relationships(
      slides.map((_slide, index) => [`r${index}`, 'slide', file(index)]),
    ),
    'ppt/notesSlides/notesSlide1.xml':
      '<p:notes xmlns:p="p" xmlns:a="a"><a:t>Only for the speaker</a:t></p:notes>',
    ...Object.fromEntries(
      slides.map(({ shapes, isHidden }, index) => [
        `ppt/${file(index)}`,
        `<p:sld ${names}${isHidden ? ' show="0"' : ''}><p:cSld><p:spTree>${shapes}</p:spTree></p:cSld></p:sld>`,
      ]),
    ),
  });
}

export function slideShape(paragraphs: readonly string[], placeholder?: string): string {
  const kind = placeholder ? `<p:nvPr><p:ph type="${placeholder}"/></p:nvPr>` : '<p:nvPr/>';
  const text = paragraphs.map((paragraph) => `<a:p><a:r><a:t>${paragraph}</a:t></a:r></a:p>`).join('');
  return `<p:sp><p:nvSpPr><p:cNvPr id="1" name="x"/>${kind}</p:nvSpPr><p:txBody>${text}</p:txBody></p:sp>`;
}

/** Chapters by file name in the order of reading: the inside of `body`. */
export function buildEpub(title: string, chapters: Readonly<Record<string, string>>): Buffer {
  const names = Object.keys(chapters);
  const items = names.map(
    (name, index) => `<item id="c${index}" href="${name}" media-type="application/xhtml+xml"/>`,
  );
  const spine = names.map((_name, index) => `<itemref idref="c${index}"/>`);
  return buildZip({
    mimetype: 'application/epub+zip',
    'META-INF/container.xml':
      '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>',
    'OPS/book.opf': `<package xmlns:dc="d"><metadata><dc:title>${title}</dc:title><dc:language>en</dc:language></metadata><manifest>${items.join('')}</manifest><spine>${spine.join('')}</spine></package>`,
    ...Object.fromEntries(
      Object.entries(chapters).map(([name, body]) => [
        `OPS/${name}`,
        `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>${body}</body></html>`,
      ]),
    ),
  });
}

export function buildMail(headers: Readonly<Record<string, string>>, body: string): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
