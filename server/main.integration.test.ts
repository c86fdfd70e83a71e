import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { JournalEntry } from '#core/events.ts';
import { inDefaultTenant } from '#core/tenant.ts';
import { openSqliteConversationStore } from '#storage/sqlite/sqlite-conversation-store.ts';
import { createConversation, readEvents, requestInit, textOf } from './testing/start-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'answerdesk-main-'));
const processes = new Set<ChildProcessWithoutNullStreams>();
afterEach(() => {
  for (const child of processes) child.kill('SIGKILL');
  processes.clear();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const newDataDir = () => join(folder, `${count++}`);

function run(script: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(import.meta.dirname, script), ...args], {
    // Not the package's folder: nothing that is found may depend on where it is started.
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
    stdio: 'pipe',
  }) as ChildProcessWithoutNullStreams;
  processes.add(child);
  const output = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (output.out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (output.err += text));
  const exit = new Promise<number | string | null>((resolve) =>
    child.on('exit', (code, signal) => resolve(code ?? signal)),
  );
  const url = async () => {
    for (;;) {
      const found = /http:\/\/[\w.]+:\d+/.exec(output.err + output.out)?.[0];
      if (found) return found.replace('localhost', '127.0.0.1');
      if (child.exitCode !== null) throw new Error(output.err);
      await sleep(5);
    }
  };
  return { child, output, exit, url };
}
const startDesk = (dataDir: string, { delayMs = 10, graceMs = 100 } = {}) =>
  run('testing/scripted-desk.ts', [dataDir, `${delayMs}`], { GRACE_MS: `${graceMs}` });
const expected = Array.from({ length: 60 }, (_, index) => `word${index} `).join('');

describe('a server that is stopped in the middle of an answer', () => {
  it.each([
    ['SIGKILL', 'SIGKILL'],
    ['SIGTERM', 0],
  ] as const)(
    'by %s finishes the sentence after its restart, without a lost or doubled character',
    async (signal, code) => {
      const dataDir = newDataDir();
      let desk = startDesk(dataDir);
      let url = await desk.url();
      const { id, token } = await createConversation(`${url}/api/conversations`);
      const seen: JournalEntry[] = [];
      const sending = await fetch(
        `${url}/api/conversations/${id}/messages`,
        requestInit(token, { text: 'How?' }),
      );
      seen.push(...(await readEvents(sending, { count: 12 })));
      for (let restart = 0; restart < 2; restart++) {
        desk.child.kill(signal);
        expect(await desk.exit).toBe(code);
        desk = startDesk(dataDir);
        url = await desk.url();
        const resumed = await fetch(
          `${url}/api/conversations/${id}/events`,
          requestInit(token, undefined, { 'last-event-id': `${seen.at(-1)!.sequence}` }),
        );
        seen.push(...(await readEvents(resumed, { count: restart === 0 ? 15 : 63 - seen.length })));
      }
      expect(seen.map(({ sequence }) => sequence)).toEqual(seen.map((_, index) => index + 1));
      expect(textOf(seen)).toBe(expected);
      expect(seen.filter(({ event }) => event.type === 'answer-start')).toHaveLength(1);
      expect(seen.at(-1)?.event).toMatchObject({
        type: 'answer-end',
        reason: 'complete',
        message: { text: expected },
      });
    },
  );

  it('by SIGTERM during fifty streams leaves each of them finished or set aside, and every one finished after the restart', async () => {
    const dataDir = newDataDir();
    const desk = startDesk(dataDir, { delayMs: 500, graceMs: 300 });
    const url = await desk.url();
    const conversations = await Promise.all(
      Array.from({ length: 50 }, () => createConversation(`${url}/api/conversations`)),
    );
    await Promise.all(
      conversations.map(({ id, token }) =>
        fetch(`${url}/api/conversations/${id}/messages`, requestInit(token, { text: 'How?' })).then(
          (response) => readEvents(response, { count: 3 }),
        ),
      ),
    );
    desk.child.kill('SIGTERM');
    expect(await desk.exit).toBe(0);
    const store = openSqliteConversationStore(join(dataDir, 'conversations.db'));
    const left = await store.unfinishedAnswers();
    // It did not wait for them: each takes half a minute.
    expect(left.length).toBeGreaterThan(0);
    expect(left.every(({ attempts }) => attempts === 0)).toBe(true);
    const journals = await Promise.all(
      conversations.map(({ id }) => store.entriesAfter(inDefaultTenant(id), 0)),
    );
    const ended = journals.filter((entries) => entries.some(({ event }) => event.type === 'answer-end'));
    expect(ended.length + left.length).toBe(50);
    await store.close();

    const next = startDesk(dataDir, { delayMs: 1 });
    const nextUrl = await next.url();
    const all = await Promise.all(
      conversations.map(async ({ id, token }) =>
        readEvents(await fetch(`${nextUrl}/api/conversations/${id}/events`, requestInit(token)), {
          count: 63,
        }),
      ),
    );
    for (const entries of all) {
      expect(textOf(entries)).toBe(expected);
      expect(entries.at(-1)?.event.type).toBe('answer-end');
    }
  });
});

describe('main', () => {
  const env = () => ({ ANSWERDESK_DATA_DIR: newDataDir(), ANSWERDESK_PORT: '0' });

  it('starts without a knowledge base, says so, and ends with 0 on SIGTERM', async () => {
    const server = run('../cli/main.ts', ['start'], env());
    const url = await server.url();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'knowledge-base-missing' });
    expect(server.output.err).toContain(`Answerdesk is ready: ${url.replace('127.0.0.1', 'localhost')}`);
    server.child.kill('SIGTERM');
    expect(await server.exit).toBe(0);
    for (const line of server.output.out.trim().split('\n')) expect(JSON.parse(line).level).toBeDefined();
  });

  it('keeps what customers write to its own user, wherever it is started', async () => {
    const settings = env();
    const server = run('../cli/main.ts', ['start'], settings);
    await server.url();
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(modeOf(settings.ANSWERDESK_DATA_DIR)).toBe('700');
    const files = readdirSync(settings.ANSWERDESK_DATA_DIR);
    expect(files).toContain('conversations.db-wal');
    for (const name of files)
      expect([name, modeOf(join(settings.ANSWERDESK_DATA_DIR, name))]).toEqual([name, '600']);
  });

  it('says what to do when the port is taken or the configuration is wrong', async () => {
    const first = run('../cli/main.ts', ['start'], env());
    const port = new URL(await first.url()).port;
    const second = run('../cli/main.ts', ['start'], { ...env(), ANSWERDESK_PORT: port });
    const third = run('../cli/main.ts', ['start'], {
      ...env(),
      ANSWERDESK_POTR: '1',
      ANSWERDESK_LOG_LEVEL: 'loud',
    });
    expect(await second.exit).toBe(2);
    expect(second.output.err).toMatch(new RegExp(`^Port ${port} is in use.*ANSWERDESK_PORT=`));
    expect(await third.exit).toBe(2);
    expect(third.output.err).toMatch(
      /2 problem\(s\):\n- ANSWERDESK_POTR: no such setting.*\n- ANSWERDESK_LOG_LEVEL/,
    );
  });
});
