// Limited-memory BFGS with a backtracking line search (Nocedal and Wright, Numerical Optimization, 2006, algorithms 3.1, 7.4 and 7.5).

export interface Minimum {
  readonly at: Float64Array;
  readonly value: number;
  readonly iterations: number;
}

export interface MinimizeOptions {
  readonly maxIterations?: number;
  /** Done when an iteration lowers the value by less than this share of it. */
  readonly tolerance?: number;
  readonly signal?: AbortSignal | undefined;
}

type Objective = (at: Float64Array) => Promise<{ readonly value: number; readonly gradient: Float64Array }>;

const memory = 10;
/** How much of the decrease that the slope promises must come true (Armijo). */
const sufficient = 1e-4;

/** Of a smooth convex function. Throws only the signal's reason, or what `objective` throws. */
export async function minimize(
  objective: Objective,
  start: Float64Array,
  { maxIterations = 200, tolerance = 1e-5, signal }: MinimizeOptions = {},
): Promise<Minimum> {
  let at = start;
  let { value, gradient } = await objective(at);
  const steps: Float64Array[] = [];
  const changes: Float64Array[] = [];
  let iterations = 0;
  let calm = 0;
  while (iterations < maxIterations) {
    signal?.throwIfAborted();
    const direction = descent(gradient, steps, changes);
    const slope = dot(direction, gradient);
    if (!(slope < 0)) break;
    let length = steps.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    let next = moved(at, direction, length);
    let found = await objective(next);
    for (let tries = 0; !(found.value <= value + sufficient * length * slope); tries++) {
      // Nearer than 32-bit floats can tell apart: this is the minimum.
      if (tries === 20) return { at, value, iterations };
      length /= 2;
      next = moved(at, direction, length);
      found = await objective(next);
    }
    iterations++;
    const step = moved(next, at, -1);
    const change = moved(found.gradient, gradient, -1);
    if (dot(step, change) > 1e-10) {
      steps.push(step);
      changes.push(change);
      if (steps.length > memory) {
        steps.shift();
        changes.shift();
      }
    }
    const gain = value - found.value;
    at = next;
    value = found.value;
    gradient = found.gradient;
    // A single short step proves nothing yet.
    calm = gain <= tolerance * Math.abs(value) ? calm + 1 : 0;
    if (calm === 2) break;
  }
  return { at, value, iterations };
}

/** The two-loop recursion: minus the inverse Hessian, as far as the last steps show it, times the gradient. */
function descent(
  gradient: Float64Array,
  steps: readonly Float64Array[],
  changes: readonly Float64Array[],
): Float64Array {
  const direction = gradient.map((value) => -value);
  const shares = new Array<number>(steps.length);
  for (let index = steps.length - 1; index >= 0; index--) {
    shares[index] = dot(steps[index]!, direction) / dot(steps[index]!, changes[index]!);
    add(direction, changes[index]!, -shares[index]!);
  }
  const [step, change] = [steps.at(-1), changes.at(-1)];
  if (step && change) {
    const scale = dot(step, change) / dot(change, change);
    for (let index = 0; index < direction.length; index++) direction[index]! *= scale;
  }
  for (let index = 0; index < steps.length; index++) {
    const share = dot(changes[index]!, direction) / dot(steps[index]!, changes[index]!);
    add(direction, steps[index]!, shares[index]! - share);
  }
  return direction;
}

function moved(from: Float64Array, direction: Float64Array, length: number): Float64Array {
  const to = Float64Array.from(from);
  add(to, direction, length);
  return to;
}

function add(to: Float64Array, direction: Float64Array, length: number): void {
  for (let index = 0; index < to.length; index++) to[index]! += length * direction[index]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}
