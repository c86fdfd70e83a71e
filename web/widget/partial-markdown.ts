// The part of a half-received Markdown text that can be shown without changing its look later: open emphasis is closed,
// and what could still become a link, a table, a heading or a tag is held back until it is clear. Display only: the
// finished text is rendered as it is.

const lastBlock = /\n(?=[ \t]*\n|[ \t]*(?:[-*+>|]|\d+[.)]|#{1,6})[ \t])/g;
const undecidedLine = /(?:^|\n)[ \t]*(?:[-*+>#=`~|: \t]+|\d+[.)]?)[ \t]*$/;

export function settlePartialMarkdown(text: string): string {
  const opened = text.match(/^[ \t]*(?:```|~~~)/gm)?.length ?? 0;
  if (opened % 2 === 1) return text.replace(/\n[ \t]*[`~]{1,2}$/, '');
  const settled = holdBackTable(text).replace(undecidedLine, '');
  const start = [...settled.matchAll(lastBlock)].at(-1)?.index ?? 0;
  return settled.slice(0, start) + settleInline(settled.slice(start));
}

/** A row of cells is a paragraph full of bars until the line below it says that it heads a table. */
function holdBackTable(text: string): string {
  const rows = /(?:^|\n)(?:[ \t]*\|[^\n]*(?:\n|$))+$/.exec(text);
  return rows && !/\n[ \t]*\|[ \t]*:?-[-:| \t]*\n/.test(rows[0]) ? text.slice(0, rows.index) : text;
}

function settleInline(block: string): string {
  let text = block;
  if ((text.replace(/\\`/g, '').match(/`/g)?.length ?? 0) % 2 === 1) {
    const open = text.lastIndexOf('`');
    return open === text.length - 1 ? settleInline(text.slice(0, open)) : `${text}\``;
  }
  text = text
    .replace(/!?\[([^\]\n]{0,300})\]\([^)\n]{0,999}$/, '$1')
    .replace(/!?\[[^\]\n]{0,300}$/, '')
    .replace(/!?\[(?!\d+\])([^\]\n]{0,300})\]$/, '$1')
    .replace(/<(?:[a-z/!?][^>\n]{0,300})?$/i, '')
    .replace(/&#?\w{0,12}$/, '')
    .replace(/(?<!\]\()\b(?:https?(?::\S{0,999})?|www\.\S{0,999})$/i, '')
    .replace(/\\$/, '')
    .replace(/[*_~]+$/, '');
  const open = openEmphasis(text);
  // Markers close against a word, never against a space.
  return open.length > 0 ? text.trimEnd() + open.reverse().join('') : text;
}

/** CommonMark's delimiter stack in small: openers follow a space or punctuation, closers follow a character. */
function openEmphasis(text: string): string[] {
  const open: string[] = [];
  const prose = text.replace(/`[^`]*`/g, (code) => 'x'.repeat(code.length));
  for (const match of prose.matchAll(/(?<![\\*_~])(\*{1,3}|_{1,3}|~~)(?![*_~])/g)) {
    const [marker] = match;
    const before = prose[match.index - 1] ?? ' ';
    const after = prose[match.index + marker.length] ?? ' ';
    if (open.at(-1) === marker && !/\s/.test(before)) open.pop();
    else if (/[\s\p{P}]/u.test(before) && !/\s/.test(after)) open.push(marker);
  }
  return open;
}
