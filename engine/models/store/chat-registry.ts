// Chat models of a team: what each was made of, which one writes, and which one wrote before. Files in chat-models/ of the data folder;
// changing the model is writing one small file, and so is going back.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { syncFolder, writeDurably } from '#core/durable-file.ts';
import { AppError } from '#core/errors.ts';

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}@[0-9a-f]{8}$/;

export const chatModelRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  id: z.string().regex(idPattern),
  /** As `ANSWERDESK_CHAT_MODEL` names it. */
  setting: z.string().min(1),
  addedAt: z.iso.datetime(),
  /** What it was fine-tuned from, in words of whoever did it. */
  base: z.string().optional(),
  /** The model of this desk that it goes on from. */
  parent: z.string().optional(),
  /** Absent for one that learnt nothing here. Hashes by the name of the file. */
  training: z
    .strictObject({ at: z.string(), set: z.string(), files: z.record(z.string(), z.string()) })
    .optional(),
  parameters: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  metrics: z.record(z.string(), z.number()).default({}),
});
export type ChatModelRecord = z.infer<typeof chatModelRecordSchema>;
/** What whoever trained it knows of it: a file beside the model. */
export const trainingRecordSchema = chatModelRecordSchema.pick({
  base: true,
  parent: true,
  training: true,
  parameters: true,
  metrics: true,
});
export type TrainingRecord = z.infer<typeof trainingRecordSchema>;

const inUseSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** Settings, the one in use last. */
  history: z.array(z.strictObject({ setting: z.string(), at: z.iso.datetime() })),
});

/** To go back further than this, use the model by its name. */
const mostHistory = 20;

export function chatModelFolder(dataDir: string): string {
  return join(dataDir, 'chat-models');
}

const recordsFolder = (dataDir: string) => join(chatModelFolder(dataDir), 'records');
const inUsePath = (dataDir: string) => join(chatModelFolder(dataDir), 'in-use.json');

/** `NAME@` and 8 digits of a hash of what it is: of the file's content, or of where a server has it. */
export function chatModelId(name: string, content: string): string {
  const plain =
    name
      .replace(/[^\w.-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 100) || 'model';
  const hash = /^[0-9a-f]{64}$/.test(content) ? content : createHash('sha256').update(content).digest('hex');
  return `${plain}@${hash.slice(0, 8)}`;
}

/** Once more with the same id replaces what was known of it. */
export async function registerChatModel(dataDir: string, record: ChatModelRecord): Promise<void> {
  await writeJson(join(recordsFolder(dataDir), `${record.id}.json`), chatModelRecordSchema.parse(record));
}

/** The oldest first. Throws `model-invalid` for a record that is damaged. */
export async function listChatModels(dataDir: string): Promise<ChatModelRecord[]> {
  const names = await readdir(recordsFolder(dataDir)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const records = await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .map((name) => readJson(join(recordsFolder(dataDir), name), chatModelRecordSchema)),
  );
  return records
    .filter((record) => record !== undefined)
    .sort((a, b) => (a.addedAt < b.addedAt ? -1 : a.addedAt > b.addedAt ? 1 : a.id < b.id ? -1 : 1));
}

/** By id, or by name where only one has it. Throws `bad-request` listing what there is. */
export function pickChatModel(models: readonly ChatModelRecord[], name: string): ChatModelRecord {
  const matching = models.filter(
    ({ id, setting }) => id === name || setting === name || id.startsWith(`${name}@`),
  );
  if (matching.length === 1) return matching[0]!;
  const list = (some: readonly ChatModelRecord[]) => some.map(({ id }) => id).join(', ');
  throw new AppError(
    'bad-request',
    matching.length > 1
      ? `Several chat models are called ${name}: ${list(matching)}. Write it with its hash.`
      : `There is no chat model ${name}. There are: ${list(models) || 'none'}, and extractive. "answerdesk models add-chat FILE" and "answerdesk finetune use" bring others.`,
  );
}

/** The setting in use; undefined where none was ever put in use. */
export async function chatModelInUse(dataDir: string): Promise<string | undefined> {
  return (await readJson(inUsePath(dataDir), inUseSchema))?.history.at(-1)?.setting;
}

/** From the next start of a server on. */
export async function putChatModelInUse(dataDir: string, setting: string): Promise<void> {
  const before = (await readJson(inUsePath(dataDir), inUseSchema))?.history ?? [];
  const history = [...before, { setting, at: new Date().toISOString() }].slice(-mostHistory);
  await writeJson(inUsePath(dataDir), { schemaVersion: 1, history });
}

/** Returns what is in use now. `first`: what wrote before any was put in use. Throws `bad-request` where there is nothing to go back to. */
export async function rollBackChatModel(dataDir: string, first = 'extractive'): Promise<string> {
  const history = (await readJson(inUsePath(dataDir), inUseSchema))?.history ?? [];
  if (history.length === 0)
    throw new AppError('bad-request', 'No chat model was put in use yet, so there is nothing to go back to.');
  await writeJson(inUsePath(dataDir), { schemaVersion: 1, history: history.slice(0, -1) });
  return history.at(-2)?.setting ?? first;
}

async function writeJson(path: string, value: unknown): Promise<void> {
  const folder = join(path, '..');
  await mkdir(folder, { recursive: true });
  await writeDurably(`${path}.tmp`, [Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`)]);
  await rename(`${path}.tmp`, path);
  await syncFolder(folder);
}

async function readJson<Value>(path: string, schema: z.ZodType<Value>): Promise<Value | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError('model-invalid', `${path} is damaged. Remove it; models can be added and used anew.`, {
      cause,
    });
  }
}
