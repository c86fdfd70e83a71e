// What parsing a document comes to: its text, and the blocks that the text is made of.
import type { TextBlock } from '#core/text-blocks.ts';
import { cleanText } from './clean.ts';

export type MarkupFormat = 'markdown' | 'mdx' | 'html' | 'text';

export interface ParsedBlock extends TextBlock {
  /** Outermost first; of a heading itself: those above it. */
  readonly headingPath: readonly string[];
  /** Of the heading of a tab: what holds on Windows is not joined with what holds on a Mac. */
  readonly standsAlone?: true;
}

export interface ParsedText {
  readonly text: string;
  /** In order, without overlaps; all that is visible stands in one of them. */
  readonly blocks: readonly ParsedBlock[];
  /** Invisible characters that character references and escapes had hidden from the reader of the raw text. */
  readonly invisibleRemoved: number;
  /** A whole web page, which a site puts its frame around. */
  readonly isPage?: true;
  /** Why the document was not read as what it is; nothing of its text. */
  readonly note?: string;
}

interface Draft {
  readonly kind: TextBlock['kind'];
  level: number;
  /** Put in front of every line; the first line of an item has its marker instead. */
  indent: string;
  readonly marker: string;
  /** Of a step. */
  readonly number?: number;
  readonly headingPath: readonly string[];
  readonly standsAlone?: boolean;
  readonly page?: number;
  text: string;
  /** Of code. */
  readonly language?: string;
}

export interface ListPlace {
  /** 0 outside of lists. */
  readonly depth: number;
  /** Of what continues an item. */
  readonly indent: string;
}

export interface BlockWriter {
  /** Whitespace counts as one space. A paragraph is begun if nothing is open. */
  inline(value: string, place: ListPlace): void;
  lineBreak(): void;
  /** Runs `write` and puts markup around what it wrote, if that is all inline and on one line. */
  marked(mark: (text: string) => string, write: () => void): void;
  /** What comes next is another block; an item that has no text yet stays open. */
  endBlock(): void;
  item(marker: string, place: ListPlace & { readonly number?: number }): void;
  /** Without a level: inside the heading above, beside others without one. */
  heading(level: number | undefined, text: string, options?: { readonly standsAlone?: boolean }): void;
  /** `language`: as it stands behind a fence. */
  code(text: string, place: ListPlace & { readonly language?: string | undefined }): void;
  row(text: string, place: ListPlace): void;
  /** Runs `write`; headings written in it do not stand above what comes after. */
  scope(write: () => void): void;
  /** What comes next stands on this page. */
  page(number: number): void;
  finish(): Omit<ParsedText, 'note' | 'isPage'>;
}

/** What stands between two parts of a numbered list (an image, a note) and is taken for a part of it: at most so many blocks. */
const mostBetweenSteps = 3;

export function createBlockWriter(): BlockWriter {
  const drafts: Draft[] = [];
  let open: Draft | undefined;
  let headings: { readonly level: number; readonly text: string; readonly isInner: boolean }[] = [];
  let scopeLevel = 1;
  let page: { readonly page?: number } = {};
  const path = () => headings.map(({ text }) => text);
  const endBlock = () => {
    if (open?.text.trim() || !open?.marker) open = undefined;
  };
  const begin = (draft: Omit<Draft, 'headingPath' | 'page'>) => {
    open = { ...draft, ...page, headingPath: path() };
    drafts.push(open);
  };
  const whole = (draft: Omit<Draft, 'headingPath' | 'page'>) => {
    drafts.push({ ...draft, ...page, headingPath: path() });
    open = undefined;
  };
  return {
    inline(value, { depth, indent }) {
      const flat = value.replace(/\s+/g, ' ');
      if (!open && flat.trim() === '') return;
      if (!open) begin({ kind: 'paragraph', level: depth, indent, marker: '', text: '' });
      open!.text += flat;
    },
    lineBreak() {
      if (open) open.text += '\n';
    },
    marked(mark, write) {
      const count = drafts.length;
      const before = open;
      const at = before?.text.length ?? 0;
      write();
      const isInline =
        open && (before ? open === before && drafts.length === count : drafts.length === count + 1);
      if (!isInline) return;
      const inner = open!.text.slice(at);
      const text = inner.trim();
      if (text === '' || text.includes('\n')) return;
      const start = inner.indexOf(text);
      open!.text =
        open!.text.slice(0, at) + inner.slice(0, start) + mark(text) + inner.slice(start + text.length);
    },
    endBlock,
    item(marker, { depth, indent, number }) {
      open = undefined;
      const numbered = number === undefined ? {} : { number };
      begin({
        kind: number === undefined ? 'item' : 'step',
        level: depth,
        indent,
        marker,
        text: '',
        ...numbered,
      });
    },
    heading(level, text, { standsAlone = false } = {}) {
      const isInner = level === undefined;
      const at =
        level ??
        Math.min(6, Math.max(scopeLevel, headings.findLast((heading) => !heading.isInner)?.level ?? 1) + 1);
      headings = headings.filter((heading) => heading.level < at);
      whole({ kind: 'heading', level: at, indent: '', marker: `${'#'.repeat(at)} `, text, standsAlone });
      headings.push({ level: at, isInner, text: tidy(cleanText(text).text) });
    },
    code: (text, { depth, language }) =>
      whole({ kind: 'code', level: depth, indent: '', marker: '', text, ...(language ? { language } : {}) }),
    row: (text, { depth, indent }) => whole({ kind: 'row', level: depth, indent, marker: '- ', text }),
    scope(write) {
      const outer = { headings, scopeLevel };
      scopeLevel = headings.at(-1)?.level ?? 1;
      write();
      ({ headings, scopeLevel } = outer);
    },
    page(number) {
      page = { page: number };
    },
    finish: () => assemble(drafts),
  };
}

function assemble(drafts: readonly Draft[]): Omit<ParsedText, 'note' | 'isPage'> {
  continueLists(drafts);
  const blocks: ParsedBlock[] = [];
  let text = '';
  let invisibleRemoved = 0;
  let before: Draft | undefined;
  for (const draft of drafts) {
    const cleaned = cleanText(draft.text);
    invisibleRemoved += cleaned.invisibleRemoved;
    const lines =
      draft.kind === 'code' ? codeLines(cleaned.text, draft.language) : tidy(cleaned.text).split('\n');
    if (lines.every((line) => line === '')) continue;
    const written = (draft.marker + lines.join('\n')).replaceAll('\n', `\n${draft.indent}`);
    // A marker hangs in front of what continues its item.
    const lead = draft.marker ? draft.indent.slice(draft.marker.length) : draft.indent;
    const together = before && isListed(before) && isListed(draft);
    text += (text === '' ? '' : together ? '\n' : '\n\n') + lead;
    const { kind, level, headingPath, standsAlone, page } = draft;
    blocks.push({
      kind,
      level,
      start: text.length,
      end: text.length + written.length,
      headingPath,
      ...(standsAlone ? { standsAlone } : {}),
      ...(page === undefined ? {} : { page }),
    });
    text += written;
    before = draft;
  }
  return { text, blocks, invisibleRemoved };
}

function isListed({ kind, level }: Draft): boolean {
  return kind !== 'heading' && level > 0;
}

/** One space between words; lines end where the author broke them. */
function tidy(text: string): string {
  return text
    .replace(/[^\S\n]+/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}

function codeLines(code: string, language = ''): string[] {
  const lines = code
    .replaceAll('```', "'''")
    .split('\n')
    .map((line) => line.trimEnd());
  while (lines[0] === '') lines.shift();
  while (lines.at(-1) === '') lines.pop();
  return lines.length === 0 ? [] : [`\`\`\`${language}`, ...lines, '```'];
}

/** A numbered list that counts on from the one before is the same list, and what stands between belongs to its last step. */
function continueLists(drafts: readonly Draft[]): void {
  let last: { readonly index: number; readonly number: number } | undefined;
  for (const [index, draft] of drafts.entries()) {
    if (draft.kind === 'heading') last = undefined;
    if (draft.level !== 1 || draft.kind !== 'step' || draft.number === undefined) continue;
    const between = last && drafts.slice(last.index + 1, index);
    if (last && draft.number === last.number + 1 && between) {
      const outside = between.filter(({ level }) => level === 0);
      if (outside.length <= mostBetweenSteps) {
        for (const block of outside) Object.assign(block, { level: 1, indent: drafts[last.index]!.indent });
      }
    }
    last = { index, number: draft.number };
  }
}
