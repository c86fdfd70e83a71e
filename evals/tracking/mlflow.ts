// Logs a run to an MLflow tracking server over its REST API 2.0 (https://mlflow.org/docs/latest/rest-api.html): experiment, run,
// params, metrics, tags, and the report files where the server proxies artefacts.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import type { Report } from '../report/report.ts';
import { createMlflowCaller, type MlflowCall, type MlflowServer } from './mlflow-caller.ts';

export interface MlflowOptions extends MlflowServer {
  readonly experiment: string;
  /** Files logged as artefacts. */
  readonly files?: readonly string[];
}

export interface MlflowLogged {
  readonly runId: string;
  /** False where the server keeps artefacts in a store that it does not proxy. */
  readonly artifacts: boolean;
}

const experimentSchema = z.object({ experiment: z.object({ experiment_id: z.string() }) });
const createdExperimentSchema = z.object({ experiment_id: z.string() });
const runSchema = z.object({
  run: z.object({ info: z.object({ run_id: z.string(), artifact_uri: z.string().optional() }) }),
});

/** Limits of `runs/log-batch`: metrics a request; params and tags a request; characters of a value. */
const limits = { metrics: 900, params: 100, paramLength: 6000 };

export async function logToMlflow(report: Report, options: MlflowOptions): Promise<MlflowLogged> {
  const call = createMlflowCaller(options);
  const experimentId = await experimentNamed(options.experiment, call);
  const startTime = Date.parse(report.startedAt);
  const { info } = runSchema.parse(
    await call('POST', 'mlflow/runs/create', {
      experiment_id: experimentId,
      run_name: report.id,
      start_time: startTime,
      tags: [
        { key: 'mlflow.source.type', value: 'JOB' },
        { key: 'mlflow.source.name', value: 'answerdesk evals' },
        { key: 'fingerprint', value: report.subject.fingerprint },
        { key: 'complete', value: String(report.complete) },
      ],
    }),
  ).run;
  const runId = info.run_id;
  const params = Object.entries({
    ...report.subject,
    seed: report.seed,
    cases: report.cases.map((path) => basename(path)).join(' '),
  })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({ key, value: String(value).slice(0, limits.paramLength) }));
  await call('POST', 'mlflow/runs/log-batch', { run_id: runId, params: params.slice(0, limits.params) });
  const timestamp = startTime + Math.round(report.durationMs);
  const metrics = Object.entries(report.suites).flatMap(([suite, { metrics: all, cases }]) => [
    ...Object.entries(all).flatMap(([id, { value, low, high, n }]) =>
      Object.entries({ '': value, '.low': low, '.high': high, '.n': n }).map(([suffix, number]) => ({
        key: `${suite}.${id}${suffix}`,
        value: number,
        timestamp,
        step: 0,
      })),
    ),
    {
      key: `${suite}.errors`,
      value: cases.filter(({ verdict }) => verdict === 'error').length,
      timestamp,
      step: 0,
    },
  ]);
  for (let start = 0; start < metrics.length; start += limits.metrics)
    await call('POST', 'mlflow/runs/log-batch', {
      run_id: runId,
      metrics: metrics.slice(start, start + limits.metrics),
    });

  // `mlflow-artifacts:/0/<run>/artifacts`: the server takes files for its store. Any other address is not ours to write to.
  const folder = /^mlflow-artifacts:\/+(?:[^/]*@)?(.+)$/.exec(info.artifact_uri ?? '')?.[1];
  if (folder !== undefined) {
    for (const file of options.files ?? []) {
      const path = [...folder.split('/'), basename(file)].map(encodeURIComponent).join('/');
      await call('PUT', `mlflow-artifacts/artifacts/${path}`, await readFile(file));
    }
  }
  await call('POST', 'mlflow/runs/update', {
    run_id: runId,
    status: report.complete ? 'FINISHED' : 'KILLED',
    end_time: timestamp,
  });
  return { runId, artifacts: folder !== undefined };
}

/** Its id; made where there is none. */
export async function experimentNamed(name: string, call: MlflowCall): Promise<string> {
  try {
    const found = await call(
      'GET',
      `mlflow/experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`,
    );
    return experimentSchema.parse(found).experiment.experiment_id;
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'not-found') throw thrown;
    return createdExperimentSchema.parse(await call('POST', 'mlflow/experiments/create', { name }))
      .experiment_id;
  }
}
