// `answerdesk data report`: one page for people, or JSON.
import { writeFile } from 'node:fs/promises';
import { loadConfig } from '#app/config.ts';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { collectReport } from '#quality/report/collect-report.ts';
import { headlinesOf } from '#quality/report/headlines.ts';
import { toReportPage } from '#quality/report/report-page.ts';
import { lockTraining } from '../privacy/lock-data-folder.ts';

export interface ReportRequest {
  readonly out: string | undefined;
  readonly evals: string | undefined;
  readonly json: boolean;
}

const evalsDir = 'var/evals';

export async function reportCommand(
  { out, evals, json }: ReportRequest,
  { signal }: CallOptions,
): Promise<void> {
  const config = loadConfig();
  // It labels what is new: whoever is erased meanwhile would be labelled all the same.
  using _lock = lockTraining(config.dataDir);
  const report = await collectReport(config, { evals, evalsDir }, { signal });
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  const path = out ?? (json ? undefined : 'data-report.html');
  if (path !== undefined)
    await writeFile(path, toReportPage(report)).catch((cause: NodeJS.ErrnoException) => {
      throw new AppError('bad-input', `${path} cannot be written: ${cause.message}`, { cause });
    });
  if (json) return;
  for (const { figure, text, advice } of headlinesOf(report))
    process.stdout.write(`${figure.padStart(6)}  ${text}${advice ? `\n        ${advice}` : ''}\n`);
  process.stdout.write(`The report is in ${path}.\n`);
}
