// Where a bench works: temporary folders and child processes, all gone when it ends, also with Ctrl-C.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '#core/errors.ts';

export interface Workspace extends AsyncDisposable {
  /** A new empty folder. */
  folder(name: string): Promise<string>;
  /** Runs a script of the project to its end. Throws `internal` with what it said if it fails. */
  run(script: string, options?: RunOptions): Promise<{ readonly stdout: string; readonly ms: number }>;
  /** Starts a script of the project that serves; resolves with what the first match of `ready` in standard error captured. */
  serve(script: string, options: RunOptions & { readonly ready: RegExp }): Promise<Served>;
}

export interface RunOptions {
  /** Another checkout of the project, whose script is run instead. */
  readonly checkout?: string | undefined;
  /** Of Node itself. */
  readonly nodeOptions?: readonly string[];
  readonly args?: readonly string[];
  /** The whole environment of the process: settings of the shell that the bench runs in do not reach it. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Served extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** `performance.now()` just before the process was started. */
  readonly startedAt: number;
}

const projectFolder = join(import.meta.dirname, '../..');
const readyTimeoutMs = 60_000;

export async function openWorkspace(): Promise<Workspace> {
  const root = await mkdtemp(join(tmpdir(), 'answerdesk-bench-work-'));
  const children = new Set<ChildProcess>();
  const ending = new WeakSet<ChildProcess>();

  function start(
    script: string,
    { checkout = projectFolder, nodeOptions = [], args = [], settings = {} }: RunOptions,
    keepOutput: boolean,
  ) {
    const child = spawn(process.execPath, [...nodeOptions, script, ...args], {
      cwd: checkout,
      env: { ...settings },
      stdio: ['ignore', keepOutput ? 'pipe' : 'ignore', 'pipe'],
    });
    children.add(child);
    child.once('exit', () => children.delete(child));
    let said = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-10_000);
    });
    return { child, said: () => said };
  }

  /** At once: nothing that a bench leaves behind is wanted. */
  async function end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    ending.add(child);
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  return {
    folder: (name) => mkdtemp(join(root, `${name}-`)),

    async run(script, options = {}) {
      const startedAt = performance.now();
      const { child, said } = start(script, options, true);
      let stdout = '';
      child.stdout!.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
      });
      const [code] = await once(child, 'close');
      if (code !== 0) throw new AppError('internal', `${script} ended with code ${code}:\n${said()}`);
      return { stdout, ms: performance.now() - startedAt };
    },

    async serve(script, { ready, ...options }) {
      const startedAt = performance.now();
      const { child, said } = start(script, options, false);
      const url = await new Promise<string>((resolve, reject) => {
        const fail = (why: string) => reject(new AppError('internal', `${script} ${why}:\n${said()}`));
        const timer = setTimeout(() => fail('was not ready in time'), readyTimeoutMs);
        child.once('exit', (code) => fail(`ended with code ${code}`));
        child.stderr!.on('data', () => {
          const found = ready.exec(said())?.[1];
          if (found === undefined) return;
          clearTimeout(timer);
          resolve(found);
        });
      });
      child.once('exit', (code, signal) => {
        if (!ending.has(child))
          process.stderr.write(`${script} ended by itself (${signal ?? code}):\n${said()}\n`);
      });
      return { url, pid: child.pid!, startedAt, [Symbol.asyncDispose]: () => end(child) };
    },

    async [Symbol.asyncDispose]() {
      await Promise.all([...children].map(end));
      await rm(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
