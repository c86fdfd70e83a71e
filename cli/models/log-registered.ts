// A chat model that was written down here goes to MLflow's registry, too, where one is configured.
import type { Config } from '#app/config.ts';
import type { CallOptions } from '#core/call-options.ts';
import { isAbortError, toAppError } from '#core/errors.ts';
import { registeredModel, registerInMlflow } from '#fine-tuning/registry/mlflow-registry.ts';
import { listChatModels } from '#models/store/chat-registry.ts';

/** A server that is down is told, and is no reason to fail: the record is kept here. */
export async function logRegistered(
  { dataDir, mlflow }: Config,
  id: string,
  { signal }: CallOptions,
): Promise<void> {
  const { trackingUri, token, experiment } = mlflow;
  const record = (await listChatModels(dataDir)).find((model) => model.id === id);
  if (trackingUri === undefined || !record) return;
  try {
    const version = await registerInMlflow(record, { trackingUri, token, experiment, signal });
    process.stderr.write(`MLflow has it as version ${version} of ${registeredModel}.\n`);
  } catch (thrown) {
    if (isAbortError(thrown)) throw thrown;
    process.stderr.write(`${toAppError(thrown).message}\n`);
  }
}
