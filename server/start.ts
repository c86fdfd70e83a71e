// The beginning of the desk as a process. Models and knowledge base open in threads of their own while this one loads the rest of the
// program, which takes about as long.
import { setImmediate } from 'node:timers/promises';
import { beginDesk } from '#app/begin-desk.ts';
import { loadConfig } from '#app/config.ts';
import { createLogger, type Logger } from '#app/logger.ts';

/** Serves until `signal` aborts; resolves when everything is closed. `program`: the script of the command `answerdesk`. */
export async function start(signal: AbortSignal, program: string): Promise<void> {
  const config = loadConfig();
  const logger = createLogger(config.logLevel);
  watchForDefects(logger);
  const begun = beginDesk(config, logger);
  await filesRead();
  const { serve } = await import('./main.ts');
  await serve({ config, logger, begun, program }, signal);
}

/**
 * Loading modules does not let the event loop turn, so what was begun must have come as far as its threads: when it waits for no file any more.
 */
async function filesRead(): Promise<void> {
  do await setImmediate();
  while (process.getActiveResourcesInfo().some((name) => /^(?:FS|Close)Req/.test(name)));
}

/**
 * A rejection that nobody awaited is one operation that failed: it is logged and the others go on. An exception that nobody caught
 * may have left any state behind: the process ends, and the next one takes up the unfinished answers from the journal.
 */
function watchForDefects(logger: Logger): void {
  process.on('unhandledRejection', (reason) => logger.error({ err: reason }, 'a rejection was not handled'));
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'an exception was not caught: ending');
    process.exit(1);
  });
}
