// How well a data folder answers a team's questions: the eval suites that a model can change, run as `npm run evals` runs them.
import { spawn } from 'node:child_process';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import type { Report } from '../report/report.ts';
import { runEvals } from '../runner/run-evals.ts';

export interface JudgeOptions {
  /** With its model in place; see ingest/candidate.ts. */
  readonly dataDir: string;
  /** As `npm run evals -- --cases`; the sample company's if left out. */
  readonly cases?: readonly string[] | undefined;
  /** Folder of the run. */
  readonly out: string;
  readonly seed: number;
}

const suites = ['retrieval', 'answers', 'abstention'] as const;
export const defaultCases = ['data/evals/golden.jsonl'];

/** Rejects with `bad-input` if the cases are of another knowledge base, `internal` if a suite broke. Needs the repository's folder. */
export async function judgeModel(
  { dataDir, cases = defaultCases, out, seed }: JudgeOptions,
  { signal = new AbortController().signal }: CallOptions = {},
): Promise<Report> {
  const { report } = await runEvals(
    { suites, dataDir, cases, out, runsDir: out, seed },
    {
      signal,
      screen: { write: (text) => void process.stderr.write(text), isTerminal: process.stderr.isTTY === true },
    },
  );
  signal.throwIfAborted();
  const broken = Object.entries(report.suites).find(([, { failure }]) => failure !== undefined);
  if (broken) {
    throw new AppError(
      'internal',
      `The suite ${broken[0]} broke, so there is nothing to compare: ${broken[1].failure}`,
    );
  }
  return report;
}

export interface FitOptions {
  /** With the model in place. */
  readonly dataDir: string;
  /** Where the fit is kept. */
  readonly path: string;
  readonly cases?: readonly string[] | undefined;
}

const calibrateScript = join(import.meta.dirname, '../calibrate.ts');

/**
 * Similarities of another model lie elsewhere, so its thresholds for answering are fitted on the same questions, by `npm run calibrate`.
 * Resolves to undefined, or to what it said if it could not: with too few questions, or cases that it does not read.
 */
export async function fitThresholds(
  { dataDir, path, cases = defaultCases }: FitOptions,
  { signal }: CallOptions = {},
): Promise<string | undefined> {
  const temporary = `${path}.tmp`;
  // A model of an endpoint has no folder until then.
  await mkdir(dirname(path), { recursive: true });
  const sets = cases.map((file) => `${file}=${dataDir}`);
  const child = spawn(process.execPath, [calibrateScript, ...sets, '--out', temporary], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(signal ? { signal } : {}),
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (exitCode === 0) {
    await rename(temporary, path);
    return undefined;
  }
  await rm(temporary, { force: true });
  return said.trim().split('\n').at(-1) ?? '';
}
