// Erasing in the middle of an ingestion and of a training run, all of them real processes: an embedder that waits holds them there.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddingEndpoint, startEmbeddingEndpoint } from '#ingest/testing/embedding-endpoint.ts';
import { type CommandOutcome, root, runCommandLine, succeed } from './testing/run-command.ts';

const ann = 'ann.rose@example.com';
const other = 'joe.lind@example.com';
let endpoint: EmbeddingEndpoint;
let folder: string;
let dataDir: string;
beforeAll(async () => {
  endpoint = await startEmbeddingEndpoint();
});
afterAll(() => endpoint[Symbol.asyncDispose]());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'privacy-at-work-'));
  dataDir = join(folder, 'var');
  await mkdir(join(folder, 'tickets'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const env = () => ({
  ANSWERDESK_DATA_DIR: dataDir,
  ANSWERDESK_EMBEDDER: 'openai:test',
  ANSWERDESK_EMBEDDER_BASE_URL: endpoint.baseUrl,
  ANSWERDESK_PERSONAL_DATA_MODEL: 'off',
});
const run = (...args: string[]) => runCommandLine('cli/main.ts', args, env());
const ingest = () => run('ingest', join(folder, 'tickets'), '--source', 'tickets');
const erase = () => run('privacy', 'erase', '--subject', ann, '--yes', '--json');

/** The command, stopped where it waits for the embedder for the first time. */
async function heldAtWork(...args: string[]) {
  const { asked, release } = endpoint.hold();
  const child = spawn(process.execPath, [join(root, 'cli/main.ts'), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, ...env() },
    stdio: 'ignore',
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  await Promise.race([
    asked,
    ended.then((code) => Promise.reject(new Error(`it ended with ${code} before it embedded anything`))),
  ]);
  return {
    async goOn() {
      release();
      return ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
      release();
    },
  };
}

const ticket = (id: string, email: string, said: string) => ({
  id,
  requester: { email, name: 'Somebody' },
  requester_id: `1${id}`,
  assignee_id: '9',
  assignee: { id: '9', email: 'mia@desk.example' },
  status: 'solved',
  comments: [
    { author_id: `1${id}`, public: true, body: `My ${said} valve does not close any more since Monday.` },
    {
      author_id: '9',
      public: true,
      body: `Hold the ${said} button beside the ${id} radiator for ten seconds, then pair the valve with its bridge.`,
    },
  ],
});
const writeTickets = (...tickets: readonly object[]) =>
  writeFile(join(folder, 'tickets/tickets.jsonl'), tickets.map((one) => `${JSON.stringify(one)}\n`).join(''));

async function onDisk(text: string): Promise<string[]> {
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const holding: string[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if ((await readFile(path, 'latin1')).includes(text)) holding.push(path);
  }
  return holding;
}

const current = () => readFile(join(dataDir, 'index/CURRENT'), 'utf8');
const refused = (outcome: CommandOutcome, what: string) => {
  expect(outcome.code).toBe(1);
  expect(outcome.stderr).toContain(`Another ${what} is running`);
};

describe('an erasure', () => {
  it('waits for no ingestion: it is refused, that one ends as if nothing had been, and the next try erases what it brought', async () => {
    await writeTickets(ticket('1', ann, 'quaxilone'), ticket('2', other, 'ombertone'));
    await succeed(ingest());
    const before = await current();
    await writeTickets(
      ticket('1', ann, 'quaxilone'),
      ticket('2', other, 'ombertone'),
      ticket('3', ann, 'quaxiltwo'),
    );
    const atWork = await heldAtWork('ingest', join(folder, 'tickets'), '--source', 'tickets');
    refused(await erase(), 'ingestion job');
    expect(await current()).toBe(before);
    expect(await onDisk('quaxilone')).not.toEqual([]);
    expect(await atWork.goOn()).toBe(0);
    expect(await current()).not.toBe(before);

    const { stdout } = await succeed(erase());
    expect(JSON.parse(stdout)).toMatchObject({ verified: { found: 0 } });
    for (const gone of ['quaxilone', 'quaxiltwo', ann]) expect(await onDisk(gone)).toEqual([]);
    expect(await onDisk('ombertone')).not.toEqual([]);
    // The source still has them; they stay away.
    await succeed(ingest());
    expect(await onDisk('quaxiltwo')).toEqual([]);
  });

  it('leaves nothing of an ingestion that was killed in the middle', async () => {
    await writeTickets(ticket('2', other, 'ombertone'));
    await succeed(ingest());
    await writeTickets(ticket('1', ann, 'quaxilone'), ticket('2', other, 'ombertone'));
    await (await heldAtWork('ingest', join(folder, 'tickets'), '--source', 'tickets')).kill();
    const { stdout } = await succeed(erase());
    expect(JSON.parse(stdout)).toMatchObject({ verified: { found: 0 } });
    await succeed(ingest());
    for (const gone of ['quaxilone', ann]) expect(await onDisk(gone)).toEqual([]);
    expect(await onDisk('ombertone')).not.toEqual([]);
  });

  it('waits for no training run either, and names the model that came of it', async () => {
    await writeTickets(ticket('1', ann, 'quaxilone'), ticket('2', other, 'ombertone'));
    await succeed(ingest());
    const texts = (label: string, words: string) =>
      Array.from({ length: 6 }, (_, at) => ({ text: `${words} number ${at} please`, label }));
    const rows = [
      ...texts('refund', 'money back for order'),
      ...texts('delivery', 'where is the parcel'),
      { text: `quaxilthree money back to ${ann}`, label: 'refund' },
    ];
    const set = join(dataDir, 'training-sets/set.jsonl');
    await mkdir(join(dataDir, 'training-sets'));
    await writeFile(set, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const models = join(dataDir, 'models');
    const atWork = await heldAtWork('intents', 'train', set, '--out', models);
    refused(await erase(), 'training run, labelling, draft or erasure');
    expect(await onDisk('quaxilthree')).toEqual([set]);
    expect(await atWork.goOn()).toBe(0);

    const { stdout } = await succeed(erase());
    const receipt = JSON.parse(stdout);
    expect(receipt.verified.found).toBe(0);
    expect(JSON.stringify(receipt.remains)).toContain('intents.json');
    expect(await onDisk('quaxilthree')).toEqual([]);
  });

  it('does not run into the labelling of conversations', async () => {
    await writeTickets(ticket('1', ann, 'quaxilone'), ticket('2', other, 'ombertone'));
    await succeed(ingest());
    const atWork = await heldAtWork('labels', 'update');
    refused(await erase(), 'training run, labelling, draft or erasure');
    expect(await atWork.goOn()).toBe(0);
    await succeed(erase());
    expect(await onDisk('ticket-1')).toEqual([]);
  });
});
