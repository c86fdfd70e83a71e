// Which addresses belong to a website, and which of them are the same page.
import { matchesGlob } from 'node:path';

export interface SiteScope {
  /** The page to begin with. */
  readonly start: URL;
  /** The page that `href` on the page `base` leads to: absolute, in one spelling. Undefined for what is not of this site or no page. */
  pageOf(href: string, base: URL): URL | undefined;
  /** Whether a page is to become an article; others are only read for their links. */
  isIncluded(page: URL): boolean;
}

export interface ScopeOptions {
  /** Globs on the path, such as `articles/**`. */
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

/** Longer ones are made by programs, for programs. */
const longestUrl = 2_000;
/** `/a/b/a/b/a/b`: a relative link that goes wrong anew on each page. */
const mostRepeats = 3;

const noPage = new Set(
  (
    '7z apk asc avi avif bin bmp bz2 css csv deb dmg doc docx eot eps epub exe flac gif gz heic ico ics img ipa iso jar jpeg jpg js ' +
    'json key log m4a m4v map md5 mjs mkv mov mp3 mp4 mpeg msi odp ods odt ogg ogv otf pdf pkg png ppt pptx ps rar rdf rpm rss rtf ' +
    'sha256 sig svg tar tgz tif tiff ttf vcf wasm wav webm webmanifest webp woff woff2 xls xlsx xml xz zip zst'
  ).split(' '),
);

/** They say where a visitor came from or who it is, not which page it is. */
const trackingParameters =
  /^(?:utm_\w+|(?:g|dc|fb|ms|y|tt|tw)clid|gclsrc|g?braid|wbraid|_ga|_gl|_hs(?:enc|mi)|__hs\w+|mc_[ce]id|mkt_tok|igsh(?:id)?|vero_id|phpsessid|jsessionid|aspsessionid\w*)$/i;

/** Same host as `start`, and below its path: `https://example.com/help` is `/help` and `/help/…`. */
export function createSiteScope(start: URL, { include = [], exclude = [] }: ScopeOptions = {}): SiteScope {
  const origin = new URL(start);
  origin.hash = '';
  // The last part of a path that looks like a file stands for the folder that it lies in.
  const folder = origin.pathname.replace(/\/[^/]*\.[a-z\d]{1,5}$/i, '').replace(/\/$/, '');
  const matches = (page: URL, globs: readonly string[]) => {
    const path = readablePath(page);
    return globs.some((glob) => matchesGlob(path, glob.replace(/^\//, '')));
  };

  return {
    start: origin,
    pageOf(href, base) {
      const url = URL.parse(href.trim(), base.href);
      if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
      if (url.host !== origin.host || url.username || url.password) return undefined;
      // Old links still say http.
      url.protocol = origin.protocol;
      url.hash = '';
      for (const name of [...url.searchParams.keys()])
        if (trackingParameters.test(name)) url.searchParams.delete(name);
      url.pathname = url.pathname.replace(/;jsessionid=[^/]*/i, '');
      const { pathname } = url;
      if (pathname !== folder && !pathname.startsWith(`${folder}/`)) return undefined;
      if (url.href.length > longestUrl || repeats(pathname)) return undefined;
      if (noPage.has(extensionOf(pathname)) || matches(url, exclude)) return undefined;
      return url;
    },
    isIncluded: (page) => include.length === 0 || matches(page, include),
  };
}

/** Lower case; empty if there is none. */
export function extensionOf(pathname: string): string {
  return /\.([a-z\d]{1,12})$/i.exec(pathname)?.[1]?.toLowerCase() ?? '';
}

/** Without the slash at its beginning, as people write it. Empty for the front page. */
export function readablePath({ pathname }: URL): string {
  const path = pathname.slice(1);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function repeats(pathname: string): boolean {
  const counts = new Map<string, number>();
  for (const part of pathname.split('/')) {
    const count = (counts.get(part) ?? 0) + 1;
    if (part !== '' && count > mostRepeats) return true;
    counts.set(part, count);
  }
  return false;
}
