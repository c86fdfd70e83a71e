import { copyFile, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { defaultTenant } from '#core/tenant.ts';
import { listGenerations } from '#knowledge/generations/generation-folder.ts';
import { openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { eraseSteps, eraseSubject, unfinishedErasures } from './erase-subject.ts';
import { exportSubject } from './export-subject.ts';
import { findSubject, returnedAddresses } from './find-subject.ts';
import { createSubject } from './subject.ts';
import { ann, others, type PlantedDesk, plantDesk } from './testing/planted-desk.ts';

const subject = createSubject(ann);
let desk: PlantedDesk;
afterEach(() => desk[Symbol.asyncDispose]());

const embed = (texts: readonly string[]) => createHashingEmbedder().embedDocuments(texts);
const erase = (options: Partial<Parameters<typeof eraseSubject>[1]> = {}) =>
  eraseSubject(subject, { dataDir: desk.dataDir, embed, ...options });

const small = { conversations: 4, tickets: 3 };

async function othersAreUntouched(
  { conversations, tickets } = { conversations: 36, tickets: 8 },
): Promise<void> {
  expect(await desk.onDisk(desk.othersCanaries)).toEqual([...desk.othersCanaries].sort());
  const generation = (await openCurrentGeneration(desk.dataDir))!;
  expect(generation.documents.filter(({ id }) => id.includes('other-ticket'))).toHaveLength(tickets);
  const store = openSqliteConversationStore(join(desk.dataDir, 'conversations.db'));
  const keys = await store.newest(defaultTenant, 1_000);
  expect(keys).toHaveLength(conversations + 1);
  for (const key of keys) expect((await store.get(key))?.messages.length).toBe(3);
  await store.close();
}

describe('erasing a person', () => {
  it('leaves none of 200 texts of theirs in any byte of the data folder, and all of others', async () => {
    desk = await plantDesk();
    expect(desk.canaries.length).toBeGreaterThanOrEqual(200);
    const { onDisk } = desk;
    const planted = await onDisk(desk.canaries);
    // What customers say is never kept of a transcript but for a line; all else is there before.
    expect(planted.length).toBeGreaterThanOrEqual(195);
    const { receipt, receiptFile } = await erase();
    expect(await onDisk(desk.canaries)).toEqual([]);
    await othersAreUntouched();
    expect(receipt).toMatchObject({
      erased: {
        conversations: 36,
        handoffs: 36,
        notes: 36,
        feedback: 36,
        transcripts: 8,
        pictures: 1,
        generations: 2,
      },
      verified: { found: 0 },
    });
    expect(receipt.remains.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['training-sets', expect.stringContaining('contact.md')]),
    );
    const written = await readFile(receiptFile, 'utf8');
    for (const address of ann.addresses) expect(written).not.toContain(address);
    expect(await findSubject(subject, { dataDir: desk.dataDir })).toMatchObject({
      conversations: [],
      mentions: [],
      transcripts: [],
      articles: [],
      files: [],
      erasedBefore: true,
    });
  });

  it('takes what it exports, and the export holds all that is theirs', async () => {
    desk = await plantDesk(small);
    const text = JSON.stringify(await exportSubject(subject, { dataDir: desk.dataDir }));
    const before = await desk.onDisk(desk.canaries);
    const files = JSON.parse(text).files.flatMap(({ base64 }: { base64: string }) => {
      const bytes = Buffer.from(base64, 'base64');
      return [bytes.toString('latin1'), bytes.toString('utf16le')];
    });
    const all = `${text}${files.join('')}`;
    const missing = before.filter((canary) => !all.includes(canary));
    expect(missing).toEqual([]);
    const { subject: _subject, mentions: _mentions, ...theirs } = JSON.parse(text);
    for (const canary of desk.othersCanaries.slice(0, 60))
      expect(JSON.stringify(theirs.conversations)).not.toContain(canary);
    expect(text).not.toContain('token_hash');
  });

  it('goes on where it was stopped, at whatever step', async () => {
    desk = await plantDesk(small);
    for (const step of eraseSteps) {
      const stop = (at: string) => {
        if (at === step) throw new Error('the power went');
      };
      await expect(erase({ onStep: stop })).rejects.toThrow('the power went');
      expect(await unfinishedErasures(desk.dataDir)).toHaveLength(1);
    }
    const { receipt } = await erase();
    expect(receipt.erased).toMatchObject({ conversations: 4, transcripts: 3, pictures: 1 });
    expect(await unfinishedErasures(desk.dataDir)).toEqual([]);
    expect(await desk.onDisk(desk.canaries)).toEqual([]);
    await othersAreUntouched(small);
  });

  it('keeps the person away when the same source is read again, and says how many records were left out', async () => {
    desk = await plantDesk(small);
    await erase();
    const summary = await desk.ingest();
    expect(summary.counts).toMatchObject({ erased: 3, transcripts: 3 });
    expect(await desk.onDisk(desk.canaries)).toEqual([]);
    const { documents } = (await openCurrentGeneration(desk.dataDir))!;
    expect(documents.find(({ id }) => id === 'contact.md')?.pageContent).toContain('[email]');
  });

  it('knows who came back with a backup that was restored', async () => {
    desk = await plantDesk(small);
    const database = join(desk.dataDir, 'conversations.db');
    await copyFile(database, `${database}.backup`);
    expect(returnedAddresses(desk.dataDir)).toEqual([]);
    await erase();
    expect(returnedAddresses(desk.dataDir)).toEqual([]);
    await rename(`${database}.backup`, database);
    expect([...returnedAddresses(desk.dataDir)].sort()).toEqual([
      'a.rose@work.example',
      'ann.rose@example.com',
    ]);
  });

  it('cleans the generations that a rollback could bring back', async () => {
    desk = await plantDesk(small);
    expect(await listGenerations(desk.dataDir)).toEqual(['gen-000001', 'gen-000002']);
    const { receipt } = await erase();
    expect(receipt.erased.generations).toBe(2);
    expect(await listGenerations(desk.dataDir)).toEqual(['gen-000003']);
  });

  it('takes the examples of their conversations out of training sets, and leaves those of others', async () => {
    desk = await plantDesk(small);
    const { conversations, transcripts } = await findSubject(subject, { dataDir: desk.dataDir });
    const example = (conversationId: string, content: string) =>
      JSON.stringify({ messages: [{ role: 'user', content }], conversationId });
    const kept = [example('of-another', 'How long does a refund take?'), example('a#0', 'And to a card?')];
    const theirs = [
      ...conversations.map((id) => example(id, 'How do I pair the valve?')),
      ...transcripts.map(({ id }) => example(id, 'How do I move the sensor?')),
      example('of-somebody', `Write to ${ann.addresses[0]}.`),
    ];
    expect(theirs.length).toBeGreaterThanOrEqual(8);
    for (const name of ['train', 'validation', 'test'])
      await desk.write(
        `fine-tuning/sets/first/${name}.jsonl`,
        `${[kept[0], ...theirs, kept[1]].join('\n')}\n`,
      );
    await erase();
    for (const name of ['train', 'validation', 'test'])
      expect(await readFile(join(desk.dataDir, `fine-tuning/sets/first/${name}.jsonl`), 'utf8')).toBe(
        `${kept.join('\n')}\n`,
      );
  });

  it('lists what has only the name in common, and erases it only where somebody has confirmed it', async () => {
    desk = await plantDesk(small);
    const store = openSqliteConversationStore(join(desk.dataDir, 'conversations.db'));
    const say = async (text: string) => {
      const { conversation } = await store.create(defaultTenant);
      const key = { tenantId: defaultTenant, conversationId: conversation.id };
      await store.addMessage(key, { id: 'm', author: 'customer', text, createdAt: '' }, 'a');
      return conversation.id;
    };
    const word = await say('The Rose edition of the valve is sold out.');
    const confirmed = await say('This is Rose again, from yesterday.');
    await say('A rose is a flower.');
    await store.close();
    const { names } = await findSubject(subject, { dataDir: desk.dataDir });
    expect(names.map(({ id }) => id).sort()).toEqual([word, confirmed].sort());
    await erase({ include: [confirmed] });
    const after = openSqliteConversationStore(join(desk.dataDir, 'conversations.db'));
    expect(await after.get({ tenantId: defaultTenant, conversationId: word })).toBeDefined();
    expect(await after.get({ tenantId: defaultTenant, conversationId: confirmed })).toBeUndefined();
    await after.close();
  });

  it('does not take somebody else for the person', () => {
    for (const address of others) expect(subject.isIn(`It is ${address}, yes.`)).toBe(false);
  });
});
