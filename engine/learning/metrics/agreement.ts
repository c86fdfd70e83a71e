// How far readers agree beyond what chance would give.

/** Cohen's kappa (1960): 1 is full agreement, 0 what chance gives. 1 where both always say the same one thing; 0 without pairs. */
export function cohensKappa(pairs: readonly (readonly [string, string])[]): number {
  const n = pairs.length;
  if (n === 0) return 0;
  const agreed = pairs.filter(([first, second]) => first === second).length / n;
  const share = (reader: 0 | 1, verdict: string) =>
    pairs.filter((pair) => pair[reader] === verdict).length / n;
  const verdicts = new Set(pairs.flat());
  let byChance = 0;
  for (const verdict of verdicts) byChance += share(0, verdict) * share(1, verdict);
  return byChance === 1 ? 1 : (agreed - byChance) / (1 - byChance);
}

/**
 * Krippendorff's alpha for nominal data (2011), any number of readers, any of whom may have left a unit out. `units`: what each reader who
 * judged the unit said. 1 is full agreement, 0 what chance gives. Undefined where no unit has two judgements, or all say the same one
 * thing, so that chance cannot be told.
 */
export function krippendorffsAlpha(units: readonly (readonly string[])[]): number | undefined {
  const paired = units.filter((values) => values.length > 1);
  const totals = new Map<string, number>();
  let observed = 0;
  for (const values of paired) {
    const counts = new Map<string, number>();
    for (const value of values) {
      counts.set(value, (counts.get(value) ?? 0) + 1);
      totals.set(value, (totals.get(value) ?? 0) + 1);
    }
    let differing = values.length * values.length;
    for (const count of counts.values()) differing -= count * count;
    observed += differing / (values.length - 1);
  }
  const n = [...totals.values()].reduce((sum, count) => sum + count, 0);
  let expected = n * n;
  for (const count of totals.values()) expected -= count * count;
  return expected === 0 ? undefined : 1 - ((n - 1) * observed) / expected;
}
