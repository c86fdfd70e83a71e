// Confluence's storage format as HTML: macros become boxes, panels and code, links to pages their titles, tasks a list.
import { attribute, type Element, elementsOf, type Node, type Parent, remove, textOf } from './html-tree.ts';

export const isStorageFormat = /<(?:ac|ri):[a-z]/i;

/** XML that an HTML parser would misread: elements that close themselves, and text in CDATA. */
export function storageToHtml(storage: string): string {
  return storage
    .replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, (_section, text: string) =>
      text.replace(/&/g, '&amp;').replace(/</g, '&lt;'),
    )
    .replace(/<((?:ac|ri):[\w-]+)((?:\s[^<>]{0,2000}?)?)\s*\/>/g, '<$1$2></$1>');
}

/** Of macros that show what is not on the page, or nothing. */
const listings =
  /^(?:toc|children|pagetree|recently-updated|contentbylabel|attachments|gallery|livesearch|profile|anchor|include|excerpt-include|jira|viewpdf|widget|detailssummary|page-properties-report|change-history|contributors|blog-posts)$/;

/** In the tree, so that macros in macros keep their place. */
export function settleStorage(root: Parent): void {
  for (const element of [...elementsOf(root)]) {
    const name = element.tagName;
    if (name === 'ac:structured-macro' || name === 'ac:macro') settleMacro(element);
    else if (name === 'ac:link') settleLink(element);
    else if (name === 'ac:image')
      become(element, 'img', { alt: attribute(element, 'ac:alt') ?? attribute(element, 'ac:title') ?? '' });
    else if (name === 'ac:task-list') become(element, 'ul');
    else if (name === 'ac:task') become(element, 'li');
    else if (/^ac:(?:task-id|task-uuid|task-status|parameter|emoticon|placeholder)$/.test(name))
      remove(element);
    else if (/^ac:(?:layout|layout-section|layout-cell|rich-text-body)$/.test(name)) become(element, 'div');
    else if (name === 'ac:plain-text-body') become(element, 'span');
  }
}

function settleMacro(macro: Element): void {
  const name = attribute(macro, 'ac:name') ?? '';
  if (listings.test(name)) {
    remove(macro);
    return;
  }
  const parameters = new Map(
    macro.childNodes
      .filter((node): node is Element => node.nodeName === 'ac:parameter')
      .map((element) => [attribute(element, 'ac:name') ?? '', textOf(element).trim()]),
  );
  const title = parameters.get('title') ?? '';
  if (name === 'code' || name === 'noformat') {
    const language = parameters.get('language') ?? '';
    become(macro, 'pre', language ? { 'data-language': language } : {});
  } else if (name === 'status') {
    macro.childNodes = [];
    become(macro, 'span');
    append(macro, title);
  } else if (name === 'expand') become(macro, 'x-part', { title });
  else if (/^(?:tab|ui-tab|localtab|composition-tab)$/.test(name)) become(macro, 'x-tab', { title });
  else become(macro, 'x-aside', title ? { title } : {});
}

/** A page that is named and not addressed: its title. */
function settleLink(link: Element): void {
  const body = link.childNodes.find(({ nodeName }) =>
    /^ac:(?:plain-text-link-body|link-body)$/.test(nodeName),
  ) as Element | undefined;
  const page = link.childNodes.find(({ nodeName }) => /^ri:(?:page|blog-post|attachment)$/.test(nodeName)) as
    | Element
    | undefined;
  const named = page && (attribute(page, 'ri:content-title') ?? attribute(page, 'ri:filename'));
  const label = (body ? textOf(body).trim() : '') || named || '';
  link.childNodes = [];
  become(link, 'span');
  append(link, label);
}

function become(element: Element, tagName: string, attributes: Readonly<Record<string, string>> = {}): void {
  element.tagName = tagName;
  element.nodeName = tagName;
  element.attrs = Object.entries(attributes).map(([name, value]) => ({ name, value }));
}

function append(parent: Element, value: string): void {
  const text: Node = { nodeName: '#text', value, parentNode: parent };
  parent.childNodes.push(text);
}
