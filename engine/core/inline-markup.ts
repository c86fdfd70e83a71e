// The Markdown inside a passage's blocks: links with their address, bold words, and the language of code. It is for people: whatever
// counts, compares or embeds words takes it out first.

/** A link to the web or to a mailbox; bold words on one line; what stands behind an opening fence. Every part is bounded. */
const link = /\[([^[\]\n]{1,300})\]\(((?:https?:\/\/|mailto:)[^\s()<>*]{1,500})\)/gi;
const bold = /\*\*(?=[^\s*])([^*\n]{0,300}[^\s*])\*\*/g;
const fenceLanguage = /^([ \t]*```)[\w#+.-]{1,30}(?=[ \t]*$)/gm;

interface Range {
  readonly start: number;
  readonly end: number;
}

function mayHoldMarkup(text: string): boolean {
  return text.includes('](') || text.includes('**') || text.includes('```');
}

/** In order, without overlaps. */
function markupIn(text: string): Range[] {
  if (!mayHoldMarkup(text)) return [];
  const ranges: Range[] = [];
  const add = (start: number, length: number) => ranges.push({ start, end: start + length });
  for (const { 0: whole, 1: label, index } of text.matchAll(link)) {
    add(index, 1);
    add(index + 1 + label!.length, whole.length - label!.length - 1);
  }
  for (const { 0: whole, index } of text.matchAll(bold)) {
    add(index, 2);
    add(index + whole.length - 2, 2);
  }
  for (const { 0: whole, 1: fence, index } of text.matchAll(fenceLanguage))
    add(index + fence!.length, whole.length - fence!.length);
  return ranges.sort((a, b) => a.start - b.start);
}

/** The words alone: `[the form](https://…)` is `the form`, `**Save**` is `Save`. */
export function withoutMarkup(text: string): string {
  let plain = '';
  let at = 0;
  for (const { start, end } of markupIn(text)) {
    plain += text.slice(at, start);
    at = end;
  }
  return at === 0 ? text : plain + text.slice(at);
}

/** From offsets in `withoutMarkup(text)` to offsets in `text`. */
export function offsetsWithMarkup(text: string): (offset: number) => number {
  const ranges = markupIn(text);
  return (offset) => {
    let marked = offset;
    for (const { start, end } of ranges) {
      if (start > marked) break;
      marked += end - start;
    }
    return marked;
  };
}

/** Where the links of a text lead. */
export function linksIn(text: string): string[] {
  return text.includes('](') ? Array.from(text.matchAll(link), ([, , address]) => address!) : [];
}

/** Of the same length, for those who look for the ends of sentences: a link is one word, and bold marks are quotation marks. */
export function withMarkupHidden(text: string): string {
  if (!text.includes('](') && !text.includes('**')) return text;
  return text
    .replace(link, (whole, label: string) => {
      const first = /^\p{Lu}/u.test(label) ? 'X' : 'x';
      const last = /[.?!…。！？]$/.exec(label)?.[0] ?? 'x';
      return first + 'x'.repeat(whole.length - 2) + last;
    })
    .replaceAll('**', '””');
}
