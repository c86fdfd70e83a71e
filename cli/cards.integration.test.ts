// `answerdesk cards` as a child process: what it prints, how it ends, and what it leaves behind.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import { type EmbeddingEndpoint, startEmbeddingEndpoint } from '#ingest/testing/embedding-endpoint.ts';
import { createTemporaryFolder, type TemporaryFolder } from '#ingest/testing/source-folder.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { jsonLines, runCommandLine, succeed } from './testing/run-command.ts';

const cardFile = `# Ours
cards:
  - id: opened
    questions: [Can I return an opened valve?]
    answer: Yes, within 30 days.
    sources: [returns]
    state: approved
`;

let endpoint: EmbeddingEndpoint;
let folder: TemporaryFolder;
beforeAll(async () => {
  endpoint = await startEmbeddingEndpoint();
  folder = await createTemporaryFolder();
  await folder.write(
    'help/returns.md',
    '---\nid: returns\ntitle: Returns\n---\nAn opened valve can be returned within 30 days.',
  );
  await folder.write('help/a.answers.yaml', cardFile);
  await succeed(run('ingest', join(folder.path, 'help')));
});
afterAll(async () => {
  await endpoint[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

function run(...args: string[]) {
  return runCommandLine('cli/main.ts', args, {
    ANSWERDESK_DATA_DIR: join(folder.path, 'var'),
    ANSWERDESK_EMBEDDER: 'openai:test',
    ANSWERDESK_EMBEDDER_BASE_URL: endpoint.baseUrl,
  });
}
const cards = (...args: string[]) => run('cards', ...args);

describe('answerdesk cards', () => {
  it('lists, and tells which are stale; a review in the file makes them good again', async () => {
    const file = join(folder.path, 'help/a.answers.yaml');
    const listed = await succeed(cards('list', '--json'));
    expect(jsonLines(listed.stdout)).toMatchObject([
      { id: 'a.answers.yaml#opened', status: 'approved', staleSources: [] },
    ]);
    await folder.write(
      'help/returns.md',
      '---\nid: returns\ntitle: Returns\n---\nAn opened valve can be returned within 14 days.',
    );
    expect((await succeed(run('ingest', join(folder.path, 'help')))).stderr).toContain('1 stale');
    expect((await succeed(cards('list', '--stale'))).stdout).toContain('read again: returns');
    await succeed(cards('review', file, '--reviewer', 'Ben'));
    expect(await readFile(file, 'utf8')).toMatch(/^# Ours[\s\S]*reviewed:\n\s+returns: [0-9a-f]{12}/);
    await succeed(run('ingest', join(folder.path, 'help')));
    expect((await succeed(cards('list', '--stale'))).stdout).toBe('');
  });

  it('checks files: place, reason and exit code 2', async () => {
    const path = await folder.write(
      'bad/b.answers.yaml',
      `${cardFile.replace('returns', 'gone')}  - id: x\n    questions: []\n`,
    );
    const { code, stdout } = await cards('check', path);
    expect(code).toBe(2);
    expect(stdout).toContain(
      'b.answers.yaml:3: card "opened": its source "gone" is not in the knowledge base',
    );
    expect(stdout).toContain('b.answers.yaml:8: card "x": questions: write at least one');
    expect((await cards('check', join(folder.path, 'help/a.answers.yaml'))).code).toBe(0);
  });

  it('drafts from what customers asked in vain, without personal data, into a file that it does not write over', async () => {
    const store = openSqliteConversationStore(join(folder.path, 'var/conversations.db'));
    for (const text of ['is there a solar panel for ann@example.com', 'solar panel, is there one']) {
      const { conversation } = await store.create(defaultTenant);
      const key = inDefaultTenant(conversation.id);
      const at = { createdAt: '2026-01-01T00:00:00Z' };
      await store.addMessage(key, { id: 'question-1', author: 'customer', text, ...at }, 'answer-1');
      const reply = {
        id: 'answer-1',
        author: 'bot',
        text: 'No',
        decision: 'decline',
        replyTo: 'question-1',
        ...at,
      } as const;
      await store.append([{ key, event: { type: 'answer-end', message: reply, reason: 'complete' } }]);
    }
    await store.close();
    const out = join(folder.path, 'new.answers.yaml');
    await succeed(cards('draft', '--from', 'gaps', '--out', out));
    const written = await readFile(out, 'utf8');
    expect(written).toContain('solar panel, is there one');
    expect(written).toContain('state: draft');
    expect(written).not.toContain('ann@example.com');
    expect((await cards('check', out)).code).toBe(0);
    expect((await cards('draft', '--from', 'gaps', '--out', out)).code).toBe(2);
    expect(await readFile(out, 'utf8')).toBe(written);
  });

  it('says what is missing where no chat model can write from articles', async () => {
    const { code, stderr } = await cards('draft', '--from', 'articles');
    expect(code).toBe(2);
    expect(stderr).toContain('ANSWERDESK_CHAT_MODEL');
  });

  it('explains itself, and refuses what it does not know', async () => {
    expect((await succeed(cards('--help'))).stdout).toContain('answerdesk cards draft --from gaps');
    expect((await cards('draft', '--from', 'dreams')).code).toBe(2);
    expect((await cards('burn')).code).toBe(2);
  });
});
