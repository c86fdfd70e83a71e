// What the scripts share: arguments, help, exit codes (0 done, 1 failed, 2 bad usage or input), progress on a terminal.
import { open } from 'node:fs/promises';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { AppError, errorFacts, isAbortError, toAppError } from '#core/errors.ts';

export interface Command<Options extends ParseArgsOptionsConfig> {
  readonly help: string;
  readonly options: Options;
  readonly run: (
    input: ReturnType<typeof parseArgs<{ options: Options; allowPositionals: true }>>,
    signal: AbortSignal,
  ) => Promise<void>;
}

export async function runCommand<Options extends ParseArgsOptionsConfig>({
  help,
  options,
  run,
}: Command<Options>): Promise<void> {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // `… | head -1`: the reader has had enough.
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  try {
    const input = parse(options, help);
    if ('help' in input.values && input.values.help) {
      process.stdout.write(help);
      return;
    }
    await run(input, controller.signal);
  } catch (thrown) {
    if (isAbortError(thrown)) {
      process.exitCode = 130;
      return;
    }
    const error = toAppError(thrown);
    process.stderr.write(`${error.message}\n`);
    process.exitCode = errorFacts[error.code].exitCode;
  }
}

function parse<Options extends ParseArgsOptionsConfig>(options: Options, help: string) {
  try {
    return parseArgs({ options, allowPositionals: true } as { options: Options; allowPositionals: true });
  } catch (cause) {
    throw new AppError('bad-request', `${cause instanceof Error ? cause.message : cause}\n\n${help}`, {
      cause,
    });
  }
}

/** Writes one JSON value a line, to a file or to standard output (`-` or nothing). */
export async function openJsonLines(
  path: string | undefined,
): Promise<{ write(value: unknown): Promise<void>; close(): Promise<void> }> {
  if (path === undefined || path === '-') {
    return {
      write: async (value) => void process.stdout.write(`${JSON.stringify(value)}\n`),
      close: async () => {},
    };
  }
  const file = await open(path, 'w').catch((cause: unknown) => {
    throw new AppError(
      'bad-input',
      `${path} cannot be written: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  });
  return {
    write: async (value) => void (await file.write(`${JSON.stringify(value)}\n`)),
    close: () => file.close(),
  };
}

/** A counter on a terminal; nothing elsewhere. */
export function showProgress(done: number, total: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${total}${done === total ? '\n' : ''}`);
}
