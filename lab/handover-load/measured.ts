// What is measured while agents and customers work: times by kind, refusals and failures by what they were.
import { quantile } from '../bench/statistics.ts';

export const measuredKinds = [
  'reply accepted',
  'reply seen by the customer',
  'take-over confirmed',
  'list shown',
  'conversation shown',
  'message of a customer accepted',
  'first word of the assistant',
] as const;
export type MeasuredKind = (typeof measuredKinds)[number];

export interface Measured {
  time(kind: MeasuredKind, ms: number): void;
  /** Some request of an agent. */
  answered(): void;
  /** How many those are. */
  readonly answers: number;
  /** `what` such as `POST /inbox/:id/take 409`. */
  failed(what: string): void;
  /** Forgets what was measured so far: the warm-up is over. */
  reset(): void;
  /** Markdown. */
  table(): string;
  /** How often each happened. */
  failures(): ReadonlyMap<string, number>;
}

export function createMeasured(): Measured {
  const times = new Map<MeasuredKind, number[]>();
  const failures = new Map<string, number>();
  let answers = 0;
  return {
    time(kind, ms) {
      const known = times.get(kind) ?? [];
      times.set(kind, known);
      known.push(ms);
    },
    answered() {
      answers += 1;
    },
    get answers() {
      return answers;
    },
    failed: (what) => void failures.set(what, (failures.get(what) ?? 0) + 1),
    reset() {
      times.clear();
      failures.clear();
      answers = 0;
    },
    table() {
      const rows = measuredKinds.map((kind) => {
        const taken = times.get(kind) ?? [];
        const at = (share: number) => (taken.length === 0 ? '' : `${quantile(taken, share).toFixed(0)} ms`);
        return `| ${kind} | ${taken.length} | ${at(0.5)} | ${at(0.95)} | ${at(1)} |`;
      });
      return ['| | times | p50 | p95 | longest |', '|---|---|---|---|---|', ...rows].join('\n');
    },
    failures: () => failures,
  };
}
