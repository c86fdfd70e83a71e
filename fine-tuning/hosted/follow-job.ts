// What becomes of a job that was sent: asked for, stopped, and its model written down among the chat models of the desk.
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import {
  chatModelId,
  chatModelInUse,
  listChatModels,
  registerChatModel,
} from '#models/store/chat-registry.ts';
import type { FineTuningClient } from './fine-tuning-client.ts';
import { type JobRecord, writeJobRecord } from './job-record.ts';

export interface FollowOptions extends CallOptions {
  readonly client: FineTuningClient;
}

const ended = ['succeeded', 'failed', 'cancelled'];

/** What has ended is not asked for again. */
export async function refreshJob(
  dataDir: string,
  record: JobRecord,
  { client, signal }: FollowOptions,
): Promise<JobRecord> {
  if (!record.job || ended.includes(record.job.status)) return record;
  return kept(dataDir, { ...record, job: await client.job(record.job.id, { signal }) });
}

/** Throws `bad-request` for one that has ended or was never sent. */
export async function cancelJob(
  dataDir: string,
  record: JobRecord,
  { client, signal }: FollowOptions,
): Promise<JobRecord> {
  const { job } = await refreshJob(dataDir, record, { client, signal });
  if (!job || ended.includes(job.status))
    throw new AppError(
      'bad-request',
      `${record.name}: there is nothing to cancel (${job?.status ?? 'no job was made'}).`,
    );
  return kept(dataDir, { ...record, job: await client.cancel(job.id, { signal }) });
}

/** Resolves to the id among the chat models. Throws `bad-request` unless the job has succeeded. */
export async function registerJob(
  dataDir: string,
  { name, base, baseUrl, epochs, seed, job, training }: JobRecord,
): Promise<string> {
  if (job?.status !== 'succeeded' || job.model === undefined)
    throw new AppError(
      'bad-request',
      `${name} has no model yet (${job?.status ?? 'no job was made'}): answerdesk finetune status ${name}`,
    );
  const id = chatModelId(job.model, `${baseUrl ?? 'openai'}\n${job.model}`);
  const inUse = await chatModelInUse(dataDir);
  const parent = (await listChatModels(dataDir)).find(
    (model) => model.setting === `openai:${base}` || (model.setting === inUse && model.id !== id),
  );
  await registerChatModel(dataDir, {
    schemaVersion: 1,
    id,
    setting: `openai:${job.model}`,
    addedAt: new Date().toISOString(),
    base,
    ...(parent ? { parent: parent.id } : {}),
    training,
    parameters: { seed, ...(epochs === undefined ? {} : { epochs }), job: job.id },
    metrics: job.trainedTokens === undefined ? {} : { trainedTokens: job.trainedTokens },
  });
  return id;
}

async function kept(dataDir: string, record: JobRecord): Promise<JobRecord> {
  await writeJobRecord(dataDir, record);
  return record;
}
