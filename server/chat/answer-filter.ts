// The output filter: what a model writes passes through here before a customer sees it. It knows the passages, not the
// model, so no instruction hidden in a text can talk it out of its work.
//  - citations `[n]` of passages that were not given are removed; the others are renumbered in order of first use
//  - images are removed; links and bare addresses stay only if a passage that was given holds them (no exfiltration)
// Source: OWASP LLM Top 10 2025, LLM02 and LLM05; EchoLeak, CVE-2025-32711.

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
  readonly isAllowedUrl: (url: string) => boolean;
}

export function createAnswerFilter({ passages, isAllowedUrl }: AnswerFilterOptions): AnswerFilter {
  const cited: number[] = [];
  let held = '';

  const cite = (numbers: readonly number[]): string =>
    numbers
      .filter((number) => number >= 1 && number <= passages)
      .map((number) => {
        if (!cited.includes(number)) cited.push(number);
        return `[${cited.indexOf(number) + 1}]`;
      })
      .join('');

  /** What to do with a construct at the start of `held`; `undefined` while it may still grow. */
  const resolve = (final: boolean): { length: number; shown: string } | undefined => {
    const plain = { length: 1, shown: held[0]! };
    const complete = final || held.length > longestConstruct;
    const indexOf = (character: string, from: number) => {
      const at = held.indexOf(character, from);
      return at > longestConstruct ? -1 : at;
    };

    if (held.startsWith('<')) {
      const end = indexOf('>', 1);
      if (end === -1) return complete ? plain : undefined;
      return { length: end + 1, shown: '' };
    }
    if (!held.startsWith('[') && !held.startsWith('![')) {
      const address = held.slice(0, longestConstruct).match(/^[^\s<>"'\]]*/)![0];
      if (address.length === held.length && !complete) return undefined;
      const url = address.replace(/[).,;:!?*_]+$/, '');
      return { length: url.length, shown: isAllowedUrl(url) ? url : '' };
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
    if (citation !== undefined && next !== '(') return { length: close + 1, shown: citation };

    const closing = { '(': ')', '[': ']', ':': '\n' }[next ?? ''];
    if (closing === undefined) return image ? { length: close + 1, shown: '' } : plain;
    const end = indexOf(closing, close + 2);
    if (end === -1) {
      if (!complete) return undefined;
      // The last line of the text needs no line break to be a link definition.
      return final && next === ':' && held.length <= longestConstruct
        ? { length: held.length, shown: '' }
        : image
          ? { length: close + 1, shown: '' }
          : plain;
    }
    if (citation !== undefined) return { length: end + 1, shown: citation };
    if (next === ':') return { length: end, shown: '' };
    const url = held
      .slice(close + 2, end)
      .trim()
      .split(/\s/)[0]!
      .replace(/^<|>$/g, '');
    // Brackets inside a label could make a new construct together with what follows.
    const text = label.replace(/[![\]<>]/g, '');
    return {
      length: end + 1,
      shown: image ? '' : next === '(' && isAllowedUrl(url) ? `[${text}](${url})` : text,
    };
  };

  const opener = /!\[|\[|<[a-z/!]|(?:https?|ftp|data|javascript):\S/i;
  /** What may still grow into an opener when more text comes. */
  const unfinishedTail =
    /(?:!|<|(?:h|ht|htt|http|https|f|ft|ftp|d|da|dat|data|j|ja|jav|java|javas|javasc|javascr|javascri|javascrip|javascript):?)$/i;

  const drain = (final: boolean): string => {
    let shown = '';
    while (held.length > 0) {
      const at = held.search(opener);
      if (at === -1) {
        const tail = final ? -1 : held.search(unfinishedTail);
        shown += tail === -1 ? held : held.slice(0, tail);
        held = tail === -1 ? '' : held.slice(tail);
        return shown;
      }
      shown += held.slice(0, at);
      held = held.slice(at);
      const resolved = resolve(final);
      if (!resolved) return shown;
      shown += resolved.shown;
      held = held.slice(Math.max(1, resolved.length));
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
