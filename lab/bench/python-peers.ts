// Peers that are written for Python, in a process of their own that is asked in turns with ours. Their packages are installed into a temporary
// folder, once.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { AppError } from '#core/errors.ts';
import { matrixBytes, type VectorMatrix } from '#core/vector-matrix.ts';

const run = promisify(execFile);
const folder = join(import.meta.dirname, 'peers');
const environment = join(tmpdir(), 'answerdesk-bench-python');

export type PythonPeer = 'bm25s' | 'tantivy' | 'faiss-flat' | 'faiss-int8';

export interface Asked {
  readonly texts: readonly string[];
  readonly vectors: VectorMatrix;
  readonly questions: readonly string[];
  /** Of the questions. */
  readonly queries: VectorMatrix;
}

export interface PythonPeers extends AsyncDisposable {
  /** All questions, one after the other: milliseconds for one, and the ten best rows of each. */
  ask(peer: PythonPeer): Promise<{ readonly ms: number; readonly rows: readonly (readonly number[])[] }>;
}

/** `work` is an empty folder. Throws `internal`, saying why, where Python or its packages are not to be had. */
export async function openPythonPeers(
  work: string,
  { texts, vectors, questions, queries }: Asked,
): Promise<PythonPeers> {
  const python = join(environment, 'bin/python');
  try {
    if (!(await exists(python))) await run('python3', ['-m', 'venv', environment]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', join(folder, 'requirements.txt')]);
  } catch (cause) {
    throw new AppError('internal', 'Python 3 with bm25s, faiss-cpu and tantivy is not to be had here', {
      cause,
    });
  }
  await writeFile(join(work, 'texts.json'), JSON.stringify(texts));
  await writeFile(join(work, 'questions.json'), JSON.stringify(questions));
  await writeFile(join(work, 'shape.json'), JSON.stringify({ dimensions: vectors.dimensions }));
  await writeFile(join(work, 'vectors.bin'), matrixBytes(vectors));
  await writeFile(join(work, 'queries.bin'), matrixBytes(queries));

  const child = spawn(python, [join(folder, 'python_peers.py'), work], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new AppError('internal', 'the Python peers ended by themselves');
    return value as string;
  };
  await next();
  return {
    async ask(peer) {
      child.stdin.write(`${peer}\n`);
      return JSON.parse(await next());
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
