// Whether two shares differ beyond chance, and what is left of it when many are compared at once.

const logFactorials: number[] = [0];

function logFactorial(n: number): number {
  for (let next = logFactorials.length; next <= n; next++)
    logFactorials.push(logFactorials[next - 1]! + Math.log(next));
  return logFactorials[n]!;
}

/** Expected counts below this make the normal approximation too rough (Cochran, 1954). */
const leastExpected = 5;

/**
 * Two-sided p of the hypothesis that both shares are the same: the pooled z test, and Fisher's exact test where a count that chance leads to
 * expect is below 5. 1 where one side is empty.
 */
export function twoProportionP(
  [successes, total]: readonly [number, number],
  [otherSuccesses, otherTotal]: readonly [number, number],
): number {
  if (total === 0 || otherTotal === 0) return 1;
  const all = total + otherTotal;
  const share = (successes + otherSuccesses) / all;
  if (share === 0 || share === 1) return 1;
  if (Math.min(total, otherTotal) * Math.min(share, 1 - share) < leastExpected)
    return fisherP(successes, total, successes + otherSuccesses, all);
  const z =
    (successes / total - otherSuccesses / otherTotal) /
    Math.sqrt(share * (1 - share) * (1 / total + 1 / otherTotal));
  return twoSidedNormal(Math.abs(z));
}

/** Sum of the chances of all tables that are no likelier than this one (Fisher, 1935). */
function fisherP(successes: number, total: number, allSuccesses: number, all: number): number {
  const logChoose = (n: number, k: number) => logFactorial(n) - logFactorial(k) - logFactorial(n - k);
  const chance = (k: number) =>
    Math.exp(logChoose(allSuccesses, k) + logChoose(all - allSuccesses, total - k) - logChoose(all, total));
  const observed = chance(successes);
  let sum = 0;
  for (let k = Math.max(0, total - (all - allSuccesses)); k <= Math.min(total, allSuccesses); k++) {
    const one = chance(k);
    if (one <= observed * (1 + 1e-9)) sum += one;
  }
  return Math.min(1, sum);
}

/** 2 · (1 - Φ(z)), by the complementary error function of Numerical Recipes (relative error below 1.2e-7). */
function twoSidedNormal(z: number): number {
  const x = z / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const series = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
    -0.82215223, 0.17087277,
  ];
  const sum = series.reduceRight((total, coefficient) => total * t + coefficient, 0);
  return Math.min(1, t * Math.exp(-x * x + sum));
}

/**
 * Adjusted p values in the order given (Holm, 1979): calling those below .05 significant is wrong even once with a chance below 5 %,
 * however many there are.
 */
export function holmAdjusted(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  const adjusted = new Array<number>(values.length);
  let most = 0;
  for (const [rank, at] of order.entries()) {
    most = Math.max(most, Math.min(1, values[at]! * (values.length - rank)));
    adjusted[at] = most;
  }
  return adjusted;
}
