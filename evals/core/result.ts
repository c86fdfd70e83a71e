// What a suite gets and gives: figures with their uncertainty, and one result per case. Everything else (the runner, the report,
// compare, the baseline) works on these types and knows no suite.
import type { AnswerDependencies } from '#chat/answer.ts';
import type { Embedder } from '#core/embedder.ts';
import type { KnowledgeBase } from '#core/retriever.ts';
import type { FileTurn } from '#core/turns.ts';
import type { Metric } from '#learning/metrics/metric.ts';

/** `error`: a server or model that failed; counted apart, never as a wrong answer. `info`: nothing to be right or wrong about. */
export type Verdict = 'pass' | 'fail' | 'error' | 'info';

export interface CaseResult {
  /** Unique within its suite and stable from run to run: `compare` pairs cases by it. */
  readonly id: string;
  readonly verdict: Verdict;
  /** Group within the suite: `follow-up`, `prompt-injection`, … */
  readonly kind?: string;
  /** What the customer wrote, oldest first; the last one is the question. */
  readonly turns: readonly FileTurn[];
  readonly answer?: string;
  /** What the desk did: answer, clarify, small-talk, decline, handoff. */
  readonly decision?: string;
  /** Titles or ids of passages, best first, with a piece of their text. */
  readonly passages?: readonly CasePassage[];
  /** What else a reader may want to know: the query searched with, who judged. */
  readonly note?: string;
  /** Why it failed, or what was remarkable; one short sentence each. */
  readonly reasons?: readonly string[];
  /** Finite numbers by metric id; `compare` takes paired differences of them. */
  readonly scores?: Readonly<Record<string, number>>;
}

export interface CasePassage {
  readonly documentId: string;
  readonly title: string;
  readonly text: string;
  readonly gold?: boolean;
  readonly cited?: boolean;
}

/** Data of a chart that report.html draws; `id` says which drawing. */
export type Chart =
  | {
      readonly kind: 'lines';
      readonly id: string;
      readonly title: string;
      readonly x: string;
      readonly y: string;
      readonly series: readonly {
        readonly name: string;
        readonly points: readonly (readonly [number, number])[];
      }[];
      /** Draws y = x for comparison. */
      readonly diagonal?: boolean;
    }
  | {
      readonly kind: 'bars';
      readonly id: string;
      readonly title: string;
      readonly y: string;
      readonly unit: Metric['unit'];
      readonly groups: readonly {
        readonly name: string;
        readonly bars: readonly {
          readonly name: string;
          readonly value: number;
          readonly low?: number;
          readonly high?: number;
        }[];
      }[];
    };

/** What `run…(context)` of a suite resolves to. Keys of `metrics` are kebab-case and stable: baselines refer to them. */
export interface SuiteOutcome {
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly cases: readonly CaseResult[];
  readonly charts?: readonly Chart[];
  /** What a reader must know: what was left out, or what a suite needs that is not configured. */
  readonly notes?: readonly string[];
}

/** What a suite gets. One is opened per run; suites share it and close nothing. */
export interface SuiteContext {
  /** What `createAnswer` needs. A suite that plants passages wraps `knowledgeBase` and creates its own answer with the rest. */
  readonly dependencies: AnswerDependencies;
  readonly knowledge: KnowledgeBase;
  readonly embedder: Embedder;
  /** Directory of the cases that ship, `data/evals`. */
  readonly casesDir: string;
  /** Of every random draw; the same seed gives the same figures. */
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** Called as often as a suite likes; shown on a terminal. */
  progress?(done: number, total: number): void;
}
