// The figures that a change must not make worse: a file of values and tolerances, and the check of a run against it.
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import { formatValue } from '#learning/metrics/format-value.ts';
import type { Report, ReportMetric } from './report.ts';

const baselineSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** What the values were measured with; for people. */
  subject: z.record(z.string(), z.union([z.string(), z.number()])),
  /** By `suite/metric`. */
  metrics: z.record(
    z.string(),
    z.strictObject({
      value: z.number(),
      better: z.enum(['higher', 'lower']),
      /** How much worse is still let through. */
      tolerance: z.number().min(0),
    }),
  ),
});
export type Baseline = z.infer<typeof baselineSchema>;

export interface BaselineFinding {
  readonly metric: string;
  readonly baseline: number;
  readonly value: number | undefined;
  readonly tolerance: number;
  readonly verdict: 'worse' | 'missing' | 'better';
  readonly unit: ReportMetric['unit'];
}

export async function readBaseline(path: string): Promise<Baseline> {
  try {
    return baselineSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `${path} is no baseline: ${cause instanceof Error ? cause.message : cause}. Write one with --write-baseline FILE.`,
      { cause },
    );
  }
}

/** Suites that were not run are not judged; a metric that a suite no longer gives is a finding. */
export function checkBaseline({ metrics }: Baseline, report: Report): BaselineFinding[] {
  return Object.entries(metrics).flatMap(
    ([metric, { value: baseline, better, tolerance }]): BaselineFinding[] => {
      const [suite, id] = metric.split('/') as [string, string];
      const ran = report.suites[suite];
      if (!ran) return [];
      const measured = ran.metrics[id];
      if (!measured)
        return [
          {
            metric,
            baseline,
            value: undefined,
            tolerance,
            verdict: 'missing',
            unit: 'score',
          },
        ];
      const gain = better === 'higher' ? measured.value - baseline : baseline - measured.value;
      const verdict = gain < -tolerance - 1e-9 ? 'worse' : gain > tolerance + 1e-9 ? 'better' : undefined;
      return verdict === undefined
        ? []
        : [{ metric, baseline, value: measured.value, tolerance, verdict, unit: measured.unit }];
    },
  );
}

/**
 * Figures on a clock are left out. Tolerances: two cases of those measured, and at least a hundredth, since processors differ in how
 * they round and that moves a case or two; hard limits of a suite have none.
 */
export function baselineOf({ suites, subject }: Report): Baseline {
  const { embedder, chatModel, answerFrom, clarifyFrom } = subject;
  const metrics = Object.entries(suites).flatMap(([suite, { metrics: all }]) =>
    Object.entries(all).flatMap(([id, { value, n, better, measured, unit, limit }]) => {
      if (measured || better === 'neither' || n === 0) return [];
      if (!['share', 'score'].includes(unit)) return [];
      const tolerance = limit ? 0 : Math.max(0.01, 2 / n);
      return [[`${suite}/${id}`, { value: round(value), better, tolerance: round(tolerance) }] as const];
    }),
  );
  return {
    schemaVersion: 1,
    subject: { embedder, chatModel, answerFrom, clarifyFrom },
    metrics: Object.fromEntries(metrics),
  };
}

export async function writeBaseline(path: string, report: Report): Promise<void> {
  await writeFile(path, `${JSON.stringify(baselineOf(report), undefined, 2)}\n`);
}

export function describeFindings(findings: readonly BaselineFinding[]): string {
  return findings
    .map(({ metric, baseline, value, tolerance, verdict, unit }) =>
      verdict === 'missing'
        ? `missing  ${metric}: the baseline has it, the run does not`
        : `${verdict.padEnd(7)}  ${metric}: ${formatValue(value!, unit)}, baseline ${formatValue(baseline, unit)} ± ${formatValue(tolerance, unit)}`,
    )
    .join('\n');
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
