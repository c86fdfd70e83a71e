// The fine-tuning API of OpenAI and of servers compatible with it, through the `openai` package: files, jobs. Its errors become ours, which
// quote nothing that a server says: it may repeat what it was sent.
import { APIConnectionTimeoutError, APIError, OpenAI, toFile } from 'openai';
import type { CallOptions } from '#core/call-options.ts';
import { AppError, briefly, isAbortError, retryAfterOf } from '#core/errors.ts';

export interface FineTuningJob {
  readonly id: string;
  readonly status: JobStatus;
  /** Once it has succeeded. */
  readonly model?: string;
  readonly trainedTokens?: number;
  /** Of one that failed: a word of the service, such as `invalid_training_file`. */
  readonly failure?: string;
}

export type JobStatus = OpenAI.FineTuning.FineTuningJob['status'];

export interface NewJob {
  readonly model: string;
  readonly trainingFile: string;
  readonly validationFile?: string | undefined;
  readonly suffix?: string | undefined;
  readonly seed: number;
  /** Undefined: what the service thinks right. */
  readonly epochs?: number | undefined;
}

export interface FineTuningClient {
  /** Resolves to the id of the file. */
  upload(name: string, content: Uint8Array, options?: CallOptions): Promise<string>;
  /** The job that was made with this training file; undefined where there is none. */
  findJob(trainingFile: string, options?: CallOptions): Promise<FineTuningJob | undefined>;
  createJob(job: NewJob, options?: CallOptions): Promise<FineTuningJob>;
  job(id: string, options?: CallOptions): Promise<FineTuningJob>;
  cancel(id: string, options?: CallOptions): Promise<FineTuningJob>;
}

export interface FineTuningClientOptions {
  readonly baseUrl?: string | undefined;
  readonly apiKey?: string | undefined;
  /** For one request. */
  readonly timeoutMs?: number;
  readonly uploadTimeoutMs?: number;
  /** Tries after the first, for failures that may pass: 429 (as late as `Retry-After` says), 5xx, no connection. */
  readonly retries?: number;
}

/** Jobs that are looked through for one that was made before a reply got lost. */
const jobsRead = 100;

export function createFineTuningClient({
  baseUrl,
  apiKey = 'none',
  timeoutMs = 60_000,
  uploadTimeoutMs = 600_000,
  retries = 4,
}: FineTuningClientOptions): FineTuningClient {
  const client = new OpenAI({
    apiKey,
    ...(baseUrl === undefined ? {} : { baseURL: baseUrl }),
    timeout: timeoutMs,
    maxRetries: retries,
    // What it logs may quote a request.
    logLevel: 'off',
  });
  const where = baseUrl ?? 'OpenAI';
  const call = async <Result>(
    request: () => PromiseLike<Result>,
    { signal }: CallOptions,
  ): Promise<Result> => {
    try {
      return await request();
    } catch (thrown) {
      signal?.throwIfAborted();
      throw isAbortError(thrown) ? thrown : problemOf(thrown, where);
    }
  };
  return {
    async upload(name, content, options = {}) {
      const file = await toFile(content, name, { type: 'application/jsonl' });
      const settings = { ...options, timeout: uploadTimeoutMs };
      const { id } = await call(() => client.files.create({ file, purpose: 'fine-tune' }, settings), options);
      return id;
    },
    findJob: (trainingFile, options = {}) =>
      call(async () => {
        let read = 0;
        for await (const job of client.fineTuning.jobs.list({ limit: jobsRead }, options)) {
          if (job.training_file === trainingFile) return jobOf(job);
          read += 1;
          if (read >= jobsRead) return undefined;
        }
        return undefined;
      }, options),
    createJob: ({ model, trainingFile, validationFile, suffix, seed, epochs }, options = {}) =>
      call(
        async () =>
          jobOf(
            await client.fineTuning.jobs.create(
              {
                model,
                training_file: trainingFile,
                ...(validationFile === undefined ? {} : { validation_file: validationFile }),
                ...(suffix === undefined ? {} : { suffix }),
                seed,
                ...(epochs === undefined
                  ? {}
                  : {
                      method: {
                        type: 'supervised' as const,
                        supervised: { hyperparameters: { n_epochs: epochs } },
                      },
                    }),
              },
              // Tried again, a request that did arrive would train twice, and cost twice.
              { ...options, maxRetries: 0 },
            ),
          ),
        options,
      ),
    job: (id, options = {}) =>
      call(async () => jobOf(await client.fineTuning.jobs.retrieve(id, options)), options),
    cancel: (id, options = {}) =>
      call(async () => jobOf(await client.fineTuning.jobs.cancel(id, options)), options),
  };
}

function jobOf({
  id,
  status,
  fine_tuned_model,
  trained_tokens,
  error,
}: OpenAI.FineTuning.FineTuningJob): FineTuningJob {
  return {
    id,
    status,
    ...(fine_tuned_model ? { model: fine_tuned_model } : {}),
    ...(typeof trained_tokens === 'number' ? { trainedTokens: trained_tokens } : {}),
    ...(error?.code
      ? {
          failure: String(error.code)
            .replace(/[^\w.-]+/g, ' ')
            .slice(0, 80),
        }
      : {}),
  };
}

function problemOf(thrown: unknown, where: string): AppError {
  const told = briefly(thrown);
  const { status } = thrown instanceof APIError ? thrown : {};
  const options = { cause: thrown, retryAfterMs: retryAfterOf(thrown) };
  if (thrown instanceof APIConnectionTimeoutError)
    return new AppError(
      'model-timeout',
      `${where} did not answer in time. The same command goes on where it was.`,
      options,
    );
  if (status === 401 || status === 403)
    return new AppError(
      'model-invalid',
      `${where} refused the key (${told}): check OPENAI_API_KEY, and that it may fine-tune.`,
      options,
    );
  if (status === 404)
    return new AppError(
      'model-invalid',
      `${where} knows no such job, file or model, or does not fine-tune (${told}).`,
      options,
    );
  if (status === 429)
    return new AppError(
      'model-unavailable',
      `${where} wants to be left alone for a while (${told}). The same command goes on where it was.`,
      options,
    );
  if (status !== undefined && status < 500)
    return new AppError('model-invalid', `${where} refused (${told}): check model and settings.`, options);
  return new AppError(
    'model-unavailable',
    `${where} failed or cannot be reached (${told}). The same command goes on where it was.`,
    options,
  );
}
