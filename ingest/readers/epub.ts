// EPUB books: each document in the order of reading is an article, such as a chapter.
import { posix } from 'node:path';
import { type FilePart, UnreadableFileError } from './file-part.ts';
import { childAt, childrenOf, parseXml, unescapeXml, xmlText } from './xml.ts';
import { readZip, type ZipContents } from './zip-entries.ts';

/** Fonts are obfuscated in books that anybody may read. */
const fontObfuscation = /embedding|obfuscation/i;

export async function readEpub(bytes: Buffer): Promise<FilePart[]> {
  const zip = await readZip(bytes, (name) => /\.(?:xml|opf|x?html?)$/i.test(name));
  refuseProtected(zip);
  const packagePath = childAt(root(zip, 'META-INF/container.xml'), 'rootfiles', 'rootfile')?.attributes[
    'full-path'
  ];
  if (!packagePath) throw noBook();
  const book = root(zip, packagePath);
  const metadata = childAt(book, 'metadata');
  const fact = (name: string) => xmlText(childAt(metadata, name)).trim();
  const bookTitle = fact('title');
  const language = fact('language');
  const updated = childrenOf(metadata, 'meta').find(
    ({ attributes }) => attributes.property === 'dcterms:modified',
  );
  const manifest = new Map(
    childrenOf(childAt(book, 'manifest')).map(({ attributes }) => [attributes.id, attributes]),
  );
  const chapters = childrenOf(childAt(book, 'spine'), 'itemref').flatMap(({ attributes }): FilePart[] => {
    const item = manifest.get(attributes.idref);
    if (!item?.href || /\bnav\b/.test(item.properties ?? '')) return [];
    const name = posix.join(posix.dirname(packagePath), decodeHref(item.href));
    const xhtml = zip.text(name);
    if (xhtml === undefined) return [{ type: 'problem', name, reason: 'a chapter that is not in the book' }];
    const html = asHtml(xhtml);
    // A cover, a title page.
    if (!/\p{L}{2}/u.test(html.replace(/^.*?<body\b[^>]*>/s, '').replace(/<[^>]*>/g, ' '))) return [];
    const chapter = elementText(html, 'h1') ?? elementText(html, 'h2') ?? elementText(html, 'title');
    const whole = [bookTitle, chapter === bookTitle ? undefined : chapter].filter(Boolean).join(': ');
    return [
      {
        type: 'article',
        name,
        html,
        ...(whole ? { title: whole } : {}),
        ...(language ? { language } : {}),
        ...(updated ? { updated: xmlText(updated).trim() } : {}),
      },
    ];
  });
  if (chapters.length === 0)
    throw new UnreadableFileError('no text in its chapters: text in pictures cannot be read');
  return chapters;
}

function refuseProtected(zip: ZipContents): void {
  const encryption = zip.text('META-INF/encryption.xml');
  const methods = Array.from(
    (encryption ?? '').matchAll(/EncryptionMethod\b[^>]*Algorithm="([^"]*)"/g),
    ([, algorithm]) => algorithm!,
  );
  if (methods.some((algorithm) => !fontObfuscation.test(algorithm)))
    throw new UnreadableFileError('protected against copying (DRM): use a copy without it');
}

function root(zip: ZipContents, path: string) {
  const xml = zip.text(path);
  if (xml === undefined) throw noBook();
  return parseXml(xml);
}

function noBook(): Error {
  return new UnreadableFileError('no book in it: export it as EPUB again');
}

function decodeHref(href: string): string {
  try {
    return decodeURIComponent(href.split('#')[0]!);
  } catch {
    return href;
  }
}

/** Of the first one. */
function elementText(html: string, name: string): string | undefined {
  const inside = new RegExp(`<${name}\\b[^>]*>(.{1,2000}?)</${name}>`, 'is').exec(html)?.[1];
  const text = unescapeXml((inside ?? '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')).trim();
  return text === '' ? undefined : text;
}

/** XHTML closes elements that HTML leaves open: `<a id="x"/>`, `<title/>`. */
function asHtml(xhtml: string): string {
  return xhtml
    .replace(/^\s*<\?xml[^>]*\?>/, '')
    .replace(/<(a|span|div|p|i|b|em|strong|title|script|style|td|th|li)\b([^<>]*)\/>/gi, '<$1$2></$1>');
}
