// What is known of a hosted job, in the data folder: kept after each step, so that the same command goes on where it was stopped.
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { syncFolder, writeDurably } from '#core/durable-file.ts';
import { AppError } from '#core/errors.ts';

const recordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** Of the training set, and so of the job. */
  name: z.string(),
  /** The service; absent: OpenAI's own. */
  baseUrl: z.string().optional(),
  base: z.string(),
  epochs: z.int().min(1).optional(),
  suffix: z.string().optional(),
  seed: z.int(),
  startedAt: z.string(),
  estimate: z.strictObject({ tokens: z.int(), cost: z.number().optional() }),
  /** Hashes as the data card has them: who asks later what a model was trained on finds them here. */
  training: z.strictObject({ at: z.string(), set: z.string(), files: z.record(z.string(), z.string()) }),
  /** Ids of the service. */
  trainingFile: z.string().optional(),
  validationFile: z.string().optional(),
  job: z
    .strictObject({
      id: z.string(),
      status: z.string(),
      model: z.string().optional(),
      trainedTokens: z.number().optional(),
      failure: z.string().optional(),
    })
    .optional(),
});
export type JobRecord = z.infer<typeof recordSchema>;

const folderOf = (dataDir: string) => join(dataDir, 'fine-tuning', 'jobs');
const pathOf = (dataDir: string, name: string) => join(folderOf(dataDir), `${name}.json`);

/** Throws `bad-input` for a file that is damaged. */
export async function readJobRecord(dataDir: string, name: string): Promise<JobRecord | undefined> {
  const path = pathOf(dataDir, name);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError('bad-input', `${path} is damaged. Remove it; the job itself goes on at the service.`, {
      cause,
    });
  }
}

export async function writeJobRecord(dataDir: string, record: JobRecord): Promise<void> {
  const path = pathOf(dataDir, record.name);
  await mkdir(folderOf(dataDir), { recursive: true });
  await writeDurably(`${path}.tmp`, [
    Buffer.from(`${JSON.stringify(recordSchema.parse(record), undefined, 2)}\n`),
  ]);
  await rename(`${path}.tmp`, path);
  await syncFolder(folderOf(dataDir));
}

/** Newest first. */
export async function listJobRecords(dataDir: string): Promise<JobRecord[]> {
  const names = await readdir(folderOf(dataDir)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const records: JobRecord[] = [];
  for (const name of names.filter((entry) => entry.endsWith('.json'))) {
    const record = await readJobRecord(dataDir, name.slice(0, -'.json'.length));
    if (record) records.push(record);
  }
  return records.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}
