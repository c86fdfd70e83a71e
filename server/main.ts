// The process: starts the desk, says where it is, and ends in good order.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '#app/config.ts';
import { openDesk } from '#app/deps.ts';
import { createLogger, type Logger } from '#app/logger.ts';
import { packagePath } from '#app/package-root.ts';
import { errorFacts, toAppError } from '#core/errors.ts';
import { openHttpServer } from './http/http-server.ts';
import { createRateLimits } from './http/rate-limits.ts';

const webFolder = packagePath('web/dist');

// What customers write is in these files: for this user alone.
process.umask(0o077);

async function main(): Promise<void> {
  const config = loadConfig();
  const logger = createLogger(config.logLevel);
  watchForDefects(logger);
  await using desk = await openDesk(config, logger);
  const { answering, store, metrics, knowledge } = desk;
  const server = await openHttpServer({
    config,
    answering,
    store,
    metrics,
    logger,
    knowledgeBase: knowledge.current,
    rateLimits: createRateLimits(config.limits),
    webFolder,
  });
  const stop = stopSignal();
  const recovered = await answering.recover();
  logger.info({ url: server.url, recovered, startMs: Math.round(performance.now()) }, 'ready');
  const [publicUrl] = config.server.publicUrls;
  process.stderr.write(
    `\nAnswerdesk is ready: ${server.url}${publicUrl ? `, for the public ${publicUrl}` : ''}\n`,
  );
  if (!existsSync(join(webFolder, 'index.html')))
    process.stderr.write('The widget and the demo page are not built: run "npm run build".\n');

  const signal = await stop;
  logger.info({ signal, graceMs: config.server.shutdownGraceMs }, 'stopping');
  const drained = await server.close(config.server.shutdownGraceMs);
  logger.info(drained, 'stopped');
}

/** The first signal stops in good order, a second one at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.once(name, () => {
        resolve(name);
        process.once(name, () => process.exit(130));
      });
    }
  });
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

try {
  await main();
  // Timers and connections of libraries do not keep the process.
  process.exit(0);
} catch (thrown) {
  const error = toAppError(thrown);
  // An AppError says what to do; anything else is a defect, and its origin helps.
  const isDefect =
    error.code === 'internal' && error.cause instanceof Error && error.cause.message === error.message;
  process.stderr.write(`${isDefect ? (error.cause as Error).stack : error.message}\n`);
  process.exit(errorFacts[error.code].exitCode);
}
