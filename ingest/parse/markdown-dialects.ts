// What writers of help centres put into Markdown that is not Markdown: containers of Docusaurus, VuePress, MkDocs, GitBook and Hugo
// become elements (their titles are content).

import { settleTemplateLines, templateMark } from './template-marks.ts';

/** Three backticks with more of them on the line are a code span. */
const fenceLine = /^\s*(?:>\s?)*(```+(?=[^`]*$)|~~~+)/;

/** Boxes beside the text; every other container (a tab, a panel, a step) is a part of the page under its title. */
const asides =
  /^(?:note|tip|info|hint|important|warning|warn|caution|danger|error|success|question|quote|abstract|example|seealso|alert|callout|notice|admonition)$/i;

function elementOf(word: string): string {
  if (/^tab/.test(word)) return 'x-tab';
  return asides.test(word) ? 'x-aside' : 'x-part';
}

/** Titles stand in an attribute. */
function openTag(word: string, title: string): string {
  const kind = elementOf(word);
  const value = title
    .replace(/&/g, '&amp;')
    .replace(/"/g, '&quot;')
    .replace(/[<>{}]/g, ' ');
  return value.trim() ? `<${kind} title="${value.trim()}">` : `<${kind}>`;
}

interface Container {
  /** What its closing mark names; `:::` names nothing. */
  readonly word: string;
  readonly closing: string;
  /** Of a container that ends where its indentation does. */
  readonly indent?: number;
}

/** Containers as elements on lines of their own, code left as it is. One pass. */
export function containersToElements(markdown: string): string {
  const out: string[] = [];
  const open: Container[] = [];
  let fence: string | undefined;
  let fenceIndent = 0;
  const own = (line: string) => out.push('', line, '');
  for (const line of linesOf(markdown)) {
    const indented = open.findLast(({ indent }) => indent !== undefined);
    if (fence === undefined && indented && line.trim() !== '' && indentOf(line) < indented.indent!) {
      while (open.includes(indented)) own(open.pop()!.closing);
    }
    const indent = open.findLast((container) => container.indent !== undefined)?.indent ?? 0;
    const inside = line.slice(Math.min(indent, indentOf(line)));
    const text = fence === undefined || line.includes('endhighlight') ? settleTemplateLines(inside) : inside;
    const marker = fenceLine.exec(text)?.[1];
    if (fence !== undefined) {
      const closes = marker?.startsWith(fence) && text.trim() === marker;
      if (closes) fence = undefined;
      // Indented further than CommonMark lets it close: the rest of the article would be code.
      out.push(closes && indentOf(text) > fenceIndent + 3 ? ' '.repeat(fenceIndent) + marker : text);
      continue;
    }
    if (marker) {
      fence = marker;
      fenceIndent = indentOf(text);
    }
    const tag = marker ? undefined : containerTag(text);
    if (!tag) out.push(text);
    else if (tag.kind === 'text') own(tag.text);
    else if (tag.kind === 'open') {
      own(openTag(tag.word, tag.title));
      const closing = `</${elementOf(tag.word)}>`;
      const { word, syntax } = tag;
      if (syntax === 'mkdocs') open.push({ word: '', closing, indent: indentOf(line) + 4 });
      else open.push({ word: syntax === 'colons' ? '' : word, closing });
    } else
      own(open.at(-1)?.word === tag.word && open.at(-1)?.indent === undefined ? open.pop()!.closing : '');
  }
  while (open.length > 0) own(open.pop()!.closing);
  return out.join('\n');
}

/** Of template languages; other marks (an embedded film, a figure) have no end. */
function isContainer(word: string): boolean {
  return (
    /^(?:tab|tabitem|step|expand|details?|accordion|accordion-item|collapse|panel|card|spoiler)$/.test(
      word,
    ) || asides.test(word)
  );
}

/** A container that begins on the line that closes a code block begins a line of its own. */
function linesOf(markdown: string): string[] {
  return markdown.replace(/^([ \t]{0,20}```)(?=:::|!!!)/gm, '$1\n').split('\n');
}

type Tag =
  | {
      readonly kind: 'open';
      readonly syntax: 'colons' | 'mkdocs' | 'liquid';
      readonly word: string;
      readonly title: string;
    }
  /** A mark that is no container, and what it says. */
  | { readonly kind: 'text'; readonly text: string }
  /** The end of the container `word`, or of none. */
  | { readonly kind: 'close'; readonly word: string };

function containerTag(line: string): Tag | undefined {
  const trimmed = line.trim();
  if (trimmed.length > 500) return undefined;
  // Docusaurus and VuePress: `:::note Title`, `:::note[Title]`, closed by `:::`.
  if (/^:{3,}$/.test(trimmed)) return { kind: 'close', word: '' };
  const colons = /^:{3,}[ \t]*([\w-]+)[ \t]*(.*)$/.exec(trimmed);
  if (colons) return { kind: 'open', syntax: 'colons', word: colons[1]!, title: bareTitle(colons[2]!) };
  // MkDocs: `!!! note "Title"`, `??? note`, `=== "Tab"`, content indented by four.
  const mkdocs = /^(?:!!!|\?\?\?\+?)[ \t]*([\w-]+)(?:[ \t]+[\w-]+)*[ \t]*(?:"(.*)")?$/.exec(trimmed);
  if (mkdocs) return { kind: 'open', syntax: 'mkdocs', word: mkdocs[1]!, title: mkdocs[2] ?? '' };
  const tab = /^===[!+]?[ \t]*"(.+)"$/.exec(trimmed);
  if (tab) return { kind: 'open', syntax: 'mkdocs', word: 'tab', title: tab[1]! };
  // GitBook, Jekyll and Hugo: `{% tab title="Android" %}`, closed by `{% endtab %}`. Those without a title are marks and no container.
  const mark = templateMark(trimmed);
  if (!mark) return undefined;
  const { word, closes, title, text } = mark;
  if (closes) return { kind: 'close', word };
  if (title && isContainer(word)) return { kind: 'open', syntax: 'liquid', word, title };
  return { kind: 'text', text: text ?? title ?? '' };
}

function bareTitle(rest: string): string {
  return rest
    .replace(/\{[^{}]*\}\s*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .trim();
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** `| cell | cell |`, by its ends alone: a line may be long. */
function isTableLine(line: string): boolean {
  const cells = line.trim();
  return cells.length > 2 && cells.startsWith('|') && cells.endsWith('|') && /^ {0,3}\S/.test(line);
}

/** `|---|:--|` */
const isDelimiter = (line: string) => line.includes('-') && /^[|:\s-]+$/.test(line);

/** Kramdown and others take lines between bars for a table without a line of dashes; Markdown wants one, under a head. */
export function withTableMarks(markdown: string): string {
  const lines = markdown.split('\n');
  const isCode = codeLines(markdown);
  const isTable = lines.map((line, at) => !isCode[at] && isTableLine(line));
  const marked = lines.flatMap((line, at) => {
    const begins = isTable[at] && !isTable[at - 1] && isTable[at + 1] && !isDelimiter(lines[at + 1]!);
    if (!begins) return [line];
    const columns = line
      .trim()
      .slice(1, -1)
      .split(/(?<!\\)\|/).length;
    const row = (cell: string) => `|${`${cell}|`.repeat(columns)}`;
    return ['', row(' '), row('---'), line];
  });
  return marked.join('\n');
}

/** MDX without its `import` and `export` statements, which end at a blank line (MDX's own rule). */
export function withoutStatements(mdx: string): string {
  let inStatement = false;
  return mapOutsideCode(mdx, (line) => {
    if (/^(?:import|export)\s/.test(line)) inStatement = true;
    if (line.trim() === '') inStatement = false;
    return inStatement ? '' : line;
  });
}

/** For MDX that its parser refuses: `{expressions}` are code and no text, but for those in code spans. */
export function withoutExpressions(mdx: string): string {
  return mapOutsideCode(mdx, (line) => line.replace(/(`[^`\n]{0,500}`)|\{[^{}\n]{0,500}\}/g, '$1'));
}

function mapOutsideCode(markdown: string, map: (line: string) => string): string {
  const isCode = codeLines(markdown);
  return markdown
    .split('\n')
    .map((line, at) => (isCode[at] ? line : map(line)))
    .join('\n');
}

/** For each line whether it is code or one of its fences. */
function codeLines(markdown: string): boolean[] {
  let fence: string | undefined;
  return markdown.split('\n').map((line) => {
    const marker = fenceLine.exec(line)?.[1];
    const inside = fence !== undefined;
    if (!inside && marker) fence = marker;
    else if (inside && marker?.startsWith(fence!) && line.trim() === marker) fence = undefined;
    return inside || marker !== undefined;
  });
}
