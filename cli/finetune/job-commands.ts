// `answerdesk finetune submit | status | cancel | use`: jobs of a hosted service.
import { type Config, loadConfig } from '#app/config.ts';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { createFineTuningClient } from '#fine-tuning/hosted/fine-tuning-client.ts';
import { cancelJob, refreshJob, registerJob } from '#fine-tuning/hosted/follow-job.ts';
import { type JobRecord, listJobRecords, readJobRecord } from '#fine-tuning/hosted/job-record.ts';
import { type Estimate, type SubmitRequest, submitSet } from '#fine-tuning/hosted/submit-set.ts';
import { askPerson, isAttended } from '../models/ask-person.ts';
import { logRegistered } from '../models/log-registered.ts';

export interface JobOptions extends CallOptions {
  readonly json: boolean;
}

const say = (text: string) => void process.stderr.write(`${text}\n`);

export async function submitCommand(
  request: Omit<SubmitRequest, 'baseUrl'>,
  { yes, json, signal }: JobOptions & { readonly yes: boolean },
): Promise<void> {
  const config = loadConfig();
  const { baseUrl } = config.chat;
  if (baseUrl === undefined && config.chat.apiKey === undefined)
    throw new AppError(
      'config-invalid',
      'Set OPENAI_API_KEY, or ANSWERDESK_CHAT_BASE_URL for another service.',
    );
  const record = await submitSet(
    config.dataDir,
    { ...request, baseUrl },
    {
      client: clientOf(config, baseUrl),
      say,
      signal,
      async agree(estimate) {
        say(describeEstimate(estimate, request, baseUrl ?? 'OpenAI'));
        if (yes) return true;
        if (!isAttended()) {
          say('There is no terminal to ask on; --yes sends it.');
          return false;
        }
        const answer = await askPerson('Send it? (yes or no) ', signal ?? new AbortController().signal);
        return answer.trim().toLowerCase() === 'yes';
      },
    },
  );
  if (!record) {
    say('Nothing was sent.');
    process.exitCode = 1;
    return;
  }
  tell(record, json);
}

export async function statusCommand(name: string | undefined, { json, signal }: JobOptions): Promise<void> {
  const config = loadConfig();
  const records = name === undefined ? await listJobRecords(config.dataDir) : [await recordOf(config, name)];
  if (records.length === 0) say('No set was submitted yet: answerdesk finetune submit SET --model MODEL');
  for (const record of records)
    tell(
      await refreshJob(config.dataDir, record, { client: clientOf(config, record.baseUrl), signal }),
      json,
    );
}

export async function cancelCommand(name: string, { json, signal }: JobOptions): Promise<void> {
  const config = loadConfig();
  const record = await recordOf(config, name);
  tell(await cancelJob(config.dataDir, record, { client: clientOf(config, record.baseUrl), signal }), json);
}

/** Resolves to the name of the chat model, which `models use --chat` takes. */
export async function registerCommand(name: string, { signal }: CallOptions): Promise<string> {
  const config = loadConfig();
  const record = await recordOf(config, name);
  if (record.baseUrl !== config.chat.baseUrl)
    throw new AppError(
      'config-invalid',
      `The model of ${name} is at ${record.baseUrl ?? 'OpenAI'}: set ANSWERDESK_CHAT_BASE_URL to that first.`,
    );
  const client = clientOf(config, record.baseUrl);
  const refreshed = await refreshJob(config.dataDir, record, { client, signal });
  const id = await registerJob(config.dataDir, refreshed);
  await logRegistered(config, id, { signal });
  return id;
}

function clientOf({ chat: { apiKey } }: Config, baseUrl: string | undefined) {
  return createFineTuningClient({ baseUrl, apiKey });
}

async function recordOf({ dataDir }: Config, name: string): Promise<JobRecord> {
  const record = await readJobRecord(dataDir, name);
  if (record) return record;
  const known = (await listJobRecords(dataDir)).map((one) => one.name).join(', ');
  throw new AppError('bad-request', `No set ${name} was submitted. Submitted were: ${known || 'none'}.`);
}

function describeEstimate(
  { examples, tokens, epochs, cost }: Estimate,
  { base, name }: Pick<SubmitRequest, 'base' | 'name'>,
  where: string,
): string {
  const money =
    cost === undefined
      ? 'What that costs is on the price list of the service (--price tells it here).'
      : `At most ${cost.toFixed(2)} in the currency of --price.`;
  return `${examples} examples of ${name} go to ${where}, to fine-tune ${base}: at most ${tokens} tokens in ${epochs} epoch(s). ${money}\nWhat customers and agents wrote leaves this machine. Read card.md of the set first.`;
}

function tell(record: JobRecord, json: boolean): void {
  if (json) return void process.stdout.write(`${JSON.stringify(record)}\n`);
  const { name, base, job } = record;
  const parts = [
    `${name}: ${job?.status ?? 'not sent as a whole; the same submit goes on'}`,
    job ? `job ${job.id}, from ${base}` : '',
    job?.failure ? `because of ${job.failure}` : '',
    job?.model ? `the model is ${job.model}. Use it: answerdesk finetune use ${name}` : '',
  ];
  process.stdout.write(`${parts.filter(Boolean).join('; ')}\n`);
}
