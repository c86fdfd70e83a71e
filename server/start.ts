// The beginning of the desk as a process. Models and knowledge base open in threads of their own while this one loads the rest of the
// program, which takes about as long.
import { setTimeout } from 'node:timers/promises';
import { beginDesk } from '#app/begin-desk.ts';
import { loadConfig } from '#app/config.ts';
import { createLogger, type Logger } from '#app/logger.ts';

/** What reading the models' settings takes. Loading modules does not let the event loop turn, so the threads have to be started before it. */
const threadStartMs = 30;

/** Serves until `signal` aborts; resolves when everything is closed. `program`: the script of the command `answerdesk`. */
export async function start(signal: AbortSignal, program: string): Promise<void> {
  const config = loadConfig();
  const logger = createLogger(config.logLevel);
  watchForDefects(logger);
  const begun = beginDesk(config, logger);
  await setTimeout(threadStartMs);
  const { serve } = await import('./main.ts');
  await serve({ config, logger, begun, program }, signal);
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
