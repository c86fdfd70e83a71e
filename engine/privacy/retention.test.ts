import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '#core/errors.ts';
import { defaultRetention, parseRetention, type RetentionDays } from '#core/retention.ts';
import { defaultTenant } from '#core/tenant.ts';
import { openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { publishSample, sampleDocument, sampleDocuments } from '#knowledge/testing/sample-generation.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { type RetentionOptions, runRetention } from './retention.ts';

const dayMs = 86_400_000;
const today = Date.UTC(2026, 5, 1);
const daysAgo = (days: number) => new Date(today - days * dayMs);

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'answerdesk-retention-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const days = (text: string) => parseRetention(text) as RetentionDays;
const retain = (setting: string, options: Partial<RetentionOptions> = {}) =>
  runRetention({
    dataDir,
    days: days(setting),
    now: () => new Date(today),
    mode: 'all',
    lock: () => ({ [Symbol.dispose]() {} }),
    ...options,
  });
const kindOf = ({ kinds }: Awaited<ReturnType<typeof retain>>, kind: string) =>
  kinds.find((one) => one.kind === kind)!;

/** Conversations that ended so many days ago; their ids. */
async function conversations(...ages: readonly number[]): Promise<string[]> {
  let at = today;
  const store = openSqliteConversationStore(join(dataDir, 'conversations.db'), {
    now: () => new Date(at),
    handoffChannels: ['mail'],
  });
  const ids: string[] = [];
  for (const age of ages) {
    at = today - age * dayMs;
    const { conversation } = await store.create(defaultTenant);
    const key = { tenantId: defaultTenant, conversationId: conversation.id };
    await store.addMessage(key, { id: 'm', author: 'customer', text: `canary-${age}`, createdAt: '' }, 'a');
    await store.recordHandoff(key, { reason: 'unanswered' });
    const notices = await store.dueNotices('9', 1_000);
    for (const { id } of notices) await store.noticeSent(id);
    await store.access.audit(defaultTenant, {
      at: new Date(at).toISOString(),
      actor: 'system',
      action: 'test',
    });
    ids.push(conversation.id);
  }
  await store.close();
  return ids;
}

async function write(path: string, age: number, content = 'x'): Promise<void> {
  const full = join(dataDir, path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, content);
  await utimes(full, daysAgo(age), daysAgo(age));
}

const left = async () => {
  const store = openSqliteConversationStore(join(dataDir, 'conversations.db'));
  const keys = await store.newest(defaultTenant, 1_000);
  await store.close();
  return keys.map(({ conversationId }) => conversationId);
};

describe('retention', () => {
  it('looks first: says how many would go and how old they are, and changes nothing', async () => {
    const [old, fresh] = await conversations(400, 10);
    const report = await retain('conversations=365', { mode: 'look' });
    expect(kindOf(report, 'conversations')).toEqual({
      kind: 'conversations',
      days: 365,
      old: 1,
      all: 2,
      oldest: daysAgo(400).toISOString(),
      removed: 0,
    });
    expect((await left()).sort()).toEqual([old, fresh].sort());
  });

  it('removes each kind by its own age, with what belongs to it, and keeps what nobody has set', async () => {
    const [old, fresh] = await conversations(400, 10);
    await write(`pictures/${old}/a.png`, 400);
    await write(`pictures/${fresh}/a.png`, 10);
    await write('labels/set.jsonl', 1, `{"id":"${old}"}\n{"id":"${fresh}"}\n`);
    await write('evals/run-old/report.json', 100);
    await write('evals/run-new/report.json', 1);
    await write('fine-tuning/sets/old/train.jsonl', 100);
    await write('fine-tuning/sets/old/card.json', 100);
    await write('fine-tuning/sets/new/card.json', 100);
    await write(
      'fine-tuning/sets/new/train.jsonl',
      1,
      `{"messages":[],"conversationId":"${old}"}\n{"messages":[],"conversationId":"${fresh}"}\n`,
    );
    await write('fine-tuning/jobs/old.json', 400, '{}');
    await write('exports/old.json', 31);
    await write('quarantine/a.jsonl', 400);
    await write('sources/help/m.vectors', 400);
    await write('sources/help/memory.jsonl', 400);
    await write(
      'ingest-history.jsonl',
      0,
      [500, 5].map((age) => `{"at":"${daysAgo(age).toISOString()}"}\n`).join(''),
    );
    await write('somebody/else.txt', 900);
    const report = await retain('conversations=365,evals=90,training=90,audit=100');
    expect(Object.fromEntries(report.kinds.map(({ kind, removed }) => [kind, removed]))).toEqual({
      conversations: 1,
      transcripts: 0,
      pictures: 0,
      notices: 0,
      sessions: 0,
      journals: 3,
      evals: 1,
      training: 1,
      exports: 1,
      audit: 1,
    });
    expect(await left()).toEqual([fresh]);
    expect(await readdir(join(dataDir, 'pictures'))).toEqual([fresh]);
    expect(await readdir(join(dataDir, 'evals'))).toEqual(['run-new']);
    expect(await readdir(join(dataDir, 'fine-tuning/sets'))).toEqual(['new']);
    const examples = await readFile(join(dataDir, 'fine-tuning/sets/new/train.jsonl'), 'utf8');
    expect(examples).toContain(fresh);
    expect(examples).not.toContain(old);
    expect(await readdir(join(dataDir, 'fine-tuning/jobs'))).toEqual(['old.json']);
    expect(await readdir(join(dataDir, 'sources/help'))).toEqual(['memory.jsonl']);
    expect(report.unknown).toEqual(['somebody']);
    expect(
      (await retain('conversations=365,evals=90,audit=100')).kinds.every(({ old: rest }) => rest === 0),
    ).toBe(true);
  });

  it('takes old transcripts out of the knowledge base, and says which have no date', async () => {
    const transcript = (id: string, updated?: Date) =>
      sampleDocument(id, `Turn the ${id} around.`, {
        kind: 'transcript',
        ...(updated ? { updated: updated.toISOString() } : {}),
      });
    const documents = [transcript('old', daysAgo(800)), transcript('new', daysAgo(8)), transcript('undated')];
    await publishSample(dataDir, [...sampleDocuments, ...documents], createHashingEmbedder());
    expect(kindOf(await retain('transcripts=730'), 'transcripts')).toMatchObject({ removed: 1, undated: 1 });
    const { documents: kept } = (await openCurrentGeneration(dataDir))!;
    expect(kept.map(({ id }) => id)).toEqual([...sampleDocuments.map(({ id }) => id), 'new', 'undated']);
    const busy = () => {
      throw new AppError('job-locked', 'Another ingestion job is running.');
    };
    expect(kindOf(await retain('transcripts=1', { lock: busy }), 'transcripts')).toMatchObject({
      removed: 0,
      refused: 'Another ingestion job is running.',
    });
  });

  it('removes no more than a share in one run of a schedule, and tells why', async () => {
    await conversations(...Array.from({ length: 30 }, (_, index) => 400 + index), 1, 2, 3);
    const bounded = await retain('conversations=365', { mode: 'bounded' });
    expect(kindOf(bounded, 'conversations')).toMatchObject({
      removed: 0,
      refused: expect.stringContaining('30 of 33 at once'),
    });
    expect(await left()).toHaveLength(33);
    expect(kindOf(await retain('conversations=365'), 'conversations').removed).toBe(30);
    await conversations(366);
    expect(kindOf(await retain('conversations=365', { mode: 'bounded' }), 'conversations').removed).toBe(1);
  });

  it('does not believe a clock that jumped, until somebody says so', async () => {
    await conversations(1, 2, 3);
    await retain('conversations=365', { mode: 'bounded' });
    const at = (jump: number) => ({ mode: 'bounded' as const, now: () => new Date(today + jump * dayMs) });
    const forward = await retain('conversations=365', at(3_650));
    expect(forward.clock).toContain('the clock jumped');
    expect(kindOf(forward, 'conversations')).toMatchObject({ old: 3, removed: 0 });
    const back = await retain('conversations=365', at(-3_650));
    expect(back.clock).toContain('set back');
    expect(await left()).toHaveLength(3);
    expect((await retain('conversations=365', at(1))).clock).toBeUndefined();
    expect(
      kindOf(await retain('conversations=365', { ...at(3_650), mode: 'all' }), 'conversations').removed,
    ).toBe(3);
  });

  it('reads its setting, and says what is wrong with it', () => {
    expect(days('')).toEqual(defaultRetention);
    expect(days('conversations=30, exports=never')).toMatchObject({
      conversations: 30,
      exports: undefined,
      notices: 90,
    });
    for (const wrong of ['conversations', 'letters=3', 'evals=0', 'evals=1.5', 'evals=-1', 'evals=99999'])
      expect(parseRetention(wrong)).toContain(`"${wrong}"`);
  });
});
