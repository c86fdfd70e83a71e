// Whether a function takes time in proportion to its text. Compares its CPU time at n and 8n characters, so neither a slow nor a busy
// machine changes the outcome.

interface LinearTimeOptions {
  /** Characters of the longer text. */
  readonly length?: number;
  /** Stands behind the repeated piece: what makes a regular expression give up and try again. */
  readonly tail?: string;
}

const step = 8;
/** Linear work takes 8 times as long for 8 times the text, quadratic work 64 times: as far as can be from both. */
const mostGrowth = 22;
/** Below this the clock and the garbage collector are most of what is measured. */
const leastMs = 25;
/** The clock of some machines moves in steps of this size. */
const clockMs = 4;
const attempts = 3;

/** Throws with the piece and the growth unless `work` is linear in each piece, repeated. */
export function expectLinearTime(
  work: (text: string) => unknown,
  pieces: readonly string[],
  { length = 40_000, tail = '' }: LinearTimeOptions = {},
): void {
  for (const piece of pieces) {
    const cpuMs = (characters: number) => cpuTimeOf(work, piece.repeat(characters / piece.length) + tail);
    // A pause of the machine makes a measurement longer, never shorter: the shortest of several is the true one.
    const short = Math.min(...Array.from({ length: attempts }, () => cpuMs(length / step)));
    let long = cpuMs(length);
    for (let attempt = 1; attempt < attempts && isTooMuch(short, long); attempt++)
      long = Math.min(long, cpuMs(length));
    if (isTooMuch(short, long))
      throw new Error(
        `${JSON.stringify(piece)} repeated to ${length} characters takes ${(long / short).toFixed(1)} times as long as to an eighth of that.`,
      );
  }
}

function isTooMuch(shortMs: number, longMs: number): boolean {
  return longMs > leastMs && longMs > mostGrowth * Math.max(shortMs, clockMs);
}

/** Of this thread alone: other threads and other processes do not count. */
function cpuTimeOf(work: (text: string) => unknown, text: string): number {
  const before = process.threadCpuUsage();
  work(text);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
