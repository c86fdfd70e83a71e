// How often each question counts, so that a help centre with many questions does not decide alone, and so that as many of them are
// unanswerable as a team expects, however many somebody has written down.
import type { Evidence } from './policy-fit.ts';

/** Strata that are about something else than the help centre: easy to tell, and rarer than near misses. */
const farStrata = new Set(['neighbouring', 'foreign']);
const farShare = 1 / 3;

/**
 * Every group adds up to 1, `unanswerableShare` of it unanswerable, and a third of that from far strata where there are both kinds.
 * Without `unanswerableShare`, questions of a group count alike.
 */
export function weighEvidence(
  rows: readonly Evidence[],
  { unanswerableShare }: { readonly unanswerableShare?: number | undefined } = {},
): Evidence[] {
  const groups = Map.groupBy(rows, ({ group }) => group);
  const weightOf = new Map<Evidence, number>();
  for (const own of groups.values()) {
    const shares =
      unanswerableShare === undefined ? [{ part: own, share: 1 }] : sharesOf(own, unanswerableShare);
    for (const { part, share } of shares) for (const row of part) weightOf.set(row, share / part.length);
  }
  return rows.map((row) => ({ ...row, weight: weightOf.get(row)! }));
}

function sharesOf(rows: readonly Evidence[], unanswerableShare: number) {
  const answerable = rows.filter((row) => row.answerable);
  const far = rows.filter((row) => !row.answerable && farStrata.has(row.stratum ?? ''));
  const near = rows.filter((row) => !row.answerable && !farStrata.has(row.stratum ?? ''));
  const parts = [
    { part: answerable, share: 1 - unanswerableShare },
    { part: near, share: unanswerableShare * (far.length > 0 ? 1 - farShare : 1) },
    { part: far, share: unanswerableShare * (near.length > 0 ? farShare : 1) },
  ].filter(({ part }) => part.length > 0);
  const total = parts.reduce((sum, { share }) => sum + share, 0);
  return parts.map(({ part, share }) => ({ part, share: share / total }));
}
