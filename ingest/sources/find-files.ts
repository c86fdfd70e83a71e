// Which files belong to a source: folders are walked in a fixed order, links are not followed.
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { AppError } from '#core/errors.ts';
import type { DocumentFormat } from '#readers/file-part.ts';

export type FileFormat =
  | DocumentFormat
  | 'markdown'
  | 'mdx'
  | 'html'
  | 'text'
  | 'jsonl'
  | 'json'
  | 'csv'
  | 'wordpress'
  | 'cards-yaml'
  | 'cards-csv'
  | 'questions'
  | 'mbox'
  | 'zip'
  /** Documents that cannot be read as they are; each is told what to do. */
  | 'unsupported';

export interface SourceFile {
  readonly path: string;
  /** Path below the ingested folder with `/`, or the file's name: the id of what has no other. */
  readonly relativePath: string;
  readonly format: FileFormat;
  readonly gzip: boolean;
}

export interface FoundFiles {
  readonly files: readonly SourceFile[];
  /** How many files of other kinds were passed over, by extension. */
  readonly passedOver: Readonly<Record<string, number>>;
}

const formats: Readonly<Record<string, FileFormat>> = {
  md: 'markdown',
  markdown: 'markdown',
  mdx: 'mdx',
  html: 'html',
  htm: 'html',
  txt: 'text',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
  csv: 'csv',
  tsv: 'csv',
  xml: 'wordpress',
  pdf: 'pdf',
  docx: 'docx',
  docm: 'docx',
  dotx: 'docx',
  xlsx: 'xlsx',
  xlsm: 'xlsx',
  ods: 'ods',
  pptx: 'pptx',
  pptm: 'pptx',
  ppsx: 'pptx',
  epub: 'epub',
  eml: 'eml',
  mbox: 'mbox',
  zip: 'zip',
};

const unsupportedExtensions: ReadonlySet<string> = new Set(
  'doc dot xls xlsb ppt pps rtf odt odp msg pages'.split(' '),
);

/** Answer cards lie beside articles: `returns.answers.yaml`. Other YAML is passed over. */
const cardFormats: Readonly<Record<string, FileFormat>> = {
  yaml: 'cards-yaml',
  yml: 'cards-yaml',
  csv: 'cards-csv',
};

/** At the top of a folder these describe the folder and are no articles. */
const aboutTheFolder = /^(?:readme|licen[cs]e|notice|changelog|contributing|code_of_conduct|security)\b/i;

/** Throws `bad-input` for a path that does not exist or a named file of an unknown kind. */
export async function findFiles(paths: readonly string[]): Promise<FoundFiles> {
  const files: SourceFile[] = [];
  const passedOver: Record<string, number> = {};
  for (const path of paths) {
    const facts = await stat(resolve(path)).catch((cause) => {
      throw new AppError('bad-input', `${path} cannot be read: there is no such file or folder.`, { cause });
    });
    if (facts.isDirectory()) await walk(resolve(path), '', { files, passedOver });
    else files.push(namedFile(path));
  }
  return { files, passedOver };
}

async function walk(
  folder: string,
  below: string,
  { files, passedOver }: { readonly files: SourceFile[]; readonly passedOver: Record<string, number> },
): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const relativePath = below + entry.name;
    if (entry.isDirectory() && !isPassedOver(`${relativePath}/`))
      await walk(path, `${relativePath}/`, { files, passedOver });
    if (!entry.isFile() || isPassedOver(relativePath)) continue;
    const kind = fileKind(entry.name);
    if (kind) files.push({ path, relativePath, ...kind });
    else {
      const extension = /\.[^.]+$/.exec(entry.name)?.[0].toLowerCase() ?? 'without extension';
      passedOver[extension] = (passedOver[extension] ?? 0) + 1;
    }
  }
}

function namedFile(path: string): SourceFile {
  const kind = fileKind(path);
  if (!kind) {
    throw new AppError(
      'bad-input',
      `${path} is of a kind that cannot be read. Known: .${[...Object.keys(formats), 'answers.yaml', 'answers.csv', 'questions.jsonl'].join(', .')}, each also with .gz.`,
    );
  }
  return { path: resolve(path), relativePath: basename(path), ...kind };
}

/** By its name; undefined for what is passed over. */
export function fileKind(name: string): Pick<SourceFile, 'format' | 'gzip'> | undefined {
  const gzip = name.toLowerCase().endsWith('.gz');
  const [extension = '', before, ...stem] = (gzip ? name.slice(0, -3) : name)
    .toLowerCase()
    .split('.')
    .reverse();
  // `questions.jsonl` alone may be any export.
  if (before === 'questions' && extension === 'jsonl' && stem.join('') !== '')
    return { format: 'questions', gzip };
  const known = before === 'answers' && Object.hasOwn(cardFormats, extension) ? cardFormats : formats;
  if (Object.hasOwn(known, extension)) return { format: known[extension]!, gzip };
  return unsupportedExtensions.has(extension) ? { format: 'unsupported', gzip } : undefined;
}

/** Not of a folder's articles: hidden, of a package manager, settings, or (at the top) about the folder. */
export function isPassedOver(relativePath: string): boolean {
  const parts = relativePath.split('/');
  return (
    parts.some((part) => part.startsWith('.') || part === 'node_modules' || part === '__MACOSX') ||
    parts.at(-1) === 'answerdesk.source.yaml' ||
    // What Office leaves beside a document that is open.
    parts.at(-1)!.startsWith('~$') ||
    (parts.length === 1 && aboutTheFolder.test(parts[0]!))
  );
}

/**
 * A folder gives its name; a file its parent's and its own (`login_gov/articles`); several files of one folder that folder's.
 * Undefined for several paths that share no parent.
 */
export async function defaultSourceName(paths: readonly string[]): Promise<string | undefined> {
  const absolute = paths.map((path) => resolve(path));
  const [first] = absolute;
  if (first === undefined) return undefined;
  const parents = new Set(absolute.map((path) => dirname(path)));
  if (absolute.length > 1) return parents.size === 1 ? basename(dirname(first)) || undefined : undefined;
  const facts = await stat(first).catch(() => undefined);
  if (facts?.isDirectory()) return basename(first) || undefined;
  const name = basename(first)
    .replace(/\.gz$/i, '')
    .replace(/\.[^.]+$/, '');
  const parent = basename(dirname(first));
  return parent ? `${parent}/${name}` : name;
}

/** The folder whose settings file applies: of a file, the one it lies in. */
export async function settingsFolder(path: string): Promise<string> {
  const absolute = resolve(path);
  const facts = await stat(absolute).catch(() => undefined);
  return facts?.isDirectory() || absolute.endsWith(sep) ? absolute : dirname(absolute);
}
