// The record of a chat model in MLflow's model registry, where a server is configured: a version of one registered model, with its run.
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import { experimentNamed } from '#evals/tracking/mlflow.ts';
import { createMlflowCaller, type MlflowCall, type MlflowServer } from '#evals/tracking/mlflow-caller.ts';
import type { ChatModelRecord } from '#models/store/chat-registry.ts';

export const registeredModel = 'answerdesk-chat';

const runSchema = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) });
const versionSchema = z.object({ model_version: z.object({ version: z.coerce.string() }) });

/** Resolves to the version. Rejects as `createMlflowCaller`. The file itself stays where it is: its place is the source of the version. */
export async function registerInMlflow(
  record: ChatModelRecord,
  { experiment, ...server }: MlflowServer & { readonly experiment: string },
): Promise<string> {
  const call = createMlflowCaller(server);
  const { id, setting, base, parent, training, parameters, metrics, addedAt } = record;
  const tags = Object.entries({
    id,
    setting,
    base,
    parent,
    'training set': training?.set,
    ...hashesOf(record),
  }).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }]));
  const time = Date.parse(addedAt);
  const experimentId = await experimentNamed(experiment, call);
  const { run_id: runId } = runSchema.parse(
    await call('POST', 'mlflow/runs/create', {
      experiment_id: experimentId,
      run_name: id,
      start_time: time,
      tags,
    }),
  ).run.info;
  await call('POST', 'mlflow/runs/log-batch', {
    run_id: runId,
    params: Object.entries(parameters).map(([key, value]) => ({ key, value: String(value) })),
    metrics: Object.entries(metrics).map(([key, value]) => ({ key, value, timestamp: time, step: 0 })),
  });
  await call('POST', 'mlflow/runs/update', { run_id: runId, status: 'FINISHED', end_time: time });
  await makeModel(call);
  const version = await call('POST', 'mlflow/model-versions/create', {
    name: registeredModel,
    source: `runs:/${runId}`,
    run_id: runId,
    tags,
  });
  return versionSchema.parse(version).model_version.version;
}

async function makeModel(call: MlflowCall): Promise<void> {
  try {
    await call('GET', `mlflow/registered-models/get?name=${registeredModel}`);
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'not-found') throw thrown;
    await call('POST', 'mlflow/registered-models/create', { name: registeredModel });
  }
}

function hashesOf({ training }: ChatModelRecord): Record<string, string> {
  return Object.fromEntries(
    Object.entries(training?.files ?? {}).map(([name, hash]) => [`sha256 of ${name}`, hash]),
  );
}
