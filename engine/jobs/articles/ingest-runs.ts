// Reading articles into the knowledge base while the server runs: in a process of its own, because it would hold up those who are being
// answered. One at a time. It is the command `answerdesk ingest`, so whatever holds there holds here.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { text } from 'node:stream/consumers';
import { AppError } from '#core/errors.ts';

export interface IngestProgress {
  readonly stage: 'reading' | 'embedding' | 'publishing';
  readonly documents: number;
  readonly chunks: number;
  readonly embedded: number;
}

export interface IngestOutcome {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
  /** Could not be read. */
  readonly unreadable: number;
  /** In the whole knowledge base. */
  readonly passages: number;
}

/** What is read: an address, or the files that were uploaded. */
export type IngestPlace = { readonly url: string } | { readonly folder: string };

export type IngestRun = { readonly place: string; readonly startedAt: string } & (
  | { readonly state: 'running'; readonly progress?: IngestProgress }
  | { readonly state: 'done'; readonly outcome: IngestOutcome }
  /** `message`: for the person who began it. */
  | { readonly state: 'failed'; readonly message: string }
  | { readonly state: 'stopped' }
);

export interface IngestRuns extends AsyncDisposable {
  /** The last one, or the one that runs. Undefined: none since the start. */
  current(): IngestRun | undefined;
  /** Throws `job-locked` while one runs. `without`: a source that goes out once this one is in. */
  begin(place: IngestPlace, options?: { readonly without?: string | undefined }): IngestRun;
  /** The knowledge base stays as it is. False if none runs. */
  stop(): boolean;
}

export interface IngestRunsOptions {
  /** The script of the command `answerdesk`. */
  readonly program: string;
  /** Takes up what was published. */
  readonly refresh: () => Promise<unknown>;
  readonly now?: () => Date;
}

/** The name of the source of uploaded files. */
export const uploadsSource = 'uploads';

/** Of 19: below those who are being answered. */
const niceness = 10;

export function createIngestRuns({
  program,
  refresh,
  now = () => new Date(),
}: IngestRunsOptions): IngestRuns {
  let run: IngestRun | undefined;
  let stopping = new AbortController();
  let running = Promise.resolve();

  async function command(args: readonly string[], onProgress?: (progress: IngestProgress) => void) {
    const child = fork(program, ['ingest', ...args, '--json'], {
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const stop = () => void child.kill('SIGTERM');
    stopping.signal.addEventListener('abort', stop, { once: true });
    if (stopping.signal.aborted) stop();
    if (child.pid !== undefined) setPriority(child.pid, niceness);
    child.on('message', (message) => onProgress?.((message as { progress: IngestProgress }).progress));
    const [out, err, [code]] = await Promise.all([
      text(child.stdout!),
      text(child.stderr!),
      once(child, 'exit'),
    ]);
    stopping.signal.removeEventListener('abort', stop);
    if (code !== 0) throw new AppError('bad-input', lastWords(err));
    return JSON.parse(out) as IngestSummary;
  }

  async function perform(place: IngestPlace, without: string | undefined): Promise<IngestOutcome> {
    const args = 'url' in place ? [place.url] : [place.folder, '--source', uploadsSource];
    const { documents, chunks, counts } = await command(args, (progress) => {
      if (run?.state === 'running') run = { ...run, progress };
    });
    if (without !== undefined) await command(['remove', '--source', without]);
    await refresh();
    return { ...documents, unreadable: counts?.quarantined ?? 0, passages: chunks.total };
  }

  return {
    current: () => run,

    begin(place, { without } = {}) {
      if (run?.state === 'running') throw new AppError('job-locked', 'Articles are being read already.');
      stopping = new AbortController();
      const { signal } = stopping;
      const facts = { place: 'url' in place ? place.url : uploadsSource, startedAt: now().toISOString() };
      const begun: IngestRun = { ...facts, state: 'running' };
      run = begun;
      running = perform(place, without).then(
        (outcome) => {
          run = { ...facts, state: 'done', outcome };
        },
        (error: Error) => {
          run = signal.aborted
            ? { ...facts, state: 'stopped' }
            : { ...facts, state: 'failed', message: error.message };
        },
      );
      return begun;
    },

    stop() {
      if (run?.state !== 'running') return false;
      stopping.abort();
      return true;
    },

    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
    },
  };
}

/** What `answerdesk ingest --json` prints, as far as it is used here. */
interface IngestSummary {
  readonly documents: Omit<IngestOutcome, 'unreadable' | 'passages'>;
  readonly chunks: { readonly total: number };
  readonly counts?: { readonly quarantined: number };
}

const longestMessage = 500;

/** The command ends with the sentence that says what to do. */
function lastWords(errors: string): string {
  const lines = errors.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
  return lines.at(-1)?.slice(0, longestMessage) ?? 'The articles could not be read.';
}
