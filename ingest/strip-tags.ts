// Takes tags out of Markdown text and leaves what stands between them. One pass, linear on any input.

const blockTag =
  /^\/?(?:address|article|aside|blockquote|br|dd|details|div|dl|dt|figcaption|figure|footer|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul)\b/i;
const silentElement = /^(script|style|template|noscript|svg|iframe)\b/i;
const longestTag = 5_000;

export interface StripTagsOptions {
  /** `{expressions}` are dropped too, and JSX attributes may hold `>` inside braces. */
  readonly mdx?: boolean;
}

export function stripTags(text: string, { mdx = false }: StripTagsOptions = {}): string {
  let result = '';
  let position = 0;
  const neverClosed = new Set<string>();
  while (position < text.length) {
    const next = nextMark(text, position, mdx);
    result += text.slice(position, next);
    if (next === text.length) break;
    const end = text[next] === '{' ? braceEnd(text, next) : tagEnd(text, next);
    if (end === -1) {
      result += text[next];
      position = next + 1;
      continue;
    }
    const inside = text.slice(next + 1, end - 1);
    position = end;
    if (text[next] === '{') continue;
    const address = /^(?:https?:\/\/\S+|mailto:\S+|[^\s@<>/]+@[^\s@<>]+)$/i.exec(inside)?.[0];
    if (address !== undefined) result += address.replace(/^mailto:/i, '');
    else if (blockTag.test(inside)) result += '\n';
    const silent = silentElement.exec(inside)?.[1]?.toLowerCase();
    if (silent === undefined || inside.endsWith('/') || neverClosed.has(silent)) continue;
    const closing = new RegExp(`</${silent}`, 'gi');
    closing.lastIndex = position;
    const close = closing.exec(text);
    if (close) position = close.index;
    else neverClosed.add(silent);
  }
  return result;
}

function nextMark(text: string, from: number, mdx: boolean): number {
  const angle = text.indexOf('<', from);
  const brace = mdx ? text.indexOf('{', from) : -1;
  return Math.min(angle === -1 ? text.length : angle, brace === -1 ? text.length : brace);
}

/** Position after the tag that begins at `start`, or -1 when this `<` begins none. */
function tagEnd(text: string, start: number): number {
  if (!/[A-Za-z/!?>]/.test(text[start + 1] ?? '')) return -1;
  let quote = '';
  let depth = 0;
  const limit = Math.min(text.length, start + longestTag);
  for (let index = start + 1; index < limit; index += 1) {
    const character = text[index];
    if (quote) {
      if (character === quote) quote = '';
    } else if ((character === '"' || character === "'") && /[=\s{(]/.test(text[index - 1] ?? ''))
      quote = character;
    else if (character === '{') depth += 1;
    else if (character === '}') depth = Math.max(0, depth - 1);
    else if (character === '<' && depth === 0) return -1;
    else if (character === '>' && depth === 0) return index + 1;
  }
  return -1;
}

function braceEnd(text: string, start: number): number {
  let depth = 0;
  const limit = Math.min(text.length, start + longestTag);
  for (let index = start; index < limit; index += 1) {
    if (text[index] === '{') depth += 1;
    else if (text[index] === '}') {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  return -1;
}
