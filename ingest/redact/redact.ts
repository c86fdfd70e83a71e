// Personal data and secrets out, typed placeholders in, before anything is stored or embedded. recognizers.ts says what is recognised. This
// file sets their precedence, applies the profile and counts. `createRedactor` takes the list of recognizers, so more can be added.
import type { DocumentKind, TextRange } from '#core/document.ts';

export type PersonalDataKind =
  | 'secret'
  | 'card'
  | 'iban'
  | 'ssn'
  | 'email'
  | 'phone'
  | 'ip'
  | 'number'
  | 'name'
  | 'address'
  | 'date'
  | 'id'
  | 'vehicle'
  | 'device'
  | 'url';

export interface Finding extends TextRange {
  readonly kind: PersonalDataKind;
}

export interface Recognizer {
  readonly kind: PersonalDataKind;
  /** It reads only such documents; absent: all. */
  readonly documentKind?: DocumentKind;
  /** In order and without overlaps. Linear in the text's length, whatever the text. */
  find(text: string): Iterable<Finding>;
}

/** Decides for one finding whether it stays as it is. */
export type KeepRule = (finding: Finding, text: string, documentKind: DocumentKind) => boolean;

export type RedactionCounts = Partial<Record<PersonalDataKind, number>>;

export interface Redactor {
  /** Nothing in the ranges of `untouched` is looked at. */
  redact(
    text: string,
    documentKind: DocumentKind,
    untouched?: readonly TextRange[],
  ): { readonly text: string; readonly counts: RedactionCounts };
  /** What is to be replaced, in order and without overlaps. */
  findings(text: string, documentKind: DocumentKind): readonly Finding[];
}

export interface RedactorOptions {
  /** In order of precedence: a later recognizer does not see what an earlier one found. */
  readonly recognizers: readonly Recognizer[];
  readonly keep?: KeepRule;
}

export function createRedactor({ recognizers, keep = () => false }: RedactorOptions): Redactor {
  function findings(
    text: string,
    documentKind: DocumentKind,
    untouched: readonly TextRange[] = [],
  ): Finding[] {
    const readers = recognizers.filter((reader) => (reader.documentKind ?? documentKind) === documentKind);
    return findAll(readers, masked(text, withoutOverlaps(untouched))).filter(
      (finding) => !keep(finding, text, documentKind),
    );
  }

  return {
    findings,
    redact(text, documentKind, untouched = []) {
      return replaceFindings(text, findings(text, documentKind, untouched));
    },
  };
}

/** `[KIND]` for each value, or what `placeholder` says. */
export function replaceFindings(
  text: string,
  findings: readonly Finding[],
  placeholder: (kind: PersonalDataKind, value: string) => string = (kind) => `[${kind.toUpperCase()}]`,
): { readonly text: string; readonly counts: RedactionCounts } {
  const counts: RedactionCounts = {};
  let result = '';
  let position = 0;
  for (const { kind, start, end } of findings) {
    result += text.slice(position, start) + placeholder(kind, text.slice(start, end));
    position = end;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return { text: result + text.slice(position), counts };
}

/**
 * Findings in text order. Each recognizer reads the text without what earlier ones found, so none overlap; a finding that is kept claims
 * its place too: the digits of a phone number that stays are no long number.
 */
function findAll(recognizers: readonly Recognizer[], text: string): Finding[] {
  const all: Finding[] = [];
  let rest = text;
  for (const recognizer of recognizers) {
    const recognized = [...recognizer.find(rest)];
    all.push(...recognized);
    rest = masked(rest, recognized);
  }
  return all.sort((left, right) => left.start - right.start);
}

/** With a character that belongs to no word, number or address in each place. */
function masked(text: string, findings: readonly TextRange[]): string {
  if (findings.length === 0) return text;
  let result = '';
  let position = 0;
  for (const { start, end } of findings) {
    result += text.slice(position, start) + '\uFFFC'.repeat(end - start);
    position = end;
  }
  return result + text.slice(position);
}

function withoutOverlaps(ranges: readonly TextRange[]): TextRange[] {
  const joined: TextRange[] = [];
  for (const range of ranges.toSorted((left, right) => left.start - right.start)) {
    const last = joined.at(-1);
    if (!last || range.start >= last.end) joined.push(range);
    else if (range.end > last.end) joined[joined.length - 1] = { start: last.start, end: range.end };
  }
  return joined;
}

export function addCounts(into: RedactionCounts, counts: RedactionCounts): void {
  for (const [kind, count] of Object.entries(counts) as [PersonalDataKind, number][])
    into[kind] = (into[kind] ?? 0) + count;
}
