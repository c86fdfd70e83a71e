// PDF files: text with headings, lists, tables and page numbers. Pages that are pictures are named.
import { getDocumentProxy, getResolvedPDFJS } from 'unpdf';
import { type FilePart, UnreadableFileError } from './file-part.ts';
import { tellingTitle } from './office-facts.ts';
import { withoutFrame } from './pdf-frame.ts';
import { pdfHtml } from './pdf-html.ts';
import { type PdfText, readLines } from './pdf-lines.ts';

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;
type Page = Awaited<ReturnType<Pdf['getPage']>>;

const mostPages = 2_000;
/** Looked into for pictures, which are unpacked for it. */
const mostPicturePages = 20;
/** A page of more pieces is a drawing. */
const mostPieces = 20_000;
/** Share of the characters of a page that stand for nothing: then its font does not say what they are. */
const mostUndecoded = 0.3;

export async function readPdf(bytes: Buffer): Promise<FilePart[]> {
  const pdf = await open(bytes);
  const pages: { number: number; pieces: PdfText[] }[] = [];
  const pictures: number[] = [];
  const undecoded: number[] = [];
  const damaged: number[] = [];
  const isBoldFont = createBoldFonts();
  let looked = 0;
  for (let number = 1; number <= Math.min(pdf.numPages, mostPages); number += 1) {
    const page = await pdf.getPage(number).catch(() => undefined);
    const pieces = page && (await readPieces(page, isBoldFont).catch(() => undefined));
    if (!page || !pieces) damaged.push(number);
    else if (pieces.every(({ text }) => text.trim() === '')) {
      looked += 1;
      if (looked > mostPicturePages || (await hasPicture(page))) pictures.push(number);
    } else if (isUndecoded(pieces)) undecoded.push(number);
    else pages.push({ number, pieces });
    page?.cleanup();
  }
  const left: FilePart[] = [
    ...problem(pictures, 'pictures without text; run OCR on the file first'),
    ...problem(
      undecoded,
      'in a font that does not say what its letters are; run OCR on the file, or export it again',
    ),
    ...problem(damaged, 'damaged; export the file again'),
    ...(pdf.numPages > mostPages
      ? [
          {
            type: 'problem',
            reason: `only the first ${mostPages} of ${pdf.numPages} pages were read; split the file`,
          } as const,
        ]
      : []),
  ];
  if (pages.length === 0) {
    if (left.length === 0) throw new UnreadableFileError('no text on its pages');
    return left;
  }
  const lines = withoutFrame(pages.map(({ pieces }) => readLines(pieces)));
  const { html, title: heading } = pdfHtml(
    pages.map(({ number }, index) => ({ number, lines: lines[index]! })),
  );
  const { title = heading, updated } = await readFacts(pdf);
  await pdf.loadingTask.destroy();
  return [{ type: 'article', html, ...(title ? { title } : {}), ...(updated ? { updated } : {}) }, ...left];
}

async function open(bytes: Buffer): Promise<Pdf> {
  try {
    // Copied, because PDF.js takes the memory over. Nothing is drawn.
    return await getDocumentProxy(new Uint8Array(bytes), {
      useSystemFonts: false,
      disableFontFace: true,
      verbosity: 0,
    });
  } catch (cause) {
    if ((cause as Error).name === 'PasswordException')
      throw new UnreadableFileError('protected with a password: save a copy without one', { cause });
    throw new UnreadableFileError('damaged, or no PDF: export it again', { cause });
  }
}

async function readPieces(page: Page, isBoldFont: BoldFonts): Promise<PdfText[]> {
  const { items } = await page.getTextContent();
  const pieces: PdfText[] = [];
  for (const item of items) {
    if (!('str' in item) || item.str.trim() === '') continue;
    const [a, b, c, d, x, y] = item.transform as [number, number, number, number, number, number];
    // Text that runs up the side of the page, or across it, is no line of it.
    if (Math.abs(b) > Math.abs(a) * 0.1) continue;
    const size = Math.hypot(c, d);
    if (size < 1) continue;
    const isBold = await isBoldFont(page, item.fontName);
    pieces.push({ text: item.str.replace(/\s+/g, ' '), x, y, width: item.width, size, isBold });
    if (pieces.length > mostPieces) break;
  }
  return pieces;
}

type BoldFonts = (page: Page, font: string) => Promise<boolean>;

/** The name of a font says its weight; PDF.js tells it only once it has read what is drawn on a page. */
function createBoldFonts(): BoldFonts {
  const known = new Map<string, boolean>();
  const read = new WeakSet<Page>();
  return async (page, font) => {
    if (!known.has(font) && !page.commonObjs.has(font) && !read.has(page)) {
      read.add(page);
      await page.getOperatorList().catch(() => undefined);
    }
    if (!known.has(font)) {
      const loaded = page.commonObjs.has(font)
        ? (page.commonObjs.get(font) as { name?: string; bold?: boolean })
        : {};
      known.set(font, loaded.bold === true || /bold|black|heavy|semib|demi|-b\b/i.test(loaded.name ?? ''));
    }
    return known.get(font)!;
  };
}

async function hasPicture(page: Page): Promise<boolean> {
  const { OPS } = await getResolvedPDFJS();
  const list = await page.getOperatorList().catch(() => undefined);
  const paints = [OPS.paintImageXObject, OPS.paintInlineImageXObject, OPS.paintImageMaskXObject];
  return list?.fnArray.some((operation) => paints.includes(operation)) ?? true;
}

function isUndecoded(pieces: readonly PdfText[]): boolean {
  const text = pieces.map((piece) => piece.text).join('');
  const nothing = text.match(/[\uFFFD\p{Cc}\p{Co}]/gu)?.length ?? 0;
  return text.length > 20 && nothing > text.length * mostUndecoded;
}

/** `pages 3 to 7 and 9 are pictures without text; run OCR on the file first`. */
function problem(pages: readonly number[], what: string): FilePart[] {
  if (pages.length === 0) return [];
  const ranges: [number, number][] = [];
  for (const page of pages) {
    const last = ranges.at(-1);
    if (last && last[1] === page - 1) last[1] = page;
    else ranges.push([page, page]);
  }
  const named = ranges.slice(0, 10).map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`));
  if (ranges.length > 10) named.push(`${ranges.length - 10} more`);
  const list = named.length > 1 ? `${named.slice(0, -1).join(', ')} and ${named.at(-1)}` : named[0];
  return [
    {
      type: 'problem',
      reason: `page${pages.length > 1 ? 's' : ''} ${list} ${pages.length > 1 ? 'are' : 'is'} ${what}`,
    },
  ];
}

async function readFacts(pdf: Pdf): Promise<{ title?: string; updated?: string }> {
  const metadata = await pdf.getMetadata().catch(() => undefined);
  const info = (metadata?.info ?? {}) as { Title?: unknown; ModDate?: unknown; CreationDate?: unknown };
  const title = typeof info.Title === 'string' ? tellingTitle(info.Title) : undefined;
  const day = /^D:(\d{4})(\d{2})(\d{2})/.exec(String(info.ModDate ?? info.CreationDate ?? ''));
  return { ...(title ? { title } : {}), ...(day ? { updated: `${day[1]}-${day[2]}-${day[3]}` } : {}) };
}
