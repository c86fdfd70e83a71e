// How much personal data is found in labelled lines. A value counts as found when none of its letters and digits is left, whatever the
// finding is called; a finding is right when it covers part of a value.

export interface LabelledLine {
  readonly id: string;
  readonly language: string;
  readonly text: string;
  /** Start, end, class. */
  readonly spans: readonly (readonly [number, number, string])[];
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Tally {
  values: number;
  found: number;
}

export interface RedactionScore {
  readonly values: number;
  readonly found: number;
  readonly findings: number;
  readonly right: number;
  /** Lines without any value in which something was found. */
  readonly cleanLines: number;
  readonly cleanLinesTouched: number;
  readonly byClass: ReadonlyMap<string, Tally>;
  readonly byLanguage: ReadonlyMap<string, Tally>;
  readonly missed: readonly string[];
  readonly wrong: readonly string[];
}

export function scoreRedaction(
  lines: readonly LabelledLine[],
  findings: readonly (readonly Span[])[],
): RedactionScore {
  const byClass = new Map<string, Tally>();
  const byLanguage = new Map<string, Tally>();
  const missed: string[] = [];
  const wrong: string[] = [];
  const count = (tallies: Map<string, Tally>, key: string, isFound: boolean) => {
    const tally = tallies.get(key) ?? { values: 0, found: 0 };
    tally.values += 1;
    if (isFound) tally.found += 1;
    tallies.set(key, tally);
  };
  let given = 0;
  let cleanLinesTouched = 0;
  for (const [index, { id, language, text, spans }] of lines.entries()) {
    const found = findings[index] ?? [];
    given += found.length;
    for (const [start, end, kind] of spans) {
      const isFound = covers(text, found, { start, end });
      count(byClass, kind, isFound);
      count(byLanguage, language, isFound);
      if (!isFound) missed.push(`${id} ${kind}: ${text.slice(start, end)}`);
    }
    for (const { start, end } of found) {
      if (!spans.some(([from, to]) => start < to && from < end))
        wrong.push(`${id}: ${text.slice(start, end)} (${text})`);
    }
    if (spans.length === 0 && found.length > 0) cleanLinesTouched += 1;
  }
  const values = lines.reduce((sum, { spans }) => sum + spans.length, 0);
  return {
    values,
    found: values - missed.length,
    findings: given,
    right: given - wrong.length,
    cleanLines: lines.filter(({ spans }) => spans.length === 0).length,
    cleanLinesTouched,
    byClass,
    byLanguage,
    missed,
    wrong,
  };
}

/** Recall counts twice as much as precision: what is missed is published, what is taken for a name is a word less. */
export function f2({ values, found, findings, right }: RedactionScore): number {
  const recall = values === 0 ? 1 : found / values;
  const precision = findings === 0 ? 1 : right / findings;
  return recall + precision === 0 ? 0 : (5 * recall * precision) / (4 * precision + recall);
}

function covers(text: string, findings: readonly Span[], { start, end }: Span): boolean {
  for (let at = start; at < end; at += 1) {
    if (
      /[\p{L}\p{N}]/u.test(text[at]!) &&
      !findings.some((finding) => finding.start <= at && at < finding.end)
    )
      return false;
  }
  return true;
}
