// Keeps a Markdown parser's work bounded: what no person writes (thousands of delimiters in one paragraph, quotations in quotations in
// quotations) is escaped, so that it stands in the text as it is. micromark's work grows with the square of such runs.

/** Delimiters that one paragraph may hold; measured, 1,000 cost at most .1 s and 16,000 cost 18 s. */
const mostDelimiters = 1_000;
/** Markers of quotations and lists in front of one line. */
const deepestContainers = 16;
/** Columns of indentation: each level of a list takes two to four. */
const deepestIndent = 64;
/** Longer documents, or such with more lines, are not parsed. */
const mostCharacters = 2_000_000;
const mostLines = 50_000;

export function isTooLong(markdown: string): boolean {
  if (markdown.length > mostCharacters) return true;
  let lines = 0;
  for (let at = markdown.indexOf('\n'); at !== -1; at = markdown.indexOf('\n', at + 1)) lines += 1;
  return lines > mostLines;
}

const delimiters = /[[\]*_~`<>!&:|\\]/g;
/** Begins a block of its own, so that delimiters before it do not count for what follows. */
const startsBlock = /^\s*(?:#{1,6}\s|[-*+]\s|\d{1,9}[.)]\s|\||>)/;

/** The text with what is out of all proportion escaped; the same text where nothing is. Lines stay lines. */
export function withinLimits(markdown: string): string {
  const lines = markdown.split('\n').map((line) => shallow(line));
  let start = 0;
  let count = 0;
  for (const [index, line] of [...lines, ''].entries()) {
    if (line.trim() === '' || startsBlock.test(line)) {
      if (count > mostDelimiters) for (let at = start; at < index; at += 1) lines[at] = escaped(lines[at]!);
      start = index;
      count = 0;
    }
    if (line.length > 0) count += line.match(delimiters)?.length ?? 0;
  }
  return lines.join('\n');
}

function escaped(line: string): string {
  return line.replace(delimiters, '\\$&');
}

const container = /[ \t]*(?:>|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$))/y;

function shallow(line: string): string {
  const indent = line.length - line.trimStart().length;
  const text = indent > deepestIndent ? ' '.repeat(deepestIndent) + line.trimStart() : line;
  container.lastIndex = 0;
  for (let depth = 0; depth < deepestContainers; depth += 1) {
    if (!container.test(text)) return text;
  }
  const end = container.lastIndex;
  // A rule such as `- - - - -` is no nesting.
  if (/^[-* \t]+$/.test(text)) return '---';
  return (
    text.slice(0, end) +
    text
      .slice(end)
      .replace(/^[ \t]*/, ' \\')
      .replace(/[>*+-]|[.)](?=\s|$)/g, '\\$&')
  );
}
