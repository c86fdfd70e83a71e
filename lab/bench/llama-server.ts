// llama.cpp's own server, as a process beside ours: the same file, the same threads, the same context for each answer.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#core/errors.ts';

export interface LlamaServerOptions {
  /** The program. */
  readonly program: string;
  readonly model: string;
  readonly threads: number;
  readonly atOnce: number;
  readonly contextTokens: number;
}

export interface LlamaServer extends AsyncDisposable {
  /** Ends in `/v1`. */
  readonly baseUrl: string;
}

const patienceMs = 60_000;

/** Throws `internal` where it does not become ready. */
export async function openLlamaServer({
  program,
  model,
  threads,
  atOnce,
  contextTokens,
}: LlamaServerOptions): Promise<LlamaServer> {
  const port = await freePort();
  const settings = {
    '--model': model,
    '--port': port,
    '--threads': threads,
    '--threads-batch': threads,
    '--parallel': atOnce,
    '--ctx-size': contextTokens * atOnce,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [name, String(value)]);
  const child = spawn(program, args, { stdio: 'ignore' });
  const failed = once(child, 'error').then(([cause]) => {
    throw new AppError('internal', `${program} cannot be started`, { cause });
  });
  failed.catch(() => {});
  const url = `http://127.0.0.1:${port}`;
  const until = performance.now() + patienceMs;
  for (;;) {
    const isReady = await Promise.race([
      failed,
      fetch(`${url}/health`).then(
        ({ ok }) => ok,
        () => false,
      ),
    ]);
    if (isReady) break;
    if (child.exitCode !== null || performance.now() > until) {
      child.kill('SIGKILL');
      throw new AppError('internal', `${program} was not ready in time`);
    }
    await sleep(100);
  }
  return {
    baseUrl: `${url}/v1`,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
