// How a job shows how far it is: a bar on a terminal, a line now and then elsewhere (log files, CI).
import type { JobProgress } from '#ingest/job.ts';
import { progressBar } from '../progress-bar.ts';

export interface ProgressDisplay {
  update(progress: JobProgress): void;
  end(): void;
}

const barIntervalMs = 100;
/** At most four lines a minute. */
const lineIntervalMs = 15_000;
/** To the program that started this one, which shows it in the console. */
const messageIntervalMs = 300;

export function createProgressDisplay(
  stream: NodeJS.WriteStream = process.stderr,
  now: () => number = performance.now.bind(performance),
): ProgressDisplay {
  const started = now();
  let last = stream.isTTY ? Number.NEGATIVE_INFINITY : started;
  let shown = false;
  let told = Number.NEGATIVE_INFINITY;
  return {
    update(progress) {
      if (process.send && now() - told >= messageIntervalMs) {
        told = now();
        process.send({ progress });
      }
      if (now() - last < (stream.isTTY ? barIntervalMs : lineIntervalMs)) return;
      last = now();
      const seconds = (now() - started) / 1000;
      if (!stream.isTTY) stream.write(`${describe(progress)}, ${Math.round(seconds)} s\n`);
      else {
        const columns = stream.columns ?? 80;
        stream.write(
          `\r\u001B[2K${`${progressBar(progress.embedded, progress.chunks)} ${describe(progress)}`.slice(0, columns - 1)}`,
        );
        shown = true;
      }
    },
    end() {
      if (shown) stream.write('\r\u001B[2K');
      shown = false;
    },
  };
}

function describe({ stage, documents, turns, chunks, embedded }: JobProgress): string {
  const number = (value: number) => value.toLocaleString('en');
  if (stage === 'publishing') return `publishing ${number(chunks)} passages`;
  const searched = stage === 'reading' && turns > 0 ? `${number(turns)} turns searched for names, ` : '';
  return `${searched}${number(documents)} documents read, ${number(embedded)} of ${number(chunks)} passages embedded${stage === 'reading' ? ' so far' : ''}`;
}
