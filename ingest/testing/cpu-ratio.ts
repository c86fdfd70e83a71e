// How much more work a function of a text does for twice the text: 2 where it is linear, 4 where it is quadratic.

/** Units of work below which the clock says nothing. */
const leastMicroseconds = 30_000;
const longestText = 80_000;

/** The text is made longer until the work can be measured; 1 where it never comes to that. */
export function cpuRatio(work: (text: string) => unknown, unit: string): number {
  for (let warmUp = 0; warmUp < 5; warmUp += 1) work(unit.repeat(200));
  for (let length = 5_000; length <= longestText; length *= 2) {
    const once = cpuOf(work, unit.repeat(Math.ceil(length / unit.length)));
    if (once < leastMicroseconds) continue;
    return cpuOf(work, unit.repeat(Math.ceil((2 * length) / unit.length))) / once;
  }
  return 1;
}

/** The better of two, because the first may have been stopped by garbage of another. */
function cpuOf(work: (text: string) => unknown, text: string): number {
  const used = () => {
    const start = process.cpuUsage();
    work(text);
    const { user, system } = process.cpuUsage(start);
    return user + system;
  };
  return Math.min(used(), used());
}
