// A web page without its frame: navigation, cookie banners, "was this helpful", shared bars and footers are taken out of the tree, told
// by element, role and the names that themes give them. What holds the article itself is never taken out.
import {
  attribute,
  type Element,
  elementsOf,
  hasAttribute,
  isHeadingName,
  type Parent,
  remove,
  textOf,
} from './html-tree.ts';

/** Names of parts, whole or behind and before other words: `site-footer`, `breadcrumb_list`, `articleVotes`. */
const parts =
  'cookies?|consent|gdpr|onetrust|cookiebot|cc banner|cc window|breadcrumbs?|nav|navbar|navigation|menu|top ?bar|footer|foot|sidebar|side ?nav|toc|table of contents|' +
  'share|sharing|social|sharedaddy|helpful|feedback|votes?|voting|ratings?|reactions?|reaction picker|' +
  'related|relatedposts|related ?articles|related ?posts|relatives|recommended|recent ?articles|recently viewed|popular ?articles|' +
  'comments?|comments area|disqus|newsletter|subscribe|skip ?link|skip to content|search ?bar|search ?box|search ?form|login|sign ?in|' +
  'pagination|pager|prev ?next|chat ?widget|chat ?launcher|launcher|widget area|back to top|language ?switcher|locale ?switcher|' +
  'site ?header|masthead|promo|advert|ads|popup|modal|hash ?link|anchor ?link|copy ?button|byline|entry meta|article meta|page metadata|' +
  'post ?meta|last updated|print ?article|more questions|article subscribe';
const before =
  '(?:(?:site|page|global|main|app|article|post|entry|docs?|hc|theme|theme doc|category|section|wp block|jp|js|c|the|primary|secondary|breadcrumb) )*';
const behind = `(?: (?:${parts}|wrapper|container|section|block|box|list|area|bar|inner|banner|panel|links?|items?|buttons?|widget|picker|notice|overlay|dialog|popup|desktop|mobile|form|message|root|\\d+))*`;
const frameName = new RegExp(`^${before}(?:${parts})${behind}$`);

/** "Press <b class="menu">File</b>": inside a sentence only these are helpers of the page. */
const inText: ReadonlySet<string> = new Set(
  'a abbr b button cite code dd dt em i kbd label li mark q s samp small span strong sub sup td th tr tbody thead u var'.split(
    ' ',
  ),
);
const helperName =
  /^(?:skip[-_]?(?:link|nav|navigation|to[-_]content)|hash[-_]?link|anchor[-_]?link|header[-_]?link|headerlink|copy[-_]?button|visually-hidden-focusable)$/i;
/** Of a site: one with a heading in it may be the article's. */
const headerName = /^(?:(?:site|page|main|global|top|app)[-_]?)?header$/i;

const frameRoles = new Set([
  'navigation',
  'banner',
  'contentinfo',
  'search',
  'dialog',
  'alertdialog',
  'menu',
  'menubar',
  'toolbar',
]);

/** Lists of other articles under such a heading are navigation. */
const othersHeading =
  /^(?:related|more|recent|recently viewed|popular|similar|recommended|suggested|other|promoted)(?: (?:help|support|useful))? (?:articles?|posts?|topics?|pages?|questions?|content|reading|guides?)\W*$/i;
/** More are an attack: each is looked at whole. */
const mostSuspects = 1_000;
/** Share of letters in links from which on a part is a list of links. */
const mostlyLinks = 0.6;
/** Of the page's letters, from which on a part is the article, whatever its name. */
const articleShare = 0.4;

export function removeFrame(root: Parent): void {
  const page = { letters: lettersOf(root), titles: countTitles(root) };
  const doomed = new Set<Element>();
  let suspects = 0;
  for (const element of elementsOf(root, (element) => !doomed.has(element) && element.tagName !== 'pre')) {
    if (!isSuspect(element)) continue;
    suspects += 1;
    if (suspects > mostSuspects) break;
    if (!isArticle(element, page)) doomed.add(element);
  }
  for (const element of doomed) remove(element);
  removeListsOfOthers(root);
}

function isSuspect(element: Element): boolean {
  const { tagName } = element;
  if (['html', 'head', 'body', 'main', 'article'].includes(tagName) || isHeadingName(tagName)) return false;
  return (
    frameRoles.has(attribute(element, 'role') ?? '') ||
    ((tagName === 'header' || tagName === 'footer') && !isInside(element, /^(?:article|main|section)$/)) ||
    (tagName === 'aside' && !isCallout(element)) ||
    (tagName === 'form' && !holdsArticle(element)) ||
    hasFrameName(element)
  );
}

/** An id that is the slug of the heading inside is the section's own. */
function hasFrameName(element: Element): boolean {
  if (element.attrs.length === 0) return false;
  const id = attribute(element, 'id') ?? '';
  const classes = attribute(element, 'class')?.split(/\s+/) ?? [];
  if (inText.has(element.tagName)) return classes.some((name) => helperName.test(name));
  if ([id, ...classes].some((name) => headerName.test(name)) && !firstOf(element, isHeading)) return true;
  return classes.some(isFrameName) || (isFrameName(id) && !isSlugOfHeading(element, id));
}

/** `site-Footer__links` is read as `site footer links`. */
function isFrameName(name: string): boolean {
  if (name === '' || name.length > 60) return false;
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[-_]+/g, ' ');
  return frameName.test(words.toLowerCase().trim());
}

function isSlugOfHeading(element: Element, id: string): boolean {
  const heading = firstOf(element, isHeading);
  const slug = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
  return heading !== undefined && slug(textOf(heading)) === slug(id) && linkShare(element) < mostlyLinks;
}

/** A site's name is a title, too, beside the article's. */
function isArticle(element: Element, page: { readonly letters: number; readonly titles: number }): boolean {
  if (firstOf(element, ({ tagName }) => /^(?:main|article)$/.test(tagName))) return true;
  const titles = countTitles(element);
  if (titles > 0 && titles === page.titles) return true;
  return lettersOf(element) >= articleShare * page.letters && linkShare(element) < mostlyLinks;
}

function countTitles(parent: Parent): number {
  let count = 0;
  for (const { tagName } of elementsOf(parent)) if (tagName === 'h1') count += 1;
  return count;
}

/** A box that stands between paragraphs is a part of the article; one beside the article is a sidebar. */
function isCallout(aside: Element): boolean {
  if (linkShare(aside) >= mostlyLinks) return false;
  const isBeside = (node: Element) => /^(?:p|ul|ol|h[1-6]|pre|table|blockquote|dl)$/.test(node.tagName);
  const beside = aside.parentNode?.childNodes.some((node) => 'tagName' in node && isBeside(node));
  return beside === true || isInside(aside, /^article$/);
}

/** Some servers put the whole page into a form. A newsletter's or a search's holds fields and a line or two. */
export function holdsArticle(form: Element): boolean {
  if (firstOf(form, ({ tagName }) => /^(?:h1|main|article)$/.test(tagName))) return true;
  let letters = 0;
  for (const element of elementsOf(form))
    if (/^(?:p|li|td|pre)$/.test(element.tagName)) letters += lettersOf(element);
  return letters >= 200;
}

function removeListsOfOthers(root: Parent): void {
  const headings = [...elementsOf(root)].filter(
    (element) => /^h[2-6]$/.test(element.tagName) && othersHeading.test(textOf(element).trim()),
  );
  for (const heading of headings) {
    const siblings =
      heading.parentNode?.childNodes.filter((node): node is Element => 'tagName' in node) ?? [];
    const next = siblings[siblings.indexOf(heading) + 1];
    if (!next || !/^(?:ul|ol|div|nav|p)$/.test(next.tagName) || linkShare(next) < mostlyLinks) continue;
    remove(next);
    remove(heading);
  }
}

const isHeading = ({ tagName }: Element) => isHeadingName(tagName);

function isInside(element: Element, names: RegExp): boolean {
  for (let above = element.parentNode; above && 'tagName' in above; above = above.parentNode)
    if (names.test(above.tagName)) return true;
  return false;
}

function firstOf(element: Element, is: (element: Element) => boolean): Element | undefined {
  for (const inner of elementsOf(element)) if (is(inner)) return inner;
  return undefined;
}

function lettersOf(parent: Parent): number {
  return textOf(parent).replace(/[^\p{L}\p{N}]+/gu, '').length;
}

function linkShare(element: Element): number {
  let inLinks = 0;
  for (const link of elementsOf(element)) {
    if (link.tagName === 'a' && hasAttribute(link, 'href')) inLinks += lettersOf(link);
  }
  return inLinks / Math.max(1, lettersOf(element));
}
