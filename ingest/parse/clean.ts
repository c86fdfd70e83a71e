// Characters and whitespace: what a text looks like before anything reads, redacts or embeds it.

export interface CleanText {
  readonly text: string;
  /** How many invisible, bidirectional, tag and control characters were taken out. */
  readonly invisibleRemoved: number;
}

// Zero-width joiners shape emoji, Arabic and Indic letters; anywhere else they only hide things.
const idleJoiner =
  /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\p{M}\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}])(?:\u200C|\u200D)/gv;
/** Controls, soft hyphens, zero-width, bidirectional, filler and tag characters, variation selectors but the emoji one. */
const invisible =
  /[[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]--[\t\n\u{200C}\u{200D}\u{FE0F}\u{600}-\u{605}\u{6DD}]]/gv;

/** NFC, well-formed Unicode, `\n` line ends, plain spaces; lines keep their indentation. */
export function cleanText(raw: string): CleanText {
  const normal = raw
    .toWellFormed()
    .normalize('NFC')
    .replace(/\r\n?|[\u0085\u2028\u2029\v\f]/g, '\n')
    .replace(/[^\S\n\t \uFEFF]/g, ' ');
  let invisibleRemoved = 0;
  const drop = () => {
    invisibleRemoved += 1;
    return '';
  };
  return { text: normal.replace(invisible, drop).replace(idleJoiner, drop), invisibleRemoved };
}

/** One space between words, no space at line ends, at most one blank line; the inside of code fences stays. */
export function tidyWhitespace(text: string): string {
  const lines: string[] = [];
  let fenced = false;
  for (const line of text.split('\n')) {
    const end = line.trimEnd();
    if (/^\s*(?:```[^`]*$|~~~)/.test(end)) fenced = !fenced;
    const indent = /^[ \t]*/.exec(end)?.[0].replaceAll('\t', '  ') ?? '';
    const tidy = fenced ? end : indent + end.trimStart().replace(/[ \t]{2,}|\t/g, ' ');
    if (tidy !== '' || (lines.length > 0 && lines.at(-1) !== '')) lines.push(tidy);
  }
  while (lines.at(-1) === '') lines.pop();
  return lines.join('\n').trimStart();
}

/** A single line: titles, names, headings. */
export function oneLine(text: string, maxLength = 300): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= maxLength) return line;
  const cut = line.slice(0, maxLength);
  const space = cut.lastIndexOf(' ');
  return `${(space > maxLength / 2 ? cut.slice(0, space) : cut)
    .trimEnd()
    .toWellFormed()
    .replace(/\uFFFD$/, '')}…`;
}
