// `answerdesk questions` as a child process: what it writes, how it goes on, and how it ends. The chat model is a server that always
// answers alike.

import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddingEndpoint, startEmbeddingEndpoint } from '#ingest/testing/embedding-endpoint.ts';
import { createTemporaryFolder, type TemporaryFolder } from '#ingest/testing/source-folder.ts';
import { jsonLines, runCommandLine, succeed } from './testing/run-command.ts';

interface Line {
  readonly article: string;
  readonly heading: readonly string[];
  readonly questions: readonly (string | { readonly question: string; readonly answer: readonly string[] })[];
  readonly of: string;
}

let endpoint: EmbeddingEndpoint;
let folder: TemporaryFolder;
let chat: Server;
/** Of the articles that the model was asked about. */
let prompts: string[] = [];
let reply = '';
beforeAll(async () => {
  endpoint = await startEmbeddingEndpoint();
  chat = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    prompts.push(JSON.parse(body).messages.at(-1).content);
    response.setHeader('content-type', 'text/event-stream');
    const piece = { choices: [{ index: 0, delta: { content: reply }, finish_reason: 'stop' }] };
    response.end(`data: ${JSON.stringify(piece)}\n\ndata: [DONE]\n\n`);
  });
  await new Promise<void>((resolve) => chat.listen(0, '127.0.0.1', resolve));
  folder = await createTemporaryFolder();
  await folder.write('help/returns.md', '---\ntitle: Returns\n---\nOpened valves go back within 30 days.');
  await folder.write('help/agents.md', '---\ntitle: Agents\naudience: internal\n---\nThe safe has a code.');
  await folder.write('help/lamp.md', '---\ntitle: Lamp\n---\nHold the button until it blinks.');
  await succeed(run('ingest', join(folder.path, 'help')));
});
beforeEach(() => {
  prompts = [];
  reply = JSON.stringify({ questions: [{ question: 'can i send it back when it was open?', answer: [1] }] });
});
afterAll(async () => {
  chat.close();
  await endpoint[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

function run(...args: string[]) {
  return runCommandLine('cli/main.ts', args, {
    ANSWERDESK_DATA_DIR: join(folder.path, 'var'),
    ANSWERDESK_EMBEDDER: 'openai:test',
    ANSWERDESK_EMBEDDER_BASE_URL: endpoint.baseUrl,
    ANSWERDESK_CHAT_MODEL: 'openai:test',
    ANSWERDESK_CHAT_BASE_URL: `http://127.0.0.1:${(chat.address() as AddressInfo).port}/v1`,
  });
}

describe('answerdesk questions', () => {
  it('drafts some, goes on where it stopped, drafts anew what has changed, and ingestion takes the file', async () => {
    const out = join(folder.path, 'help/drafted.questions.jsonl');
    const lines = async () => jsonLines<Line>(await readFile(out, 'utf8'));
    const first = await succeed(run('questions', 'draft', '--out', out, '--limit', '1', '--json'));
    expect(jsonLines(first.stdout)).toEqual([{ out, sections: 1, questions: 1, failed: 0, left: 1 }]);
    expect(first.stderr).toContain('1 sections have none yet: the same command goes on');
    await succeed(run('questions', 'draft', '--out', out));
    expect(prompts).toHaveLength(2);
    expect(prompts.join()).not.toContain('safe');
    expect((await lines()).find(({ article }) => article === 'lamp.md')!.questions).toEqual([
      { question: 'can i send it back when it was open?', answer: ['Hold the button until it blinks.'] },
    ]);
    expect((await lines()).map(({ article }) => article).sort()).toEqual(['lamp.md', 'returns.md']);
    const ingested = await succeed(run('ingest', join(folder.path, 'help')));
    expect(ingested.stderr).toContain('Questions  2 for 2 sections in use\n');

    await folder.write('help/lamp.md', '---\ntitle: Lamp\n---\nClap twice until it blinks.');
    expect((await succeed(run('ingest', join(folder.path, 'help')))).stderr).toContain(
      'drafted again: lamp.md',
    );
    const [before] = (await lines()).filter(({ article }) => article === 'lamp.md');
    await succeed(run('questions', 'draft', '--out', out));
    const anew = (await lines()).filter(({ article }) => article === 'lamp.md');
    expect(prompts).toHaveLength(3);
    expect(anew).toHaveLength(1);
    expect(anew[0]!.of).not.toBe(before!.of);
    expect((await succeed(run('ingest', join(folder.path, 'help')))).stderr).toContain(
      '2 for 2 sections in use\n',
    );
    expect(prompts).toHaveLength(3);
  });

  it('ends with 1 where the model wrote nothing that can be used, and asks again the next time', async () => {
    const out = join(folder.path, 'other.questions.jsonl');
    await folder.write('more/door.md', '---\ntitle: Door\n---\nPush it.');
    await succeed(run('ingest', join(folder.path, 'more')));
    reply = 'I am only a model.';
    const failed = await run('questions', 'draft', '--out', out);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('door.md: nothing that can be used');
    reply = JSON.stringify({ questions: ['how do i get in'] });
    await succeed(run('questions', 'draft', '--out', out));
    expect(jsonLines<Line>(await readFile(out, 'utf8'))).toMatchObject([{ article: 'door.md', heading: [] }]);
  });

  it('refuses what would be lost: another name, and a file with a line that cannot be read', async () => {
    expect((await run('questions', 'draft', '--out', 'drafts.jsonl')).code).toBe(2);
    const out = join(folder.path, 'bad.questions.jsonl');
    await writeFile(out, 'oops\n');
    const { code, stderr } = await run('questions', 'draft', '--out', out);
    expect(code).toBe(2);
    expect(stderr).toContain('line 1: not valid JSON');
    expect(await readFile(out, 'utf8')).toBe('oops\n');
  });

  it('says what to configure where no chat model can write', async () => {
    const { code, stderr } = await runCommandLine('cli/main.ts', ['questions', 'draft'], {
      ANSWERDESK_DATA_DIR: join(folder.path, 'var'),
    });
    expect(code).toBe(2);
    expect(stderr).toContain('one is needed to write questions. Set ANSWERDESK_CHAT_MODEL');
  });

  it('explains itself, and refuses what it does not know', async () => {
    expect((await succeed(run('questions', '--help'))).stdout).toContain(
      'answerdesk questions draft --limit 20',
    );
    expect((await run('questions')).code).toBe(2);
    expect((await run('questions', 'publish')).code).toBe(2);
    expect((await run('questions', 'draft', '--limit', 'many')).code).toBe(2);
  });
});
