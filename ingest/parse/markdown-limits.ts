// Keeps a Markdown parser's work bounded: what no person writes (thousands of delimiters in one paragraph, quotations in quotations in
// quotations) is made a paragraph of HTML, so that it stands in the text as it is. micromark's work grows with the square of such runs.

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

/** Under a line of text it makes a heading of it; thousands of headings without a blank line cost the square of their number. */
const underline = /^ {0,3}(?:-{2,}|=+)[ \t]*$/;
const delimitersOfUnderline = 10;

const delimiters = /[[\]*_~`<>!&:|\\]/g;
/** Begins a block of its own, so that delimiters before it do not count for what follows. */
const startsBlock = /^\s*(?:#{1,6}\s|[-*+]\s|\d{1,9}[.)]\s|\||>)/;

/** The text with what is out of all proportion as HTML paragraphs; the same text where nothing is. */
export function withinLimits(markdown: string): string {
  const out: string[] = [];
  let run: string[] = [];
  let count = 0;
  let isDeep = false;
  const flush = () => {
    if (isDeep || count > mostDelimiters) out.push('', `<p>${escapeHtml(run.join('\n'))}</p>`, '');
    else out.push(...run);
    run = [];
    count = 0;
    isDeep = false;
  };
  for (const line of markdown.split('\n')) {
    if (line.trim() === '' || startsBlock.test(line)) flush();
    run.push(withinIndent(line));
    count += line.match(delimiters)?.length ?? 0;
    if (underline.test(line)) count += delimitersOfUnderline;
    isDeep ||= isTooDeep(line);
  }
  flush();
  return out.join('\n');
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}

function withinIndent(line: string): string {
  const text = line.trimStart();
  return line.length - text.length > deepestIndent ? ' '.repeat(deepestIndent) + text : line;
}

const container = /[ \t]*(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t]))/y;

function isTooDeep(line: string): boolean {
  container.lastIndex = 0;
  for (let depth = 0; depth <= deepestContainers; depth += 1) if (!container.test(line)) return false;
  return true;
}
