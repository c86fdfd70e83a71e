// Markdown to DOM nodes that cannot run, load or style anything. Two walls, each enough alone: `marked` is told to treat
// HTML as text and to know no images or reference links, and DOMPurify keeps a short list of tags and attributes.
import DOMPurify from 'dompurify';
// Lexer and Parser themselves, not the `marked` function: its default instance is a tenth of what the widget weighs.
import { getDefaults, Lexer, Parser, Renderer, Tokenizer, type Tokens } from 'marked';
import type { Citation } from '#core/conversation.ts';

const allowedTags = [
  ...['p', 'br', 'strong', 'em', 'del', 'code', 'pre', 'blockquote', 'hr', 'ul', 'ol', 'li', 'a'],
  ...['h3', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
];
/** They name no address. */
const plainAttributes = ['start', 'align', 'data-language'];
const linkTarget = /^(?:https?:\/\/|mailto:)/i;
const citationMark = /\[(\d{1,2})\]/;

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

class TextOnlyTokenizer extends Tokenizer {
  // `[1]: https://…` would turn citation marks into links of the text's own choosing.
  override def(): undefined {}
}

class TextOnlyRenderer extends Renderer {
  override html({ text }: { text: string }): string {
    return /^<br\s*\/?>$/i.test(text.trim()) ? '<br>' : escapeHtml(text);
  }

  override image({ text }: { text: string }): string {
    return escapeHtml(text);
  }

  /** Below the title of the chat; a message begins no outline of its own. */
  override heading({ tokens }: Tokens.Heading): string {
    return `<h3>${this.parser.parseInline(tokens)}</h3>`;
  }

  override code(token: Tokens.Code): string {
    const language = /^[\w+#.-]{1,20}/.exec(token.lang ?? '')?.[0];
    return super.code(token).replace('<pre>', language ? `<pre data-language="${language}">` : '<pre>');
  }

  override checkbox({ checked }: Tokens.Checkbox): string {
    return checked ? '☑ ' : '☐ ';
  }
}

const options = {
  ...getDefaults(),
  breaks: true,
  tokenizer: new TextOnlyTokenizer(),
  renderer: new TextOnlyRenderer(),
};

/** Safe nodes for `text`; marks such as `[1]` become buttons (`data-citation`) where `citations` has that number. */
export function renderMarkdown(
  text: string,
  citations: readonly Citation[],
  sourceLabel: string,
): DocumentFragment {
  const fragment = DOMPurify.sanitize(Parser.parse(Lexer.lex(text, options), options), {
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: ['href', ...plainAttributes],
    // Else their values would have to be addresses, too.
    ADD_URI_SAFE_ATTR: plainAttributes,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_URI_REGEXP: linkTarget,
    RETURN_DOM_FRAGMENT: true,
  });
  for (const link of fragment.querySelectorAll('a')) settleLink(link);
  for (const table of fragment.querySelectorAll('table')) makeScrollable(table);
  for (const code of fragment.querySelectorAll('pre')) code.tabIndex = 0;
  placeCitations(fragment, citations, sourceLabel);
  return fragment;
}

function settleLink(link: HTMLAnchorElement): void {
  // DOMPurify has removed an address that is not allowed; `http://` alone does not parse.
  const href = link.getAttribute('href') ?? '';
  if (!linkTarget.test(href) || !URL.canParse(href)) {
    link.replaceWith(...link.childNodes);
    return;
  }
  openElsewhere(link);
}

/** A new tab that learns nothing of this page. */
export function openElsewhere(link: HTMLAnchorElement): void {
  link.target = '_blank';
  link.rel = 'noopener noreferrer nofollow';
}

export function isWebAddress(address: string | undefined): address is string {
  return address !== undefined && linkTarget.test(address) && URL.canParse(address);
}

function makeScrollable(table: HTMLTableElement): void {
  const frame = document.createElement('div');
  frame.className = 'table';
  frame.tabIndex = 0;
  table.replaceWith(frame);
  frame.append(table);
}

/** All of them before anything is changed. */
export function textNodes(root: Node): Text[] {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  return texts;
}

function placeCitations(root: DocumentFragment, citations: readonly Citation[], sourceLabel: string): void {
  for (const text of textNodes(root)) {
    if (text.parentElement?.closest('code, a')) continue;
    let rest = text;
    for (let match = citationMark.exec(rest.data); match; match = citationMark.exec(rest.data)) {
      const mark = rest.splitText(match.index);
      rest = mark.splitText(match[0].length);
      const citation = citations.find(({ number }) => number === Number(match[1]));
      if (citation) mark.replaceWith(citationButton(citation, sourceLabel));
    }
  }
}

function citationButton(citation: Citation, sourceLabel: string): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'cite';
  button.dataset.citation = String(citation.number);
  button.textContent = String(citation.number);
  button.setAttribute('aria-label', `${sourceLabel} ${citation.number}: ${citation.title}`);
  return button;
}
