// The files of a data folder: what each is, which hold a text, and how a text leaves them.
import { createReadStream } from 'node:fs';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { syncFolder, writeDurably } from '#core/durable-file.ts';

/** What Answerdesk writes into its data folder; anything else in it is somebody's own, and is named. */
const known: readonly RegExp[] = [
  /^conversations\.db(?:-wal|-shm|-journal)?$/,
  /^index$/,
  /^sources$/,
  /^candidates$/,
  /^quarantine$/,
  /^ingest-history\.jsonl(?:\.1)?$/,
  /^ingest\.(?:lock|lock-journal|pid)$/,
  /^embedder\.json$/,
  /^models$/,
  /^chat-models$/,
  /^chat-spending\.json$/,
  /^fine-tuning$/,
  /^evals$/,
  /^exports$/,
  /^labels$/,
  /^pictures$/,
  /^privacy$/,
];

export interface DataFile {
  /** From the data folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly changedAt: number;
}

/** Names in the data folder that Answerdesk does not know. */
export async function unknownNames(dataDir: string): Promise<string[]> {
  const names = await readdir(dataDir).catch(() => []);
  return names.filter((name) => !known.some((pattern) => pattern.test(name))).sort();
}

/** All files below `folder` of the data folder; links are not followed. */
export async function listFiles(dataDir: string, folder = '.'): Promise<DataFile[]> {
  const entries = await readdir(join(dataDir, folder), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  const files: DataFile[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const full = join(entry.parentPath, entry.name);
    const facts = await stat(full).catch(() => undefined);
    if (!facts) continue;
    const path = full.slice(join(dataDir, '.').length + 1).replaceAll(sep, '/');
    files.push({ path, bytes: facts.size, changedAt: facts.mtimeMs });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

const pieceBytes = 1 << 20;
/** No address is longer, however it is written. */
const overlap = 2_048;

/** Whether `test` is true of a text in the file, read as UTF-8 and as both kinds of UTF-16; of its name, too. */
export async function holds(
  dataDir: string,
  { path }: DataFile,
  test: (text: string) => boolean,
): Promise<boolean> {
  if (test(path)) return true;
  let rest = Buffer.alloc(0);
  for await (const piece of createReadStream(join(dataDir, path), { highWaterMark: pieceBytes })) {
    const bytes = Buffer.concat([rest, piece as Buffer]);
    if (readings(bytes).some(test)) return true;
    rest = bytes.subarray(-overlap);
  }
  return false;
}

function readings(bytes: Buffer): string[] {
  const utf8 = bytes.toString('utf8');
  // Only where every other byte is zero somewhere can there be UTF-16 of an address.
  if (!bytes.includes(0)) return [utf8];
  const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
  const odd = bytes.subarray(1, bytes.length - 1 + (bytes.length % 2));
  return [utf8, even.toString('utf16le'), odd.toString('utf16le')];
}

/** Whether one of `texts`, in small letters, stands anywhere in the bytes, between whatever else: in files that are no text, words touch. */
export async function holdsBytes(
  dataDir: string,
  { path }: DataFile,
  texts: readonly string[],
): Promise<boolean> {
  let rest = Buffer.alloc(0);
  const wanted = texts.flatMap((text) =>
    [Buffer.from(text), Buffer.from(text, 'utf16le')].map((bytes) => bytes.toString('latin1')),
  );
  for await (const piece of createReadStream(join(dataDir, path), { highWaterMark: pieceBytes })) {
    const bytes = Buffer.concat([rest, piece as Buffer]);
    const low = bytes.toString('latin1').replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
    if (wanted.some((text) => low.includes(text))) return true;
    rest = bytes.subarray(-overlap);
  }
  return false;
}

export function isText({ path }: DataFile): boolean {
  return textEndings.has(extname(path));
}

const textEndings = new Set([
  '.json',
  '.jsonl',
  '.csv',
  '.txt',
  '.md',
  '.html',
  '.xml',
  '.svg',
  '.yaml',
  '.yml',
  '.log',
  '.1',
]);

export interface TextRule {
  /** Whether an address stands in the text. */
  isIn(text: string): boolean;
  covered(text: string): string;
  /** Ids of conversations and documents that are gone. */
  readonly ids: ReadonlySet<string>;
}

export type FileOutcome = 'unchanged' | 'lines-removed' | 'covered' | 'removed' | 'left';

/** What would become of the file: lines of JSON that hold an address or an id go, other texts are covered, what quotes an id goes whole. */
export async function judgeFile(dataDir: string, file: DataFile, rule: TextRule): Promise<FileOutcome> {
  if (rule.isIn(file.path)) return 'removed';
  if (!isText(file)) return (await holds(dataDir, file, rule.isIn)) ? 'left' : 'unchanged';
  const text = await readFile(join(dataDir, file.path), 'utf8');
  if (isJsonLines(file))
    return text.split('\n').some((line) => concerns(line, rule)) ? 'lines-removed' : 'unchanged';
  if (quotesId(text, rule.ids) || (isExport(file) && rule.isIn(text))) return 'removed';
  if (rule.isIn(text)) return 'covered';
  return (await holds(dataDir, file, rule.isIn)) ? 'removed' : 'unchanged';
}

/** Does what `judgeFile` says. */
export async function cleanFile(dataDir: string, file: DataFile, rule: TextRule): Promise<FileOutcome> {
  const outcome = await judgeFile(dataDir, file, rule);
  const path = join(dataDir, file.path);
  if (outcome === 'removed') await rm(path, { force: true });
  if (outcome !== 'lines-removed' && outcome !== 'covered') return outcome;
  const text = await readFile(path, 'utf8');
  const cleaned =
    outcome === 'covered'
      ? rule.covered(text)
      : text
          .split('\n')
          .filter((line) => !concerns(line, rule))
          .join('\n');
  await replaceFile(path, cleaned);
  return outcome;
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp-${process.pid}`;
  await writeDurably(temporary, [Buffer.from(text)]);
  await rename(temporary, path);
  await syncFolder(join(path, '..'));
}

/** All of it is somebody's, and it was made to be handed over. */
function isExport({ path }: DataFile): boolean {
  return path.startsWith('exports/');
}

function isJsonLines({ path }: DataFile): boolean {
  return path.endsWith('.jsonl') || path.endsWith('.jsonl.1');
}

function concerns(line: string, { isIn, ids }: TextRule): boolean {
  return isIn(line) || quotesId(line, ids) || isAbout(line, ids);
}

/** A record of the id, however short that is. */
function isAbout(line: string, ids: ReadonlySet<string>): boolean {
  if (ids.size === 0 || !line.startsWith('{')) return false;
  try {
    const { id, conversationId, documentId } = JSON.parse(line) as Record<string, unknown>;
    return [id, conversationId, documentId].some((value) => typeof value === 'string' && ids.has(value));
  } catch {
    return false;
  }
}

/** As a value of JSON of its own, behind a kind or before a number: `"conversation:ID"`, `"ID#0"`. Shorter ids are in too many texts. */
const leastIdLength = 4;

function quotesId(text: string, ids: ReadonlySet<string>): boolean {
  for (const id of ids) {
    if (id.length < leastIdLength) continue;
    const written = JSON.stringify(id).slice(1, -1);
    for (let at = text.indexOf(written); at >= 0; at = text.indexOf(written, at + 1))
      if (/[":/]/.test(text[at - 1] ?? '') && /["#]/.test(text[at + written.length] ?? '')) return true;
  }
  return false;
}
