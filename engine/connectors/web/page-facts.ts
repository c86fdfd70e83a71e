// What a page says of itself: title, language, date, links, what robots may do, and whether there is anything to read. Read in one pass
// over its tags, without a tree: a page of five megabytes of unclosed tags costs no more than any other.
import { createHash } from 'node:crypto';
import { type Token, Tokenizer, TokenizerMode } from 'parse5';

export interface PageFacts {
  readonly title?: string;
  /** The first with text. */
  readonly heading?: string;
  readonly siteName?: string;
  readonly language?: string;
  /** As written: when it was changed, else published. */
  readonly changed?: string;
  readonly canonical?: string;
  /** What relative links start from, as written. */
  readonly base?: string;
  /** As written; without those that say nofollow. Other languages of the page are among them. */
  readonly links: readonly string[];
  /** `noindex` and `nofollow` for all robots or for us. */
  readonly noIndex: boolean;
  readonly noFollow: boolean;
  /** Where the page sends its reader at once. */
  readonly refreshTo?: string;
  readonly needsJavaScript: boolean;
  readonly asksForLogin: boolean;
  /** Of the visible text: equal for pages that say the same. */
  readonly textHash: string;
}

/** A page with more links is a list of links. */
const mostLinks = 20_000;
const longestTitle = 500;
/** Less text than this is none: "Loading…", a logo, a notice about cookies. */
const fewCharacters = 120;
/** A page with a password field and less text than this is there to log in. */
const littleText = 400;
const mostStructuredData = 200_000;

/** Where applications of the usual frameworks draw themselves. */
const appRoots =
  /^(?:root|app|__next|__nuxt|___gatsby|svelte|main-app|notion-app|react-root|ember-app|app-root|application)$/i;

/** Where a page has text, and an application that is about to draw it has none. */
const contentElements = new Set(['p', 'li', 'td', 'dd', 'article', 'pre', 'blockquote']);

const modes: Readonly<Record<string, Tokenizer['state']>> = {
  title: TokenizerMode.RCDATA,
  textarea: TokenizerMode.RCDATA,
  script: TokenizerMode.SCRIPT_DATA,
  style: TokenizerMode.RAWTEXT,
  xmp: TokenizerMode.RAWTEXT,
  iframe: TokenizerMode.RAWTEXT,
  noembed: TokenizerMode.RAWTEXT,
  noframes: TokenizerMode.RAWTEXT,
};

/** `robotsHeader` is the header `X-Robots-Tag`. */
export function readPageFacts(html: string, robotsHeader = ''): PageFacts {
  const meta = new Map<string, string>();
  const links: string[] = [];
  const found = {
    title: '',
    heading: '',
    structured: '',
    language: '',
    canonical: '',
    base: '',
    time: '',
    refresh: '',
  };
  const robots = directivesOf(robotsHeader);
  const text = createHash('sha256');
  const seen = { characters: 0, scripts: 0, appRoot: false, content: false, password: false };
  /** The element whose text is collected, or must not count as text. */
  let inside: string | undefined;

  const onText = (characters: string) => {
    if (inside === 'title') found.title = add(found.title, characters);
    else if (inside === 'data')
      found.structured += found.structured.length < mostStructuredData ? characters : '';
    if (inside !== undefined && inside !== 'h1') return;
    if (inside === 'h1') found.heading = add(found.heading, characters);
    const word = characters.trim();
    seen.characters += word.length;
    text.update(word);
  };
  const onStartTag = (token: Token.TagToken) => {
    const { tagName } = token;
    const attribute = (name: string) =>
      token.attrs.find((candidate) => candidate.name === name)?.value.trim();
    tokenizer.state = modes[tagName] ?? tokenizer.state;
    const id = attribute('id');
    if ((id && appRoots.test(id)) || tagName === 'app-root') seen.appRoot = true;
    if (inside === undefined && contentElements.has(tagName)) seen.content = true;
    switch (tagName) {
      case 'html':
        found.language ||= attribute('lang') ?? '';
        break;
      case 'base':
        found.base ||= attribute('href') ?? '';
        break;
      case 'meta':
        readMeta(attribute);
        break;
      case 'link':
        readLink(attribute);
        break;
      case 'a':
      case 'area': {
        const href = attribute('href');
        if (href && links.length < mostLinks && !/\bnofollow\b/i.test(attribute('rel') ?? ''))
          links.push(href);
        break;
      }
      case 'time':
        found.time ||= attribute('datetime') ?? '';
        break;
      case 'input':
        if (attribute('type')?.toLowerCase() === 'password') seen.password = true;
        break;
      case 'script':
        seen.scripts += 1;
        inside = attribute('type')?.toLowerCase() === 'application/ld+json' ? 'data' : 'script';
        break;
      case 'title':
        // Pictures have titles, too.
        inside ??= found.title === '' ? 'title' : 'skipped-title';
        break;
      case 'h1':
        if (found.heading.trim() === '') inside ??= 'h1';
        break;
      case 'br':
        onText(' ');
        break;
      case 'noscript':
      case 'style':
      case 'iframe':
        inside ??= tagName;
        break;
    }
  };
  const ends: Readonly<Record<string, readonly string[]>> = {
    script: ['script', 'data'],
    title: ['title', 'skipped-title'],
  };
  const onEndTag = ({ tagName }: Token.TagToken) => {
    if (inside !== undefined && (ends[tagName] ?? [tagName]).includes(inside)) inside = undefined;
  };
  type Attribute = (name: string) => string | undefined;
  const readMeta = (attribute: Attribute) => {
    const content = attribute('content') ?? '';
    const name = (attribute('name') ?? attribute('property') ?? attribute('itemprop') ?? '').toLowerCase();
    if (name === 'robots' || name === 'answerdesk') robots.push(...content.toLowerCase().split(/[\s,]+/));
    else if (name && !meta.has(name)) meta.set(name, content);
    if (attribute('http-equiv')?.toLowerCase() === 'refresh')
      found.refresh ||=
        /^\s*[0-5](?:\.\d+)?\s*[;,]\s*url\s*=\s*["']?([^"']+)/i.exec(content)?.[1]?.trim() ?? '';
  };
  const readLink = (attribute: Attribute) => {
    const rel = attribute('rel')?.toLowerCase() ?? '';
    const href = attribute('href');
    if (rel === 'canonical') found.canonical ||= href ?? '';
    if (href && rel === 'alternate' && attribute('hreflang') !== undefined) links.push(href);
  };

  const ignore = () => {};
  const tokenizer = new Tokenizer(
    {},
    {
      onComment: ignore,
      onDoctype: ignore,
      onEof: ignore,
      onNullCharacter: ignore,
      onStartTag,
      onEndTag,
      onCharacter: ({ chars }) => onText(chars),
      onWhitespaceCharacter: ({ chars }) => onText(chars),
    },
  );
  tokenizer.write(html, true);

  const hasNoText = seen.characters < fewCharacters && found.heading.trim() === '';
  const changed =
    meta.get('article:modified_time') ??
    meta.get('og:updated_time') ??
    meta.get('datemodified') ??
    meta.get('last-modified') ??
    /"dateModified"\s*:\s*"([^"]{4,40})"/.exec(found.structured)?.[1] ??
    meta.get('article:published_time') ??
    found.time;
  const facts = {
    title: oneLine(found.title),
    heading: oneLine(found.heading),
    siteName: oneLine(meta.get('og:site_name') ?? meta.get('application-name') ?? ''),
    language: found.language,
    changed,
    canonical: found.canonical,
    base: found.base,
    refreshTo: found.refresh,
  };
  return {
    ...(Object.fromEntries(Object.entries(facts).filter(([, value]) => value)) as Partial<typeof facts>),
    links,
    noIndex: robots.includes('noindex') || robots.includes('none'),
    noFollow: robots.includes('nofollow') || robots.includes('none'),
    needsJavaScript: hasNoText && seen.scripts > 0 && (seen.appRoot || !seen.content),
    asksForLogin: seen.password && seen.characters < littleText,
    textHash: text.digest('base64'),
  };
}

/** Of `noindex, otherbot: nofollow, answerdesk: none` those for all and for us; what follows a robot's name is for that robot. */
function directivesOf(header: string): string[] {
  let robot = '';
  return header
    .toLowerCase()
    .split(',')
    .flatMap((part) => {
      const [, name, rest] = /^\s*([\w-]+)\s*:(.*)$/.exec(part) ?? [];
      // These have a value, they name no robot.
      if (name && !/^(?:unavailable_after|max-)/.test(name)) robot = name;
      return robot === '' || robot === 'answerdesk' ? [(rest ?? part).trim()] : [];
    });
}

function add(text: string, more: string): string {
  return text.length < longestTitle ? text + more : text;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, longestTitle);
}
