import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listChatModels } from '#models/store/chat-registry.ts';
import { trainingSetFolder } from '../build/build-training-set.ts';
import { createFineTuningClient } from './fine-tuning-client.ts';
import { cancelJob, refreshJob, registerJob } from './follow-job.ts';
import { readJobRecord } from './job-record.ts';
import { type Estimate, type SubmitRequest, submitSet } from './submit-set.ts';
import { type FineTuningServer, openFineTuningServer } from './testing/fine-tuning-server.ts';

let dataDir: string;
let server: FineTuningServer;
const key = 'sk-secret-of-the-test';
const request: SubmitRequest = { name: 'set', base: 'small-model', seed: 1, epochs: 2, price: 3 };

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hosted-'));
  server = await openFineTuningServer();
  const folder = trainingSetFolder(dataDir, 'set');
  await mkdir(folder, { recursive: true });
  const files: Record<string, string> = {};
  for (const [name, count] of [
    ['train', 12],
    ['validation', 4],
    ['test', 0],
  ] as const) {
    const lines = Array.from({ length: count }, (_, index) =>
      JSON.stringify({
        messages: [
          { role: 'user', content: `Question ${index}?` },
          { role: 'assistant', content: 'Answer.' },
        ],
        conversationId: `c-${index}`,
      }),
    );
    const text = lines.map((line) => `${line}\n`).join('');
    await writeFile(join(folder, `${name}.jsonl`), text);
    files[`${name}.jsonl`] = createHash('sha256').update(text).digest('hex');
  }
  const splits = Object.fromEntries(
    ['train', 'validation', 'test'].map((name) => [name, { examples: 12, tokens: 100 }]),
  );
  await writeFile(
    join(folder, 'card.json'),
    JSON.stringify({ schemaVersion: 1, name: 'set', createdAt: 'x', files, splits }),
  );
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

const client = (timeoutMs = 5_000) =>
  createFineTuningClient({ baseUrl: server.baseUrl, apiKey: key, timeoutMs, retries: 2 });
const said: string[] = [];
const submit = (
  more: Partial<SubmitRequest> = {},
  agree: (estimate: Estimate) => Promise<boolean> = async () => true,
  timeoutMs?: number,
) =>
  submitSet(
    dataDir,
    { ...request, ...more },
    { client: client(timeoutMs), agree, say: (text) => said.push(text) },
  );

describe('submitting a set', () => {
  it('says what it will cost, and sends nothing without a yes', async () => {
    let shown: Estimate | undefined;
    const record = await submit({}, async (estimate) => {
      shown = estimate;
      return false;
    });
    expect(record).toBeUndefined();
    expect(shown).toMatchObject({ examples: 12, epochs: 2 });
    expect(shown!.cost).toBeCloseTo((shown!.tokens / 1e6) * 3, 2);
    expect(server.requests).toEqual([]);
  });

  it('uploads the messages alone, makes one job, and does nothing a second time', async () => {
    const record = await submit();
    expect(record?.job).toMatchObject({ id: 'ftjob-1', status: 'validating_files' });
    expect(server.jobs[0]?.body).toMatchObject({
      model: 'small-model',
      training_file: 'file-1',
      validation_file: 'file-2',
      seed: 1,
      method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 2 } } },
    });
    expect(server.files.get('file-1')).not.toContain('c-0');
    expect(server.files.get('file-1')!.split('\n').filter(Boolean)).toHaveLength(12);
    await submit();
    expect(server.jobs).toHaveLength(1);
    expect(server.files.size).toBe(2);
  });

  it('goes on where it broke off, and makes no second job when the reply got lost', async () => {
    server.fail('POST /fine_tuning/jobs', 'lost-reply');
    await expect(submit()).rejects.toMatchObject({
      code: 'model-unavailable',
      message: expect.stringMatching(/same command goes on/),
    });
    expect((await readJobRecord(dataDir, 'set'))?.trainingFile).toBe('file-1');
    const record = await submit({}, async () => {
      throw new Error('asked twice');
    });
    expect(record?.job?.id).toBe('ftjob-1');
    expect(server.jobs).toHaveLength(1);
    expect(server.files.size).toBe(2);
  });

  it('with other settings than it was begun with is refused', async () => {
    server.fail('POST /fine_tuning/jobs', 'lost-reply');
    await expect(submit()).rejects.toThrow();
    await expect(submit({ base: 'another' })).rejects.toMatchObject({ code: 'bad-request' });
  });

  it('waits as long as a server wants when it says 429, then goes on', async () => {
    server.fail(
      'POST /files',
      { status: 429, headers: { 'retry-after-ms': '20' } },
      { status: 429, headers: { 'retry-after': '0' } },
    );
    expect((await submit())?.job?.id).toBe('ftjob-1');
    expect(server.requests.filter(({ path }) => path === '/files').length).toBe(4);
  });

  it.each([
    [401, 'model-invalid', /OPENAI_API_KEY/],
    [400, 'model-invalid', /check model and settings/],
    [404, 'model-invalid', /does not fine-tune/],
    [429, 'model-unavailable', /left alone/],
    [500, 'model-unavailable', /cannot be reached|failed/],
  ])('refused with %i says what to do, and quotes neither key nor texts', async (status, code, says) => {
    const refusal = { status, headers: { 'retry-after-ms': '1' } };
    server.fail('POST /files', refusal, refusal, refusal);
    const thrown = await submit().catch((error: Error) => error);
    expect(thrown).toMatchObject({ code, message: expect.stringMatching(says) });
    expect(String(thrown)).not.toMatch(/sk-secret|Question/);
    expect(
      JSON.stringify([said, await readFile(join(dataDir, 'fine-tuning/jobs/set.json'), 'utf8')]),
    ).not.toContain(key);
  });

  it('gives up on a server that does not answer', async () => {
    server.fail('POST /fine_tuning/jobs', 'late');
    await expect(submit({}, async () => true, 300)).rejects.toMatchObject({ code: 'model-timeout' });
  });

  it('refuses a file that is not as it was built', async () => {
    await appendFile(join(trainingSetFolder(dataDir, 'set'), 'train.jsonl'), '{}\n');
    await expect(submit()).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/not as it was built/),
    });
    expect(server.requests).toEqual([]);
  });
});

describe('a job', () => {
  it('that succeeded becomes a chat model that names what it was trained on', async () => {
    const record = (await submit())!;
    await expect(registerJob(dataDir, record)).rejects.toMatchObject({ code: 'bad-request' });
    server.end('ftjob-1', { model: 'ft:small-model:team' });
    const refreshed = await refreshJob(dataDir, record, { client: client() });
    const id = await registerJob(dataDir, refreshed);
    const [model] = await listChatModels(dataDir);
    expect(model).toMatchObject({
      id,
      setting: 'openai:ft:small-model:team',
      base: 'small-model',
      metrics: { trainedTokens: 1234 },
    });
    expect(Object.keys(model!.training!.files)).toContain('train.jsonl');
  });

  it('that failed says why in a word, never in the words of the service', async () => {
    const record = (await submit())!;
    server.end('ftjob-1', { failure: 'invalid_training_file' });
    const { job } = await refreshJob(dataDir, record, { client: client() });
    expect(job).toEqual({ id: 'ftjob-1', status: 'failed', failure: 'invalid_training_file' });
  });

  it('can be cancelled once', async () => {
    const record = await cancelJob(dataDir, (await submit())!, { client: client() });
    expect(record.job?.status).toBe('cancelled');
    await expect(cancelJob(dataDir, record, { client: client() })).rejects.toMatchObject({
      code: 'bad-request',
    });
  });
});
