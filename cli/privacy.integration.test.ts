// `answerdesk privacy`, `retention` and `audit` as processes, killed and run beside others.
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { lockJob } from '#ingest/job-lock.ts';
import { ann, type PlantedDesk, plantDesk } from '../engine/privacy/testing/planted-desk.ts';
import { root, runCommandLine } from './testing/run-command.ts';

let desk: PlantedDesk;
afterEach(() => desk[Symbol.asyncDispose]());

const [email, second, phone, visitor] = ann.addresses;
const whose = ['--subject', email, '--also', second, '--also', phone, '--also', visitor];
const env = () => ({ ANSWERDESK_DATA_DIR: desk.dataDir });
const run = (...args: string[]) => runCommandLine('cli/main.ts', args, env());
const privacy = (action: string, ...args: string[]) => run('privacy', action, ...whose, ...args);

/** Exit code; null if it was killed before its end. */
function eraseAndKill(afterMs: number): Promise<number | null> {
  const child = spawn(process.execPath, [join(root, 'cli/main.ts'), 'privacy', 'erase', ...whose, '--yes'], {
    cwd: root,
    env: { PATH: process.env.PATH, ...env() },
    stdio: 'ignore',
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(code);
    });
  });
}

describe('answerdesk privacy', () => {
  it('finds, exports and erases, notes it in the audit log without the address, and proves it by a search', async () => {
    desk = await plantDesk({ conversations: 4, tickets: 3 });
    const found = await privacy('find', '--name', 'Rose', '--json');
    expect(found.code).toBe(0);
    expect(JSON.parse(found.stdout)).toMatchObject({
      erasedBefore: false,
      unknown: ['notes.txt', 'training-sets'],
    });
    expect(JSON.parse(found.stdout).conversations).toHaveLength(4);

    const dry = await privacy('erase');
    expect(dry.stderr).toContain('Nothing was changed.');
    expect(await desk.onDisk([email])).toEqual([email]);

    expect((await privacy('export')).code).toBe(0);
    expect(await readdir(join(desk.dataDir, 'exports'))).toHaveLength(2);

    const erased = await privacy('erase', '--yes', '--json');
    expect(erased.code).toBe(0);
    const receipt = JSON.parse(erased.stdout);
    expect(receipt).toMatchObject({ kind: 'answerdesk-erasure-receipt', verified: { found: 0 } });
    expect(await desk.onDisk(desk.canaries)).toEqual([]);
    expect(erased.stderr + erased.stdout).not.toContain('ann.rose');
    expect((await privacy('find')).stderr).toContain('Nothing is kept of this person.');

    const log = await run('audit', '--json');
    expect(JSON.parse(log.stdout).slice(0, 2)).toMatchObject([
      {
        action: 'privacy.erased',
        subject: receipt.subject.hash,
        details: { conversations: '4', transcripts: '3' },
      },
      { action: 'privacy.exported', subject: receipt.subject.hash },
    ]);
    const head = (await run('audit', 'head')).stdout.trim();
    expect(await run('audit', 'verify', '--head', head)).toMatchObject({ code: 0 });
    expect(await run('audit', 'verify', '--head', `99${head.slice(head.indexOf(':'))}`)).toMatchObject({
      code: 1,
    });
  });

  it('goes on after it was killed, whenever that was', async () => {
    desk = await plantDesk({ conversations: 6, tickets: 4 });
    let killed = 0;
    for (const afterMs of [900, 1_300, 1_700, 2_100, 2_500]) {
      const code = await eraseAndKill(afterMs);
      if (code === 0) break;
      killed += 1;
    }
    expect(killed).toBeGreaterThan(0);
    const { code, stdout } = await privacy('erase', '--yes', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).verified.found).toBe(0);
    expect(await desk.onDisk(desk.canaries)).toEqual([]);
    expect(await desk.onDisk(desk.othersCanaries)).toEqual([...desk.othersCanaries].sort());
    const left = await readdir(join(desk.dataDir, 'privacy'));
    expect(left.filter((name) => name.startsWith('erasing-'))).toEqual([]);
  });

  it('refuses to begin while something is ingested or learnt, and nothing is half done', async () => {
    desk = await plantDesk({ conversations: 2, tickets: 2 });
    const before = await readFile(join(desk.dataDir, 'index/CURRENT'), 'utf8');
    for (const [folder, what] of [
      ['.', 'ingestion job'],
      ['privacy', 'training run, labelling, draft or erasure'],
      ['candidates', 'comparison of models'],
    ] as const) {
      using _lock = lockJob(join(desk.dataDir, folder), what);
      const { code, stderr } = await privacy('erase', '--yes');
      expect(code).toBe(1);
      expect(stderr).toContain(`Another ${what} is running`);
    }
    expect(await desk.onDisk([email])).toEqual([email]);
    expect(await readFile(join(desk.dataDir, 'index/CURRENT'), 'utf8')).toBe(before);
    expect((await privacy('erase', '--yes')).code).toBe(0);
  });

  it('takes no word for an address, and says what it needs', async () => {
    desk = await plantDesk({ conversations: 1, tickets: 1 });
    const word = await run('privacy', 'erase', '--subject', 'Rose', '--yes');
    expect(word).toMatchObject({ code: 2, stderr: expect.stringContaining('could be a word') });
    expect(await run('privacy', 'erase', '--yes')).toMatchObject({ code: 2 });
    expect(await run('privacy', 'forget', ...whose)).toMatchObject({ code: 2 });
    const retention = await run('retention', '--json');
    expect(retention.code).toBe(0);
    expect(JSON.parse(retention.stdout)).toMatchObject({
      mode: 'look',
      unknown: ['notes.txt', 'training-sets'],
    });
  });
});
