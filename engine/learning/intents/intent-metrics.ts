// How good a classifier of many classes is.

export interface LabelPair {
  readonly expected: string;
  readonly guessed: string;
}

/** Of one class; shares are 0 where there is nothing to take a share of. */
export interface ClassFigures {
  readonly label: string;
  /** Texts that belong to it. */
  readonly texts: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** 0 without pairs. */
export function accuracy(pairs: readonly LabelPair[]): number {
  return pairs.length === 0
    ? 0
    : pairs.filter(({ expected, guessed }) => expected === guessed).length / pairs.length;
}

/** Every class that is expected or guessed somewhere, by name. */
export function classFigures(pairs: readonly LabelPair[]): ClassFigures[] {
  const counts = new Map<string, { right: number; expected: number; guessed: number }>();
  const of = (label: string) => {
    const known = counts.get(label) ?? { right: 0, expected: 0, guessed: 0 };
    counts.set(label, known);
    return known;
  };
  for (const { expected, guessed } of pairs) {
    of(expected).expected++;
    of(guessed).guessed++;
    if (expected === guessed) of(expected).right++;
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, { right, expected, guessed }]) => ({
      label,
      texts: expected,
      precision: right / Math.max(1, guessed),
      recall: right / Math.max(1, expected),
      f1: (2 * right) / (expected + guessed),
    }));
}

/** Mean of the F1 of every class that is expected somewhere; each counts the same, however rare. 0 without pairs. */
export function macroF1(pairs: readonly LabelPair[]): number {
  const classes = classFigures(pairs).filter(({ texts }) => texts > 0);
  return classes.length === 0 ? 0 : classes.reduce((sum, { f1 }) => sum + f1, 0) / classes.length;
}

/** `counts[expected][guessed]`, rows and columns in the order of `labels`. */
export function confusionCounts(pairs: readonly LabelPair[], labels: readonly string[]): number[][] {
  const position = new Map(labels.map((label, index) => [label, index]));
  const counts = labels.map(() => new Array<number>(labels.length).fill(0));
  for (const { expected, guessed } of pairs) {
    const row = counts[position.get(expected) ?? -1];
    const column = position.get(guessed);
    if (row && column !== undefined) row[column]!++;
  }
  return counts;
}
