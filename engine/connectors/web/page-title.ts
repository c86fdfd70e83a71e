// The title of a page without the name of its site.
import type { PageFacts } from './page-facts.ts';

export interface PageTitles {
  /** The front page's title is the site's name, or ends with it. */
  learn(facts: PageFacts, isFrontPage: boolean): void;
  titleOf(facts: PageFacts, url: URL): string;
}

const separators = /\s+[|–—·•»:›-]+\s+|\s*[|»]\s*/;

export function createPageTitles(): PageTitles {
  const siteNames = new Set<string>();
  const isSiteName = (text: string) => siteNames.has(text.toLowerCase());
  return {
    learn({ siteName, title, heading }, isFrontPage) {
      const names = isFrontPage
        ? [siteName, title, heading, ...(title?.split(separators) ?? [])]
        : [siteName];
      for (const name of names) if (name) siteNames.add(name.toLowerCase());
    },
    titleOf({ title = '', heading = '' }, url) {
      const parts = title.split(separators).filter((part) => part.trim() !== '');
      // A heading that is the page's own is how its author names it. On some sites the first one is the site's logo.
      const isOwn = heading !== '' && (!isSiteName(heading) || parts.every(isSiteName));
      if (isOwn) return heading;
      const own = parts.filter((part) => !isSiteName(part));
      if (own.length > 0 && own.length < parts.length && !isSiteName(title)) return between(title, own);
      return title || heading || lastPart(url);
    },
  };
}

/** Of "Example Help | Billing | Refunds" the part that is not the site's name. */
function between(title: string, own: readonly string[]): string {
  const last = own.at(-1)!;
  return title.slice(title.indexOf(own[0]!), title.lastIndexOf(last) + last.length);
}

function lastPart({ pathname, host }: URL): string {
  const part = pathname.split('/').findLast(Boolean) ?? host;
  return part.replace(/\.[a-z\d]+$/i, '').replace(/[-_]+/g, ' ');
}
