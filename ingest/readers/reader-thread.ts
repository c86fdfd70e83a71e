// Documents are read in a thread of their own: a file that makes a library run for ever, or out of memory, costs only itself.
import { Worker } from 'node:worker_threads';
import type { DocumentFormat, FilePart } from './file-part.ts';

export interface ReadRequest {
  readonly format: DocumentFormat;
  readonly bytes: Uint8Array;
}

export type ReadReply = { readonly parts: readonly FilePart[] } | { readonly problem: string };

export interface ReaderThread extends AsyncDisposable {
  /** One at a time. Rejects only when aborted. */
  read(format: DocumentFormat, bytes: Uint8Array, signal?: AbortSignal): Promise<ReadReply>;
}

export interface ReaderThreadOptions {
  /** Milliseconds for one file. */
  readonly limitMs?: number;
}

/** A manual of 2,000 pages takes 20 seconds. */
const defaultLimitMs = 120_000;
const mostHeapMb = 1_024;
/** What is unpacked lies outside the heap and counts for the whole process: so much more of it than before the file. */
const mostGrowthMb = 2_048;
const memoryCheckMs = 100;

/** The thread starts with the first file, and again after one that ended it. */
export function createReaderThread({ limitMs = defaultLimitMs }: ReaderThreadOptions = {}): ReaderThread {
  let worker: Worker | undefined;

  function start(): Worker {
    const started = new Worker(new URL(import.meta.resolve('#readers/reader-worker.ts')), {
      resourceLimits: { maxOldGenerationSizeMb: mostHeapMb },
      // What libraries print may hold text of the file.
      stdout: true,
      stderr: true,
    });
    started.stdout.resume();
    started.stderr.resume();
    started.setMaxListeners(0);
    started.on('error', () => {});
    started.on('exit', () => {
      if (worker === started) worker = undefined;
    });
    return started;
  }

  async function stop(): Promise<void> {
    const ending = worker;
    worker = undefined;
    await ending?.terminate();
  }

  return {
    async read(format, bytes, signal) {
      signal?.throwIfAborted();
      worker ??= start();
      const running = worker;
      const { promise, resolve, reject } = Promise.withResolvers<ReadReply>();
      const fail = (problem: string) => {
        void stop();
        resolve({ problem });
      };
      const onError = (error: NodeJS.ErrnoException) =>
        fail(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooLarge(mostHeapMb) : endsReader);
      const onExit = () => fail(endsReader);
      const onAbort = () => {
        void stop();
        reject(signal!.reason);
      };
      const timer = setTimeout(
        () => fail(`takes longer than ${limitMs / 1000} s to read: split it, or export it again`),
        limitMs,
      );
      const before = process.memoryUsage.rss();
      const watch = setInterval(() => {
        if (process.memoryUsage.rss() - before > mostGrowthMb * 1024 * 1024) fail(tooLarge(mostGrowthMb));
      }, memoryCheckMs);
      running.once('message', resolve);
      running.once('error', onError);
      running.once('exit', onExit);
      signal?.addEventListener('abort', onAbort);
      try {
        running.postMessage({ format, bytes } satisfies ReadRequest);
        return await promise;
      } finally {
        clearTimeout(timer);
        clearInterval(watch);
        running.off('message', resolve).off('error', onError).off('exit', onExit);
        signal?.removeEventListener('abort', onAbort);
      }
    },
    [Symbol.asyncDispose]: stop,
  };
}

function tooLarge(megabytes: number): string {
  return `takes more than ${megabytes} MB of memory to read: split it, or export it again`;
}

const endsReader = 'damaged in a way that ends its reader: export it again';
