// How good a classifier of many classes is.

export interface LabelPair {
  readonly expected: string;
  readonly guessed: string;
}

/** 0 without pairs. */
export function accuracy(pairs: readonly LabelPair[]): number {
  return pairs.length === 0
    ? 0
    : pairs.filter(({ expected, guessed }) => expected === guessed).length / pairs.length;
}

/** Mean of the F1 of every class that is expected somewhere; each counts the same, however rare. 0 without pairs. */
export function macroF1(pairs: readonly LabelPair[]): number {
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
  const classes = [...counts.values()].filter(({ expected }) => expected > 0);
  if (classes.length === 0) return 0;
  const f1 = classes.map(({ right, expected, guessed }) => (2 * right) / (expected + guessed));
  return f1.reduce((sum, value) => sum + value, 0) / classes.length;
}
