// A passage as its article shows it, with the sentences that the answer is made of marked.
import type { Citation } from '#core/conversation.ts';
import { element } from './dom.ts';
import { renderMarkdown, textNodes } from './safe-markdown.ts';

// Stand in the Markdown where a mark begins and ends. Rare brackets: as punctuation they leave the emphasis beside them as it is.
const opening = '⸨';
const closing = '⸩';
const brackets = /([⸨⸩])/;
/** What a line begins with before its text: a mark inside it would make it something else. */
const lineMarkers = /^(?:[ \t]*(?:>|#{1,6}(?=\s)|[-*+•–](?=\s)|\d{1,9}[.)](?=\s)|\[[ x]\](?=\s)|\|))*[ \t]*/i;
/** A fence of code, or what lies between the head of a table and its rows. */
const noText = /^[ \t]*(?:```|~~~)|^[^\p{L}\p{N}]*$/u;
const rowEnd = /[ \t]*\|?[ \t]*$/;

export interface Quote {
  readonly nodes: DocumentFragment;
  /** Text of the first mark, as a reader sees it; empty without one. */
  readonly firstUsed: string;
}

export function renderQuote({ quote, used = [] }: Pick<Citation, 'quote' | 'used'>): Quote {
  const plain = renderMarkdown(quote, [], '');
  const nodes = renderMarkdown(withBrackets(quote, used), [], '');
  const texts = placeMarks(nodes);
  for (const link of nodes.querySelectorAll('a')) link.href = link.href.replace(/%E2%B8%A[89]/g, '');
  // A bracket in a wrong place would make the text another one: then it is shown without marks.
  return isSameText(nodes, plain) ? { nodes, firstUsed: texts[0] ?? '' } : { nodes: plain, firstUsed: '' };
}

function isSameText(marked: DocumentFragment, plain: DocumentFragment): boolean {
  const bare = marked.cloneNode(true) as DocumentFragment;
  for (const mark of bare.querySelectorAll('mark')) mark.replaceWith(...mark.childNodes);
  bare.normalize();
  return bare.isEqualNode(plain);
}

function withBrackets(quote: string, used: NonNullable<Citation['used']>): string {
  let text = '';
  let at = 0;
  for (const { start, end } of used) {
    if (noText.test(quote.slice(start, end))) continue;
    const goesOn = text !== '' && /^ *$/.test(quote.slice(at, start));
    const from = goesOn ? start : start + (lineMarkers.exec(quote.slice(start, end))?.[0].length ?? 0);
    const to = Math.max(from, start + quote.slice(start, end).replace(rowEnd, '').length);
    if (goesOn) text = text.slice(0, -closing.length);
    text += quote.slice(at, from) + (goesOn ? '' : opening) + quote.slice(from, to) + closing;
    at = to;
  }
  return text + quote.slice(at);
}

/** Returns the text of each mark. */
function placeMarks(root: DocumentFragment): string[] {
  const texts: string[] = [];
  let inside = false;
  for (const text of textNodes(root)) {
    const parts = text.data.split(brackets);
    if (parts.length === 1 && !inside) continue;
    text.replaceWith(
      ...parts.filter(Boolean).map((part) => {
        if (brackets.test(part)) {
          inside = part === opening;
          if (inside) texts.push('');
          return '';
        }
        if (!inside || part.trim() === '') return part;
        texts.push(texts.pop() + part);
        return element('mark', {}, part);
      }),
    );
  }
  return texts;
}
