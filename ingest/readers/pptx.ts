// PowerPoint presentations: a section for each slide that is shown. Notes are for the speaker and left out.
import { posix } from 'node:path';
import { type FilePart, UnreadableFileError } from './file-part.ts';
import { documentFacts } from './office-facts.ts';
import {
  childAt,
  childrenOf,
  descendants,
  escapeHtml,
  parseXml,
  unescapeXml,
  type XmlElement,
  xmlText,
} from './xml.ts';
import { readZip, type ZipContents } from './zip-entries.ts';

/** Placeholders of the frame: date, footer, header, number. */
const frame: ReadonlySet<string | undefined> = new Set(['dt', 'ftr', 'hdr', 'sldNum']);

export async function readPptx(bytes: Buffer): Promise<FilePart[]> {
  const zip = await readZip(bytes, (name) => /\.(?:xml|rels)$/i.test(name));
  const slides = slidePaths(zip).flatMap((path) => {
    const xml = zip.text(path);
    return xml === undefined ? [] : [readSlide(parseXml(xml))];
  });
  const html = slides.filter((slide) => slide !== '').join('\n');
  if (html === '') throw new UnreadableFileError('no text on its slides: text in pictures cannot be read');
  const opening = unescapeXml(/^<h2>([^<]*)/.exec(html)?.[1] ?? '');
  return [{ type: 'article', html, title: opening, ...documentFacts(zip.text('docProps/core.xml')) }];
}

/** In the order of the presentation, which is not that of the files. */
function slidePaths(zip: ZipContents): string[] {
  const presentation = zip.text('ppt/presentation.xml');
  const rels = zip.text('ppt/_rels/presentation.xml.rels');
  if (presentation === undefined || rels === undefined)
    throw new UnreadableFileError('no presentation in it: open it in PowerPoint and save it again');
  const targets = new Map(
    childrenOf(parseXml(rels)).map(({ attributes }) => [attributes.Id, attributes.Target ?? '']),
  );
  // Attributes `id` and `r:id` have one name without their namespaces; the last one, `r:id`, counts.
  return childrenOf(childAt(parseXml(presentation), 'sldIdLst'), 'sldId').map(({ attributes }) =>
    posix.join('/ppt', targets.get(attributes.id) ?? '').slice(1),
  );
}

function readSlide(slide: XmlElement): string {
  const tree = childAt(slide, 'cSld', 'spTree');
  if (!tree || slide.attributes.show === '0') return '';
  let title = '';
  const parts: string[] = [];
  for (const shape of descendants(tree, ['sp', 'graphicFrame', 'pic'])) {
    const properties = childrenOf(shape).find(({ name }) => name.startsWith('nv'));
    if (childAt(properties, 'cNvPr')?.attributes.hidden === '1') continue;
    const placeholder = childAt(properties, 'nvPr', 'ph')?.attributes.type;
    if (frame.has(placeholder)) continue;
    const body = childAt(shape, 'txBody');
    if (shape.name === 'pic') parts.push(picture(properties));
    else if (title === '' && /^(?:ctrT|t)itle$/.test(placeholder ?? ''))
      title = childrenOf(body, 'p').map(paragraphText).join(' ').trim();
    else if (body) parts.push(readBody(body, placeholder));
    for (const table of descendants(shape, ['tbl'])) parts.push(readTable(table));
  }
  const text = parts.filter((part) => part !== '').join('\n');
  if (title === '' && text === '') return '';
  return `<h2>${escapeHtml(title || firstLine(text))}</h2>\n${text}`;
}

/** The body of a slide is a list by its layout; a text box is not. */
function readBody(body: XmlElement, placeholder: string | undefined): string {
  const lines = childrenOf(body, 'p').flatMap((paragraph) => {
    const text = paragraphText(paragraph).trim();
    const properties = childAt(paragraph, 'pPr');
    const level = Number(properties?.attributes.lvl ?? 0) || 0;
    return text === '' ? [] : [{ text, level, isNumbered: childAt(properties, 'buAutoNum') !== undefined }];
  });
  const isList =
    lines.length > 1 && placeholder !== 'subTitle' && (placeholder !== undefined || lines.some(isItem));
  if (!isList) return lines.map(({ text }) => `<p>${escapeHtml(text)}</p>`).join('');
  const tag = lines.every(({ isNumbered }) => isNumbered) ? 'ol' : 'ul';
  let html = '';
  let depth = -1;
  for (const { text, level } of lines) {
    const to = Math.min(level, depth + 1);
    if (to > depth) html += `<${tag}>`;
    else html += '</li>';
    for (; depth > to; depth -= 1) html += `</${tag}></li>`;
    html += `<li>${escapeHtml(text)}`;
    depth = to;
  }
  for (; depth >= 0; depth -= 1) html += `</li></${tag}>`;
  return html;
}

function isItem({ level, isNumbered }: { readonly level: number; readonly isNumbered: boolean }): boolean {
  return level > 0 || isNumbered;
}

function paragraphText(paragraph: XmlElement): string {
  return childrenOf(paragraph)
    .map((run) => (run.name === 'br' ? '\n' : xmlText(childAt(run, 't'))))
    .join('');
}

function readTable(table: XmlElement): string {
  const rows = childrenOf(table, 'tr').map((row, index) => {
    const tag = index === 0 && childAt(table, 'tblPr')?.attributes.firstRow === '1' ? 'th' : 'td';
    const cells = childrenOf(row, 'tc').map((cell) => {
      const text = childrenOf(childAt(cell, 'txBody'), 'p').map(paragraphText).join(' ').trim();
      const { gridSpan, rowSpan, hMerge, vMerge } = cell.attributes;
      if (hMerge === '1' || vMerge === '1') return '';
      const spans = `${gridSpan ? ` colspan="${Number(gridSpan) || 1}"` : ''}${rowSpan ? ` rowspan="${Number(rowSpan) || 1}"` : ''}`;
      return `<${tag}${spans}>${escapeHtml(text)}</${tag}>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<table>${rows.join('')}</table>`;
}

/** What it shows, as its author described it: not the name of a file, nor what a program guessed. */
function picture(properties: XmlElement | undefined): string {
  const alt = childAt(properties, 'cNvPr')?.attributes.descr?.split('\n')[0]?.trim() ?? '';
  return alt === '' || /\.(?:png|jpe?g|gif|bmp|svg|emf|wmf)$/i.test(alt)
    ? ''
    : `<p><img alt="${escapeHtml(alt)}"></p>`;
}

function firstLine(html: string): string {
  return (/>([^<]+)</.exec(html)?.[1] ?? '').slice(0, 80);
}
