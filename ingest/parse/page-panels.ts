// Tabs and accordions of a page: what a click opens is content, though it is hidden until then. Panels are shown, and those of tabs
// become elements under the tab's words.
import {
  attribute,
  type Element,
  elementsOf,
  hasAttribute,
  type Parent,
  remove,
  textOf,
} from './html-tree.ts';

/** Pages without any of these have no panels. */
export const mayHavePanels =
  /\brole=|aria-(?:controls|expanded)|data-(?:bs-)?t(?:oggle|arget)|tabbed-|accordion|collaps|faq|toggle/i;

export function openPanels(root: Parent): void {
  const elements = [...elementsOf(root)];
  const byId = new Map(elements.map((element) => [attribute(element, 'id') ?? '', element]));
  byId.delete('');
  for (const element of elements) {
    if (!opensPanel(element) && attribute(element, 'role') !== 'tab') continue;
    for (const id of targetsOf(element)) show(byId.get(id));
    show(following(element));
  }
  for (const element of elements) if (hasClass(element, panelName)) show(element);
  openTabs(elements, byId);
}

/** What a click opens stands under the words that are clicked. */
export function opensPanel(element: Element): boolean {
  if (element.attrs.length === 0 || attribute(element, 'role') === 'tab') return false;
  if (isNamedOpener(element)) return true;
  const isButton = element.tagName === 'button' || attribute(element, 'role') === 'button';
  const toggles = /^(?:collapse|accordion)$/.test(toggleOf(element));
  if ((!isButton && !(toggles && element.tagName === 'a')) || hasAttribute(element, 'aria-haspopup'))
    return false;
  const isNamed = /accordion|collaps|expand|faq|toggle/i.test(attribute(element, 'class') ?? '');
  if (
    !toggles &&
    !isNamed &&
    !hasAttribute(element, 'aria-expanded') &&
    !hasAttribute(element, 'aria-controls')
  )
    return false;
  return !/^\W*(?:(?:show|read|view|see) (?:more|less|all)|menu|expand(?: all)?|collapse(?: all)?|close|toggle\b.*)\W*$/i.test(
    wordsOf(element),
  );
}

/** Scripts that open panels know both sides by their class. */
const openerName =
  /^(?:accordion|faqs?|collapsible|expander|toggle)(?:[-_]{1,2}\w+){0,2}?[-_]{1,2}(?:title|header|heading|head|question|trigger|label|button)$/i;
const panelName =
  /^(?:accordion|faqs?|collapsible|expander|toggle)(?:[-_]{1,2}\w+){0,2}?[-_]{1,2}(?:content|body|answer|panel|collapse|text)$/i;

function isNamedOpener(element: Element): boolean {
  if (!/^(?:div|p|a|button)$/.test(element.tagName) || !hasClass(element, openerName)) return false;
  for (const { tagName } of elementsOf(element))
    if (/^(?:h[1-6]|button|summary)$/.test(tagName)) return false;
  return true;
}

function hasClass(element: Element, name: RegExp): boolean {
  return (
    attribute(element, 'class')
      ?.split(/\s+/)
      .some((one) => one.length <= 80 && name.test(one)) ?? false
  );
}

const buttons: ReadonlySet<string> = new Set(['button']);
const wordsOf = (element: Element) => textOf(element, { keep: buttons }).replace(/\s+/g, ' ').trim();

function toggleOf(element: Element): string {
  return attribute(element, 'data-bs-toggle') ?? attribute(element, 'data-toggle') ?? '';
}

function targetsOf(element: Element): string[] {
  const named = ['aria-controls', 'data-bs-target', 'data-target', 'href'].map(
    (name) => attribute(element, name) ?? '',
  );
  return named
    .flatMap((value) => value.split(/\s+/))
    .map((value) => value.replace(/^#/, ''))
    .filter(Boolean);
}

/** The panel of a control that names none stands behind it, or behind the heading that it is in. */
function following(element: Element): Element | undefined {
  for (let at: Element | undefined = element; at; at = parentElement(at)) {
    const siblings = at.parentNode?.childNodes.filter((node): node is Element => 'tagName' in node) ?? [];
    const next = siblings[siblings.indexOf(at) + 1];
    if (next) return next;
    if (!/^(?:h[1-6]|dt|button|span)$/.test(parentElement(at)?.tagName ?? '')) return undefined;
  }
  return undefined;
}

function parentElement(element: Element): Element | undefined {
  const parent = element.parentNode;
  return parent && 'tagName' in parent ? parent : undefined;
}

/** Also where the panel's frame is what is hidden, and not the panel. */
function show(panel: Element | undefined): void {
  if (!panel) return;
  panel.attrs = panel.attrs.filter(({ name }) => !['hidden', 'aria-hidden', 'style'].includes(name));
}

function openTabs(elements: readonly Element[], byId: ReadonlyMap<string, Element>): void {
  const settled = new Set<Element>();
  const settle = (panel: Element, title: string) => {
    settled.add(panel);
    panel.tagName = 'x-tab';
    panel.attrs = [{ name: 'title', value: title }];
  };
  for (const list of elements) {
    if (!isTabList(list)) continue;
    const tabs = [...elementsOf(list)].filter(isTab);
    const targets = tabs.map((tab) =>
      targetsOf(tab)
        .map((id) => byId.get(id))
        .find(Boolean),
    );
    const panels = targets.every(Boolean) ? targets : panelsBehind(list, tabs);
    if (tabs.length === 0 || panels.length !== tabs.length) continue;
    for (const [index, tab] of tabs.entries()) {
      const panel = panels[index]!;
      if (!settled.has(panel)) settle(panel, wordsOf(tab));
    }
    remove(list);
  }
}

function isTabList(element: Element): boolean {
  const classes = attribute(element, 'class') ?? '';
  return (
    attribute(element, 'role') === 'tablist' ||
    /(?:^|\s)(?:nav-tabs|nav-pills|tabbed-labels|tabs__list)(?:\s|$)/.test(classes)
  );
}

function isTab(element: Element): boolean {
  if (attribute(element, 'role') === 'tab') return true;
  return (
    /^(?:tab|pill)$/.test(toggleOf(element)) || (element.tagName === 'label' && hasAttribute(element, 'for'))
  );
}

/** Panels that nothing names come behind the list, in the order of their tabs. */
function panelsBehind(list: Element, tabs: readonly Element[]): Element[] {
  const parent = list.parentNode;
  if (!parent) return [];
  const panels = [...elementsOf(parent, (element) => !isPanel(element))].filter(isPanel);
  return panels.length === tabs.length ? panels : [];
}

function isPanel(element: Element): boolean {
  const classes = attribute(element, 'class') ?? '';
  return (
    attribute(element, 'role') === 'tabpanel' || /(?:^|\s)(?:tabbed-block|tab-pane)(?:\s|$)/.test(classes)
  );
}
