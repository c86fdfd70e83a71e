// What all subcommands share: arguments, help, signals, exit codes (0 done, 1 failed, 2 bad usage or input), JSON lines, progress.
import { open } from 'node:fs/promises';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { AppError, errorFacts, isAbortError, toAppError } from '#core/errors.ts';
import { progressBar } from './progress-bar.ts';

export interface Command<Options extends ParseArgsOptionsConfig> {
  /** Shown by --help: what it does, examples, options, exit codes. */
  readonly help: string;
  readonly options: Options;
  readonly run: (
    input: ReturnType<typeof parseArgs<{ options: Options; allowPositionals: true }>>,
    signal: AbortSignal,
  ) => Promise<void>;
}

/** A command whose options are its own affair. */
export type AnyCommand = (argv: readonly string[], signal: AbortSignal) => Promise<void>;

export function defineCommand<const Options extends ParseArgsOptionsConfig>({
  help,
  options,
  run,
}: Command<Options>): AnyCommand {
  return async (argv, signal) => {
    if (argv.includes('--help') || argv.includes('-h')) {
      process.stdout.write(help);
      return;
    }
    await run(parse(argv, options, help), signal);
  };
}

/** The first signal to stop aborts the command, so that it ends in good order; a second one ends the process at once. */
export async function runCommand(load: () => Promise<AnyCommand>, argv: readonly string[]): Promise<void> {
  const controller = new AbortController();
  let hasReader = true;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      controller.abort(new DOMException(`stopped by ${name}`, 'AbortError'));
      process.once(name, () => process.exit(stoppedExitCode));
    });
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    // `… | head -1`: the reader has had enough. The models end in good order: a thread in the middle of an inference cannot be stopped.
    hasReader = false;
    controller.abort(new DOMException('nobody reads the output', 'AbortError'));
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever listened is gone: a desk goes on serving.
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    const command = await load();
    await command(argv, controller.signal);
  } catch (thrown) {
    if (isAbortError(thrown)) {
      if (!hasReader) return;
      process.stderr.write('Stopped.\n');
      process.exitCode = stoppedExitCode;
      return;
    }
    const { code, message } = toAppError(thrown);
    process.stderr.write(`${message}\n`);
    if (isDefect(thrown)) process.stderr.write(`${(thrown as Error).stack ?? ''}\n`);
    process.exitCode = errorFacts[code].exitCode;
  }
}

/** As shells report a process that a signal ended. */
const stoppedExitCode = 130;

/** An AppError says what to do, and so does a full disk or a missing right; anything else is for a bug report. */
function isDefect(thrown: unknown): boolean {
  return thrown instanceof Error && !(thrown instanceof AppError) && !('syscall' in thrown);
}

function parse<Options extends ParseArgsOptionsConfig>(
  argv: readonly string[],
  options: Options,
  help: string,
) {
  try {
    return parseArgs({
      args: [...argv],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    } as unknown as {
      options: Options;
      allowPositionals: true;
    });
  } catch (cause) {
    throw new AppError('bad-request', `${cause instanceof Error ? cause.message : cause}\n\n${help}`, {
      cause,
    });
  }
}

/** A whole number of an option, from 1 to `most`. Throws `bad-request`. */
export function wholeNumber(text: string, option: string, most = 1_000_000): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new AppError('bad-request', `${option} must be a whole number from 1 to ${most}.`);
  return value;
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

/** A bar on a terminal; nothing elsewhere. */
export function showProgress(done: number, total: number): void {
  if (process.stderr.isTTY)
    process.stderr.write(`\r${progressBar(done, total)} ${done} of ${total}${done === total ? '\n' : ''}`);
}
