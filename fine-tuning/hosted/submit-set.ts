// Sends a training set to a hosted service and starts a job with it: checked, estimated, agreed to, and only then uploaded.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallOptions } from '#core/call-options.ts';
import { hashFile } from '#core/durable-file.ts';
import { AppError } from '#core/errors.ts';
import { estimateTokens } from '#models/chat/estimate-tokens.ts';
import { trainingSetFolder } from '../build/build-training-set.ts';
import { trainingCardSchema } from '../build/data-card.ts';
import { hostedLine } from '../format/chat-example.ts';
import { refuseProblems, validateFile } from '../format/validate-file.ts';
import type { FineTuningClient } from './fine-tuning-client.ts';
import { type JobRecord, readJobRecord, writeJobRecord } from './job-record.ts';

export interface SubmitRequest {
  /** Name of the training set. */
  readonly name: string;
  /** The model that is fine-tuned, as the service calls it. */
  readonly base: string;
  readonly baseUrl?: string | undefined;
  readonly epochs?: number | undefined;
  readonly suffix?: string | undefined;
  readonly seed: number;
  /** Of a million tokens that are trained on; undefined: unknown. */
  readonly price?: number | undefined;
}

export interface SubmitOptions extends CallOptions {
  readonly client: FineTuningClient;
  /** Shown what will be sent and what it may cost; false: nothing is sent. */
  readonly agree: (estimate: Estimate) => Promise<boolean>;
  readonly say: (text: string) => void;
}

export interface Estimate {
  readonly examples: number;
  /** That are trained on: of all epochs, never too few. */
  readonly tokens: number;
  readonly epochs: number;
  readonly cost?: number;
}

/** What services take where nothing is said. */
const usualEpochs = 3;
/** Of fewer held-out examples a service makes no curve. */
const leastValidation = 3;

/** Undefined where nobody agreed: then nothing was sent. Throws `bad-input` for a set that cannot be trained on. */
export async function submitSet(
  dataDir: string,
  request: SubmitRequest,
  { client, agree, say, signal }: SubmitOptions,
): Promise<JobRecord | undefined> {
  const folder = trainingSetFolder(dataDir, request.name);
  const card = await readCard(folder);
  const before = await readJobRecord(dataDir, request.name);
  if (before) refuseOther(before, request);
  if (before?.job) {
    say(
      `${request.name} is at the service already: job ${before.job.id}. See: answerdesk finetune status ${request.name}`,
    );
    return before;
  }
  const train = await contentOf(folder, 'train.jsonl', card.files);
  const validation = await contentOf(folder, 'validation.jsonl', card.files);
  const estimate = estimateOf(train, request);
  if (!before && !(await agree(estimate))) return undefined;
  signal?.throwIfAborted();
  let record: JobRecord = before ?? {
    schemaVersion: 1,
    name: request.name,
    ...(request.baseUrl === undefined ? {} : { baseUrl: request.baseUrl }),
    base: request.base,
    ...(request.epochs === undefined ? {} : { epochs: request.epochs }),
    ...(request.suffix === undefined ? {} : { suffix: request.suffix }),
    seed: request.seed,
    startedAt: new Date().toISOString(),
    estimate: { tokens: estimate.tokens, ...(estimate.cost === undefined ? {} : { cost: estimate.cost }) },
    training: { at: new Date().toISOString(), set: request.name, files: card.files },
  };
  const keep = async (more: Partial<JobRecord>) => {
    record = { ...record, ...more };
    await writeJobRecord(dataDir, record);
  };
  await keep({});
  if (record.trainingFile === undefined)
    await keep({ trainingFile: await client.upload(`${request.name}-train.jsonl`, train.bytes, { signal }) });
  if (record.validationFile === undefined && validation.examples >= leastValidation)
    await keep({
      validationFile: await client.upload(`${request.name}-validation.jsonl`, validation.bytes, { signal }),
    });
  // A job whose reply got lost is not made twice.
  const known = before ? await client.findJob(record.trainingFile!, { signal }) : undefined;
  const { base, epochs, suffix, seed, trainingFile, validationFile } = record;
  const made = { model: base, trainingFile: trainingFile!, validationFile, suffix, seed, epochs };
  await keep({ job: known ?? (await client.createJob(made, { signal })) });
  return record;
}

async function readCard(folder: string) {
  const path = join(folder, 'card.json');
  try {
    return trainingCardSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `${folder} is no training set: make one with "answerdesk finetune build".`,
      { cause },
    );
  }
}

/** What goes on is what was agreed to. */
function refuseOther(before: JobRecord, { base, baseUrl, epochs, suffix, seed }: SubmitRequest): void {
  const same =
    before.base === base &&
    before.baseUrl === baseUrl &&
    before.epochs === epochs &&
    before.suffix === suffix &&
    before.seed === seed;
  if (same) return;
  throw new AppError(
    'bad-request',
    `${before.name} was begun with ${before.base}${before.baseUrl ? ` at ${before.baseUrl}` : ''} and other settings. Submit it as it was begun, or build another set.`,
  );
}

interface Content {
  readonly bytes: Buffer;
  readonly examples: number;
  readonly tokens: number;
}

/** As it is uploaded. Throws `bad-input` where the file is not as the card says: somebody changed what the detectors had read. */
async function contentOf(
  folder: string,
  name: string,
  hashes: Readonly<Record<string, string>>,
): Promise<Content> {
  const path = join(folder, name);
  const { sha256 } = await hashFile(path).catch(() => ({ sha256: undefined }));
  if (sha256 !== hashes[name])
    throw new AppError(
      'bad-input',
      `${path} is missing, or it is not as it was built (somebody was erased from it, or it was edited). Build another set.`,
    );
  const lines: string[] = [];
  let tokens = 0;
  const atLeast = name === 'train.jsonl' ? undefined : 0;
  const checked = await validateFile(path, {
    ...(atLeast === undefined ? {} : { atLeast }),
    onExample(example) {
      lines.push(hostedLine(example));
      tokens += example.messages.reduce((sum, { content }) => sum + estimateTokens(content), 0);
    },
  });
  refuseProblems(path, checked);
  return { bytes: Buffer.from(lines.join('')), examples: checked.examples, tokens };
}

function estimateOf({ examples, tokens }: Content, { epochs = usualEpochs, price }: SubmitRequest): Estimate {
  const all = tokens * epochs;
  return {
    examples,
    tokens: all,
    epochs,
    ...(price === undefined ? {} : { cost: Math.round((all / 1e6) * price * 100) / 100 }),
  };
}
