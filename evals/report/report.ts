// What is kept of a run: report.json, versioned, from which the page, JUnit, compare and the baseline are made.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import { subjectSchema } from '../runner/run-settings.ts';

export const reportSchemaVersion = 1;

const number = z.number();
const metricSchema = z.object({
  value: number,
  n: number,
  low: number,
  high: number,
  unit: z.enum(['share', 'score', 'ms', 's', 'min', 'count', 'characters']),
  better: z.enum(['higher', 'lower', 'neither']),
  label: z.string(),
  note: z.string().optional(),
  limit: z.object({ min: number.optional(), max: number.optional() }).optional(),
  measured: z.literal(true).optional(),
});
const turnSchema = z.object({ role: z.enum(['customer', 'agent']), text: z.string() });
const caseSchema = z.object({
  id: z.string(),
  verdict: z.enum(['pass', 'fail', 'error', 'info']),
  kind: z.string().optional(),
  turns: z.array(turnSchema),
  answer: z.string().optional(),
  decision: z.string().optional(),
  passages: z
    .array(
      z.object({
        documentId: z.string(),
        title: z.string(),
        text: z.string(),
        gold: z.boolean().optional(),
        cited: z.boolean().optional(),
      }),
    )
    .optional(),
  note: z.string().optional(),
  reasons: z.array(z.string()).optional(),
  scores: z.record(z.string(), number).optional(),
});
const chartSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('lines'),
    id: z.string(),
    title: z.string(),
    x: z.string(),
    y: z.string(),
    series: z.array(z.object({ name: z.string(), points: z.array(z.tuple([number, number])) })),
    diagonal: z.boolean().optional(),
  }),
  z.object({
    kind: z.literal('bars'),
    id: z.string(),
    title: z.string(),
    y: z.string(),
    unit: metricSchema.shape.unit,
    groups: z.array(
      z.object({
        name: z.string(),
        bars: z.array(
          z.object({ name: z.string(), value: number, low: number.optional(), high: number.optional() }),
        ),
      }),
    ),
  }),
]);
const suiteSchema = z.object({
  metrics: z.record(z.string(), metricSchema),
  cases: z.array(caseSchema),
  charts: z.array(chartSchema).default([]),
  notes: z.array(z.string()).default([]),
  durationMs: number,
  /** The suite itself broke; its figures are missing or incomplete. */
  failure: z.string().optional(),
});

export const reportSchema = z.object({
  schemaVersion: z.literal(reportSchemaVersion),
  id: z.string(),
  startedAt: z.iso.datetime(),
  durationMs: number,
  /** False when the run was interrupted: some cases are missing. */
  complete: z.boolean(),
  subject: subjectSchema,
  cases: z.array(z.string()),
  seed: number,
  suites: z.record(z.string(), suiteSchema),
});
export type Report = z.infer<typeof reportSchema>;
export type ReportCase = z.infer<typeof caseSchema>;
export type ReportMetric = z.infer<typeof metricSchema>;
export type ReportChart = z.infer<typeof chartSchema>;

/** `run`: the id of a run below `runsDir`, its folder, or its report.json. */
export async function readReport(run: string, runsDir: string): Promise<Report> {
  const candidates = run.endsWith('.json')
    ? [run]
    : [join(run, 'report.json'), join(runsDir, run, 'report.json')];
  for (const path of candidates) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    try {
      return reportSchema.parse(JSON.parse(text));
    } catch (cause) {
      const version = /"schemaVersion":\s*(\d+)/.exec(text)?.[1];
      throw new AppError(
        'bad-input',
        version !== undefined && Number(version) !== reportSchemaVersion
          ? `${path} has schema version ${version}; this program reads version ${reportSchemaVersion}. Run the evals again.`
          : `${path} is not a report of answerdesk evals.`,
        { cause },
      );
    }
  }
  throw new AppError('not-found', `There is no run ${run}: looked for ${candidates.join(' and ')}.`);
}

export function withinLimit({ value, limit }: ReportMetric): boolean {
  return (limit?.min ?? -Infinity) <= value && value <= (limit?.max ?? Infinity);
}
