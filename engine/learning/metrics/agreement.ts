// How far two readers agree beyond what chance would give.

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
