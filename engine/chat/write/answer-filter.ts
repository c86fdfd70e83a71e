// The output filter: what a model writes passes through here before a customer sees it. It knows the passages, not the
// model, so no instruction hidden in a text can talk it out of its work.
//  - citations `[n]` of passages that were not given are removed; the others are renumbered in order of first use
//  - HTML is removed; a tag that a passage says stands in brackets that are no markup
//  - images are removed; links, bare and e-mail addresses stay only if a passage that was given holds them (no exfiltration)
//  - what is left over cannot become markup: not by nesting, not by length, not by what was taken out between two halves
// Source: OWASP LLM Top 10 2025, LLM02 and LLM05; EchoLeak, CVE-2025-32711.
import { createMarkupBreaker } from './markup-breaker.ts';

/** The longest construct that is held back until it is complete; longer ones cannot be a citation or an honest link. */
const longestConstruct = 600;

export interface AnswerFilter {
  /** Text that may be shown now; a construct that is not complete yet is held back. */
  push(text: string): string;
  /** The rest, at the end. */
  flush(): string;
  /** Passage numbers (1-based, as the model knows them) in the order in which the shown text cites them. */
  readonly cited: readonly number[];
}

export interface AnswerFilterOptions {
  /** How many passages the model was given. */
  readonly passages: number;
  /** Asked about whole addresses: `https://…`, `www.…`, `name@…`. */
  readonly isAllowedUrl: (url: string) => boolean;
  /** Whether a passage says `<…>` in these words: a placeholder such as `<container>`, or a tag in code. Default: none does. */
  readonly isHeld?: (tag: string) => boolean;
}

interface Resolved {
  /** How much of what is held is done with. */
  readonly length: number;
  readonly shown: string;
  readonly kind: 'text' | 'mark' | 'link' | 'address';
  /** Text that was inside the construct, to be looked at like the rest. */
  readonly again?: string;
}

export function createAnswerFilter({
  passages,
  isAllowedUrl,
  isHeld = () => false,
}: AnswerFilterOptions): AnswerFilter {
  const cited: number[] = [];
  let held = '';
  const breaker = createMarkupBreaker();

  const cite = (numbers: readonly number[]): string =>
    numbers
      .filter((number) => number >= 1 && number <= passages)
      .map((number) => {
        if (!cited.includes(number)) cited.push(number);
        return `[${cited.indexOf(number) + 1}]`;
      })
      .join('');

  /** What to do with a construct at the start of `held`; `undefined` while it may still grow. */
  const resolve = (final: boolean): Resolved | undefined => {
    const plain: Resolved = { length: 1, shown: held[0]!, kind: 'text' };
    const removed = (length: number): Resolved => ({ length, shown: '', kind: 'text' });
    const complete = final || held.length > longestConstruct;
    const indexOf = (character: string, from: number) => {
      const at = held.indexOf(character, from);
      return at > longestConstruct ? -1 : at;
    };

    if (held.startsWith('<')) {
      const end = indexOf('>', 1);
      if (end === -1) return complete ? plain : undefined;
      const tag = held.slice(0, end + 1);
      // In brackets that open nothing: what stands between them is looked at like the rest.
      return isHeld(tag) ? { ...removed(end + 1), again: `‹${tag.slice(1, -1)}›` } : removed(end + 1);
    }
    if (!held.startsWith('[') && !held.startsWith('![')) {
      const isEmail = held.startsWith('@');
      const address = held.slice(0, longestConstruct).match(isEmail ? /^@[\w.-]*/ : /^[^\s<>‹›"'\]]*/)![0];
      if (address.length === held.length && !complete) return undefined;
      const url = address.replace(/[).,;:!?*_-]+$/, '');
      if (isEmail && !url.includes('.')) return { length: url.length, shown: url, kind: 'address' };
      return isAllowedUrl(isEmail ? breaker.lastWord() + url : url)
        ? { length: url.length, shown: url, kind: 'address' }
        : removed(url.length);
    }

    const image = held.startsWith('!');
    const open = image ? 2 : 1;
    const close = indexOf(']', open);
    if (close === -1) return complete ? plain : undefined;
    const label = held.slice(open, close);
    const next = held[close + 1];
    if (next === undefined && !final) return undefined;
    const citation =
      !image && /^\d{1,3}(?:\s*[,;]\s*\d{1,3})*$/.test(label)
        ? cite(label.split(/[,;]/).map(Number))
        : undefined;
    if (citation !== undefined && next !== '(') return { length: close + 1, shown: citation, kind: 'mark' };

    const closing = { '(': ')', '[': ']', ':': '\n' }[next ?? ''];
    if (closing === undefined) return image ? removed(close + 1) : plain;
    const end = indexOf(closing, close + 2);
    if (end === -1) {
      if (!complete) return undefined;
      // The last line of the text needs no line break to be a link definition.
      return final && next === ':' && held.length <= longestConstruct
        ? removed(held.length)
        : image
          ? removed(close + 1)
          : plain;
    }
    if (citation !== undefined) return { length: end + 1, shown: citation, kind: 'mark' };
    if (next === ':') return removed(end);
    if (image) return removed(end + 1);
    const url = held
      .slice(close + 2, end)
      .trim()
      .split(/\s/)[0]!
      .replace(/^<|>$/g, '');
    // Brackets inside a label could make a new construct together with what follows.
    const text = label.replace(/[![\]<>\\`]/g, '').replace(/\s+/g, ' ');
    if (next !== '(' || !isAllowedUrl(url)) return { ...removed(end + 1), again: text };
    // A label that is an address says where the link goes, or would say something else.
    return text.trim() === url
      ? { length: end + 1, shown: url, kind: 'address' }
      : { length: end + 1, shown: `[${createMarkupBreaker().text(text)}](${url})`, kind: 'link' };
  };

  const opener = /!\[|\[|<[a-z/!]|(?:https?|ftp|data|javascript):\S|www\.\S|@[a-z0-9]/i;
  /** What may still grow into an opener when more text comes. */
  const unfinishedTail =
    /(?:!|<|@|w{1,3}\.?|(?:h|ht|htt|http|https|f|ft|ftp|d|da|dat|data|j|ja|jav|java|javas|javasc|javascr|javascri|javascrip|javascript):?)$/i;

  const drain = (final: boolean): string => {
    let shown = '';
    while (held.length > 0) {
      const at = held.search(opener);
      if (at === -1) {
        const tail = final ? -1 : held.search(unfinishedTail);
        shown += breaker.text(tail === -1 ? held : held.slice(0, tail));
        held = tail === -1 ? '' : held.slice(tail);
        return shown;
      }
      shown += breaker.text(held.slice(0, at));
      held = held.slice(at);
      const resolved = resolve(final);
      if (!resolved) return shown;
      shown +=
        resolved.kind === 'text' ? breaker.text(resolved.shown) : breaker.own(resolved.shown, resolved.kind);
      held = (resolved.again ?? '') + held.slice(Math.max(1, resolved.length));
    }
    return shown;
  };

  return {
    push(text) {
      held += text;
      return drain(false);
    },
    flush: () => drain(true),
    cited,
  };
}
