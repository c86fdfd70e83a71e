// What a file is by how it begins, whatever its name says.
import { createReadStream } from 'node:fs';
import { getFileNameLowLevel, openPromise } from 'yauzl';
import { readBytes } from './file-bytes.ts';
import type { FileFormat, SourceFile } from './find-files.ts';
import { countControls } from './text-encoding.ts';

/** Signatures stand at the very beginning; that of a PDF within the first kilobyte. */
const headBytes = 4_096;
/** The names in a ZIP archive that say what it is come first. */
const namesLookedAt = 200;

/** The format to read it as, or why it cannot be read. */
export async function contentFormat(
  file: SourceFile,
  signal?: AbortSignal,
): Promise<{ format: FileFormat } | { problem: string }> {
  const head = await readHead(file, signal);
  if (head.length === 0) return { problem: 'the file is empty' };
  const text = head.toString('latin1');
  if (text.slice(0, 1_024).includes('%PDF-')) return { format: 'pdf' };
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06'))
    return file.gzip ? { problem: 'an archive that is gzipped, too: unpack it' } : zipFormat(file.path);
  if (text.startsWith('\xD0\xCF\x11\xE0')) return { problem: await oldOffice(file, signal) };
  for (const [signature, problem] of unreadable) if (text.startsWith(signature)) return { problem };
  if (svg.test(text)) return { problem: picture };
  if (/^(?:\xEF\xBB\xBF)?\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype html|html)\b/is.test(text))
    return { format: 'html' };
  if (!isBinaryFormat(file.format)) return { format: file.format };
  // Programs write tables of CSV or HTML under the names of spreadsheets.
  const isText = countControls(head) === 0;
  if (isText && /<table\b/i.test(text)) return { format: 'html' };
  if (isText && spreadsheets.has(file.format)) return { format: 'csv' };
  if (isText && (file.format === 'eml' || file.format === 'mbox')) return { format: file.format };
  return { problem: `not what its name says: ${extensionHint[file.format] ?? 'export it again'}` };
}

const binaryFormats: ReadonlySet<FileFormat> = new Set<FileFormat>([
  'pdf',
  'docx',
  'xlsx',
  'ods',
  'pptx',
  'epub',
  'eml',
  'mbox',
  'zip',
  'unsupported',
]);
const spreadsheets: ReadonlySet<FileFormat> = new Set<FileFormat>(['xlsx', 'ods', 'unsupported']);

function isBinaryFormat(format: FileFormat): boolean {
  return binaryFormats.has(format);
}

const extensionHint: Partial<Record<FileFormat, string>> = {
  pdf: 'no PDF begins like this; export it again',
  docx: 'no Word document begins like this; open it in Word and save it again',
  pptx: 'no presentation begins like this; open it in PowerPoint and save it again',
  epub: 'no EPUB book begins like this; export it again',
  zip: 'no ZIP archive begins like this; pack it again',
};

const picture = 'a picture: its text cannot be read; write it down in a text file';
const unreadable: readonly (readonly [string, string])[] = [
  ['{\\rtf', 'RTF cannot be read: save it as .docx'],
  ['\x89PNG', picture],
  ['\xFF\xD8\xFF', picture],
  ['GIF8', picture],
  ['II*\0', picture],
  ['MM\0*', picture],
  ['7z\xBC\xAF', 'a 7z archive: pack it as ZIP'],
  ['Rar!', 'a RAR archive: pack it as ZIP'],
  ['\x1F\x8B', 'gzipped, which its name does not say: give it the ending .gz'],
  ['\x7FELF', 'a program, no document'],
  ['MZ\x90', 'a program, no document'],
  ['SQLite format 3\0', 'a database: export its records as CSV or JSONL'],
];
/** Its scripts are not run and its words not read. */
const svg =
  /^(?:\xEF\xBB\xBF)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*(?:<!doctype svg[^>]*>\s*)?<svg\b/is;

async function readHead({ path, gzip }: SourceFile, signal?: AbortSignal): Promise<Buffer> {
  let head = Buffer.alloc(0);
  try {
    for await (const piece of readBytes(path, { gzip, signal })) {
      head = Buffer.concat([head, piece]);
      if (head.length >= headBytes) break;
    }
  } catch (error) {
    // A gzip that ends too early still holds what came before.
    if (head.length === 0) throw error;
  }
  return head.subarray(0, headBytes);
}

async function zipFormat(path: string): Promise<{ format: FileFormat } | { problem: string }> {
  let zip: Awaited<ReturnType<typeof openPromise>>;
  try {
    zip = await openPromise(path, { decodeStrings: false, autoClose: false });
  } catch {
    return { problem: 'the ZIP data is damaged or ends too early: copy or save the file again' };
  }
  try {
    const names: string[] = [];
    for await (const { generalPurposeBitFlag, fileNameRaw, extraFields } of zip.eachEntry()) {
      names.push(getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields ?? [], false));
      if (names.length >= namesLookedAt) break;
    }
    const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
    if (has(/^word\/document\d*\.xml$/)) return { format: 'docx' };
    if (has(/^xl\/workbook\.xml$/)) return { format: 'xlsx' };
    if (has(/^xl\/workbook\.bin$/)) return { problem: 'a binary workbook: save it as .xlsx' };
    if (has(/^ppt\/presentation\.xml$/)) return { format: 'pptx' };
    if (has(/^META-INF\/container\.xml$/)) return { format: 'epub' };
    if (names[0] === 'mimetype' && has(/^content\.xml$/)) return openDocument(path);
    if (has(/^Index\/Document\.iwa$/))
      return { problem: 'a Pages, Numbers or Keynote file: export it as .docx, .xlsx or .pptx' };
    return { format: 'zip' };
  } catch {
    return { format: 'zip' };
  } finally {
    zip.close();
  }
}

/** Its kind stands unpacked behind the first name. */
async function openDocument(path: string): Promise<{ format: FileFormat } | { problem: string }> {
  let head = '';
  for await (const piece of createReadStream(path, { end: 200 }))
    head += (piece as Buffer).toString('latin1');
  if (head.includes('opendocument.spreadsheet')) return { format: 'ods' };
  if (head.includes('opendocument.presentation'))
    return { problem: 'an OpenDocument presentation cannot be read: save it as .pptx' };
  return { problem: 'an OpenDocument text cannot be read: save it as .docx' };
}

/** Looked for in the names of its streams, which are UTF-16. */
async function oldOffice({ path, gzip }: SourceFile, signal?: AbortSignal): Promise<string> {
  const streams: readonly (readonly [string, string])[] = [
    ['EncryptedPackage', 'protected with a password: save a copy without one'],
    ['WordDocument', 'an old Word document: save it as .docx'],
    ['Workbook', 'an old Excel workbook: save it as .xlsx'],
    ['PowerPoint Document', 'an old presentation: save it as .pptx'],
    ['__properties_version1.0', 'an Outlook message: save it as .eml'],
  ];
  let before = Buffer.alloc(0);
  for await (const piece of readBytes(path, { gzip, signal })) {
    const bytes = Buffer.concat([before, piece]);
    for (const [name, problem] of streams) if (bytes.includes(Buffer.from(name, 'utf16le'))) return problem;
    before = bytes.subarray(-64);
  }
  return 'an old Office document: save it as .docx, .xlsx or .pptx';
}
