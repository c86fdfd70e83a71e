// One run from its request to its report: prepared, run, written to its folder as report.json, report.html and junit.xml.
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { toHtml } from '../report/html-report.ts';
import { toJUnitXml } from '../report/junit-xml.ts';
import { type Report, reportSchema, reportSchemaVersion } from '../report/report.ts';
import { allSuites } from '../suites/all-suites.ts';
import { prepareRun, type RunRequest } from './prepare-run.ts';
import { type RunSuitesOptions, runSuites } from './run-suites.ts';
import type { Suites } from './suite.ts';

export interface RunEvalsOptions extends RunSuitesOptions {
  /** Those that ship, if left out. */
  readonly suites?: Suites;
}

export interface FinishedRun {
  readonly report: Report;
  readonly files: { readonly json: string; readonly html: string; readonly junit: string };
}

/** Rejects with `bad-request` or `bad-input` before anything runs. A run that was interrupted has a report, too: not `complete`. */
export async function runEvals(
  request: RunRequest,
  { suites: known = allSuites, ...options }: RunEvalsOptions,
): Promise<FinishedRun> {
  await using run = await prepareRun(request, Object.keys(known));
  const { settings, context, notes } = run;
  for (const note of notes) options.screen.write(`${note}\n`);

  const startedAt = new Date();
  const chosen = settings.suites.map((name) => ({ name, run: known[name]! }));
  const { suites, complete } = await runSuites(chosen, context, options);
  const report = reportSchema.parse({
    schemaVersion: reportSchemaVersion,
    id: basename(settings.runDir),
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    complete,
    subject: settings.subject,
    cases: settings.cases.map((path) => basename(path)),
    seed: settings.seed,
    suites,
  });
  return writeRun(settings.runDir, report);
}

export async function writeRun(runDir: string, report: Report): Promise<FinishedRun> {
  const files = {
    json: join(runDir, 'report.json'),
    html: join(runDir, 'report.html'),
    junit: join(runDir, 'junit.xml'),
  };
  await Promise.all([
    writeFile(files.json, `${JSON.stringify(report)}\n`),
    writeFile(files.html, toHtml(report)),
    writeFile(files.junit, toJUnitXml(report)),
  ]);
  return { report, files };
}
