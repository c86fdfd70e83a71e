// The desk as a process: opens it, says where it is, and closes it in good order.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createSetupLink } from '#access/setup-link.ts';
import type { BegunDesk } from '#app/begin-desk.ts';
import type { Config } from '#app/config.ts';
import type { Logger } from '#app/logger.ts';
import { openArticleWork } from '#app/open-article-work.ts';
import { openDesk } from '#app/open-desk.ts';
import { packagePath } from '#core/package-root.ts';
import { defaultTenant } from '#core/tenant.ts';
import { openHttpServer } from './http/http-server.ts';
import { createRateLimits } from './http/rate-limits.ts';
import { createVisitorIdentity } from './http/visitor-identity.ts';

const webFolder = packagePath('dist/web');

export interface Serving {
  readonly config: Config;
  readonly logger: Logger;
  readonly begun: BegunDesk;
  /** The script of the command `answerdesk`. */
  readonly program: string;
}

/** Serves until `signal` aborts; resolves when everything is closed. */
export async function serve({ config, logger, begun, program }: Serving, signal: AbortSignal): Promise<void> {
  await using desk = await openDesk(config, logger, begun);
  const { answering, store, metrics, knowledge, accounts, provider, cases, customers, suggest, doors } = desk;
  await using articles = openArticleWork({ dataDir: config.dataDir, knowledge, program });
  const hasAdmin = async () => (await accounts.users(defaultTenant)).some(({ role }) => role === 'admin');
  const needsAdmin = !(await hasAdmin());
  // A terminal has one reader. What is not one may be kept: a journal, a log of containers.
  const setupLink = needsAdmin && process.stdout.isTTY ? createSetupLink({ hasAdmin }) : undefined;
  const server = await openHttpServer({
    config,
    answering,
    store,
    metrics,
    logger,
    knowledgeBase: knowledge.current,
    rateLimits: createRateLimits(config.limits),
    webFolder,
    customers: {
      customers,
      accounts,
      visitors: store,
      identity: createVisitorIdentity({
        secret: config.customers.identitySecret,
        tenantId: defaultTenant,
        logger,
      }),
    },
    team: {
      accounts,
      cases,
      store,
      suggest,
      cleanFace: desk.cleanFace,
      articles,
      setupLink,
      logger,
      signIn: { ...config.signIn, provider },
    },
    doors,
  });
  const recovered = await answering.recover();
  logger.info({ url: server.url, recovered, startMs: Math.round(performance.now()) }, 'ready');
  const [publicUrl] = config.server.publicUrls;
  process.stderr.write(
    `\nAnswerdesk is ready: ${server.url}${publicUrl ? `, for the public ${publicUrl}` : ''}\n`,
  );
  const address = publicUrl ?? server.url;
  if (setupLink)
    process.stdout.write(`Set it up (once, within an hour): ${address}/console/setup#${setupLink.token}\n`);
  else if (needsAdmin)
    process.stderr.write('Nobody can sign in to the console yet: answerdesk users create-admin EMAIL\n');
  if (!existsSync(join(webFolder, 'index.html')))
    process.stderr.write('The widget and the demo page are not built: run "npm run build".\n');

  await aborted(signal);
  logger.info({ reason: signal.reason?.message, graceMs: config.server.shutdownGraceMs }, 'stopping');
  const drained = await server.close(config.server.shutdownGraceMs);
  logger.info(drained, 'stopped');
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
