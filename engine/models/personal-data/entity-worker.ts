// The thread that the model of personal data runs in; onnx-entity-finder.ts starts it and speaks to it.
import { workerData } from 'node:worker_threads';
import type { Entity } from '#core/entity-finder.ts';
import { runModelThread } from '../onnx/model-thread.ts';
import { openEntityModel } from './entity-model.ts';

export interface EntityWorkerData {
  readonly folder: string;
}

export interface EntityReady {
  readonly modelId: string;
}

await runModelThread<readonly string[], EntityReady, Entity[][]>(async () => {
  const { folder } = workerData as EntityWorkerData;
  const { modelId, find, close } = await openEntityModel(folder);
  return { ready: { modelId }, run: find, close };
});
