// The sources below an answer: one card for each article, with the passages that the answer cites from it.
import type { Citation } from '#core/conversation.ts';
import { element, icon } from './dom.ts';
import { renderQuote } from './quote-view.ts';
import { isWebAddress, openElsewhere } from './safe-markdown.ts';
import type { Strings } from './strings.ts';

interface SourcesOptions {
  readonly messageId: string;
  readonly strings: Strings;
  /** Where addresses that begin with `/` are. */
  readonly server: string;
}

export function sourcesView(citations: readonly Citation[], options: SourcesOptions): HTMLElement[] {
  const articles = [...Map.groupBy(citations, ({ documentId }) => documentId).values()];
  if (articles.length === 0) return [];
  const label = articles.length === 1 ? options.strings.source : options.strings.sources;
  return [
    element(
      'div',
      { class: 'sources', role: 'group', 'aria-label': label },
      element('p', { 'aria-hidden': 'true' }, label),
      ...articles.map((passages) => sourceCard(passages, options)),
    ),
  ];
}

/** Opens the card of a citation at its passage. */
export function openSource(message: HTMLElement, number: string | undefined): void {
  const passage = message.querySelector<HTMLElement>(`[data-passage="${number}"]`);
  const card = passage?.closest('details');
  if (!passage || !card) return;
  card.open = true;
  const passages = card.querySelectorAll('.passage');
  for (const other of passages) other.classList.toggle('current', other === passage && passages.length > 1);
  const target = passages.length > 1 ? passage.querySelector('blockquote') : card.querySelector('summary');
  target?.focus();
  passage.scrollIntoView({ block: 'nearest' });
}

function sourceCard(
  passages: readonly Citation[],
  { messageId, strings, server }: SourcesOptions,
): HTMLElement {
  const summary = element(
    'summary',
    {},
    ...passages.map(({ number }) => element('b', {}, String(number))),
    element('span', { dir: 'auto' }, passages[0]!.title),
    icon('down'),
  );
  const quotes: HTMLElement[] = [];
  const body = passages.map((passage) => {
    const { nodes, firstUsed } = renderQuote(passage);
    const name = `${strings.source} ${passage.number}`;
    const quote = element('blockquote', { class: 'prose', dir: 'auto', tabindex: 0 }, nodes);
    quotes.push(quote);
    const link = sectionLink(passage, { server, firstUsed });
    return element(
      'div',
      { class: 'passage', 'data-passage': passage.number, role: 'group', 'aria-label': name },
      ...(passages.length > 1 ? [element('b', { 'aria-hidden': 'true' }, String(passage.number))] : []),
      element('div', {}, quote, ...link),
    );
  });
  const id = `source-${messageId}-${passages[0]!.number}`;
  const card = element('details', { class: 'source', id }, summary, element('div', {}, ...body));
  card.addEventListener('toggle', () => quotes.forEach(scrollToUsed));
  return card;
}

/** A long passage begins with what the answer is made of, and a line before it. */
function scrollToUsed(quote: HTMLElement): void {
  const mark = quote.querySelector('mark');
  if (mark) quote.scrollTop += mark.getBoundingClientRect().top - quote.getBoundingClientRect().top - 30;
}

function sectionLink(
  { url, headingPath = [] }: Citation,
  { server, firstUsed }: { readonly server: string; readonly firstUsed: string },
): HTMLElement[] {
  const address = url?.startsWith('/') ? server + url : url;
  const path = headingPath.join(' › ');
  if (!isWebAddress(address)) return path ? [element('span', { dir: 'auto' }, path)] : [];
  const text = path || new URL(address).host;
  const link = element(
    'a',
    { href: address + textDirective(address, firstUsed), dir: 'auto' },
    text,
    icon('link'),
  );
  openElsewhere(link);
  return [link];
}

const wordsOfDirective = 8;
const shortestDirective = 12;

/**
 * Has the browser look for these words on the page and mark them (WICG, URL fragment text directives): it finds the place
 * on pages whose headings have no anchors, too. A fragment with a slash is the address of a page's own router.
 */
function textDirective(address: string, text: string): string {
  const words = text.trim().split(/\s+/).slice(0, wordsOfDirective).join(' ');
  const { protocol, hash } = new URL(address);
  if (!('fragmentDirective' in document) || words.length < shortestDirective) return '';
  if (!protocol.startsWith('http') || hash.includes('/')) return '';
  return `${hash ? '' : '#'}:~:text=${encodeURIComponent(words).replace(/-/g, '%2D')}`;
}
