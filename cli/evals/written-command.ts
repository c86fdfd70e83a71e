// answerdesk evals written: what chat models write, with the guard and without it, beside the answer that quotes articles.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '#app/config.ts';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { blindSentences, labelledWays } from '#help-centres/written/blind-sentences.ts';
import { readWrittenAnswers, runWritten } from '#help-centres/written/run-written.ts';
import { figuresOf, figuresTable } from '#help-centres/written/written-figures.ts';
import { wholeNumber } from '../command.ts';

export interface WrittenOptions extends CallOptions {
  readonly 'data-dir'?: string | undefined;
  readonly cases?: readonly string[] | undefined;
  readonly out?: string | undefined;
  readonly sets?: string | undefined;
  readonly articles?: string | undefined;
  readonly centres?: string | undefined;
  readonly count: string;
  readonly seed: string;
  readonly json?: boolean | undefined;
}

/** `MODEL...` asks; `label RUN` writes sentences for a reader, `labels KEY LABELS` says what the reader found. */
export async function written(names: readonly string[], options: WrittenOptions): Promise<void> {
  const [command, ...rest] = names;
  if (command === 'label' && rest.length > 0 && options.out !== undefined)
    return writeBlind(rest, { ...options, out: options.out });
  if (command === 'labels' && rest.length === 2) return describeLabels(rest, options.json === true);
  return ask(names, options);
}

async function ask(models: readonly string[], options: WrittenOptions): Promise<void> {
  const { out, sets, cases = [], signal } = options;
  const articles = options.articles ?? loadConfig().helpCentres;
  if (out === undefined || cases.length > 1 || (sets !== undefined && articles === undefined))
    throw new AppError(
      'bad-request',
      'written takes chat models, --out DIR, at most one --cases FILE, and with --sets DIR the articles: answerdesk evals written gguf:FILE --out DIR',
    );
  const seed = wholeNumber(options.seed, '--seed');
  const screen = {
    write: (text: string) => void process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
  };
  const answers = await runWritten(
    {
      models,
      dataDir: options['data-dir'],
      cases: cases[0],
      count: wholeNumber(options.count, '--count'),
      ...(sets === undefined ? {} : { sets: { sets, articles: articles! } }),
      centres: options.centres?.split(',').map((name) => name.trim()),
      out,
      seed,
    },
    { signal, screen },
  );
  const figures = figuresOf(answers, seed);
  await writeFile(join(out, 'figures.json'), `${JSON.stringify(figures, undefined, 1)}\n`);
  await writeFile(join(out, 'figures.md'), `${figuresTable(figures)}\n`);
  process.stdout.write(options.json ? `${JSON.stringify(figures)}\n` : `${figuresTable(figures)}\n`);
}

async function writeBlind(
  runs: readonly string[],
  { out, count, seed }: WrittenOptions & { readonly out: string },
): Promise<void> {
  const answers = (await Promise.all(runs.map(readWrittenAnswers))).flat();
  const { sentences, labels, key } = blindSentences(answers, {
    count: wholeNumber(count, '--count'),
    seed: wholeNumber(seed, '--seed'),
  });
  const forReader = join(out, 'for-reader');
  await mkdir(forReader, { recursive: true });
  await writeFile(join(forReader, 'sentences.md'), sentences);
  await writeFile(join(forReader, 'labels.csv'), labels);
  await writeFile(join(out, 'key.json'), `[\n${key.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`);
  process.stderr.write(
    `Give a reader ${forReader}, and nothing else of ${out}. Then: answerdesk evals written labels ${join(out, 'key.json')} labels.csv\n`,
  );
}

async function describeLabels([key, labels]: readonly string[], json: boolean): Promise<void> {
  const ways = await labelledWays(key!, labels!);
  if (json) return void process.stdout.write(`${JSON.stringify(ways)}\n`);
  for (const { model, way, supported } of ways)
    process.stdout.write(
      `${way.padEnd(9)}${model.padEnd(50)}${(100 * supported.value).toFixed(1).padStart(6)} % of ${supported.n} (${(100 * supported.low).toFixed(0)} – ${(100 * supported.high).toFixed(0)})\n`,
    );
}
