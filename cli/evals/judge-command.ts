// answerdesk evals judge: answers for two readers, and what they say of them.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { loadConfig } from '#app/config.ts';
import { AppError } from '#core/errors.ts';
import { exportAnswers } from '#help-centres/export-answers.ts';
import { describeReadings, summarizeReadings } from '#help-centres/readings.ts';
import { readKey, readVerdicts } from '#help-centres/verdicts.ts';
import { wholeNumber } from '../command.ts';

export interface JudgeOptions {
  readonly out?: string | undefined;
  readonly sets?: string | undefined;
  readonly articles?: string | undefined;
  readonly settled?: string | undefined;
  readonly count: string;
  readonly seed: string;
  readonly json?: boolean | undefined;
  readonly runsDir: string;
}

export async function judge([command, ...rest]: readonly string[], options: JudgeOptions): Promise<void> {
  if (command === 'export' && rest.length > 0 && options.out !== undefined && options.sets !== undefined)
    return exportFor(rest, { ...options, out: options.out, sets: options.sets });
  if (command === 'import' && rest.length === 3) return importFrom(rest, options);
  throw new AppError(
    'bad-request',
    'judge takes: export RUN... --sets DIR --out DIR, or import DIR FIRST.csv SECOND.csv [--settled THIRD.csv]',
  );
}

async function exportFor(
  runs: readonly string[],
  { out, sets, articles, count, seed, runsDir }: JudgeOptions & { out: string; sets: string },
): Promise<void> {
  const { questions, verdicts, key } = await exportAnswers({
    runs: runs.map((run) => (/[/\\]/.test(run) ? resolve(run) : resolve(runsDir, run))),
    sets,
    articles: articles ?? loadConfig().helpCentres,
    count: wholeNumber(count, '--count'),
    seed: wholeNumber(seed, '--seed'),
  });
  const forReaders = join(out, 'for-readers');
  await mkdir(forReaders, { recursive: true });
  await writeFile(join(forReaders, 'questions.md'), questions);
  await writeFile(join(forReaders, 'verdicts.csv'), verdicts);
  await writeFile(join(out, 'key.json'), `${JSON.stringify(key, undefined, 1)}\n`);
  process.stderr.write(
    `${key.items.length} answers in ${forReaders}. Give each of two readers this folder, and nothing else of ${out}: key.json says which run wrote which answer. Then: answerdesk evals judge import ${out} FIRST.csv SECOND.csv\n`,
  );
}

async function importFrom(
  [folder, first, second]: readonly string[],
  { settled, json }: JudgeOptions,
): Promise<void> {
  const key = await readKey(join(folder!, 'key.json'));
  const readings = summarizeReadings({
    key,
    first: await readVerdicts(first!, key),
    second: await readVerdicts(second!, key),
    ...(settled === undefined ? {} : { settled: await readVerdicts(settled, key, { partly: true }) }),
  });
  process.stdout.write(json ? `${JSON.stringify(readings)}\n` : `${describeReadings(readings)}\n`);
}
