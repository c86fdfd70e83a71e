// The HTTP application: the order of its layers, and nothing else.
import type { IncomingHttpHeaders } from 'node:http';
import express, { type Express } from 'express';
import type { Config } from '#app/config.ts';
import type { Logger } from '#app/logger.ts';
import type { Metrics } from '#app/metrics.ts';
import type { Answering } from '#chat/runs/answering.ts';
import { AppError } from '#core/errors.ts';
import type { KnowledgeBase } from '#core/retriever.ts';
import type { ConversationStore } from '#core/stores.ts';
import { defaultTenant } from '#core/tenant.ts';
import { apiRouter, refuseOtherMethods } from './api/api-router.ts';
import { allowedOrigin, ownHost } from './http/allowed-origin.ts';
import { clientAddress } from './http/client-address.ts';
import { conversationsRouter } from './http/conversations-router.ts';
import { type CustomerDependencies, customersRouter, isPictureUpload } from './http/customers-router.ts';
import { deskRouter } from './http/desk-router.ts';
import { errorResponse, nothingHere } from './http/error-response.ts';
import type { EventStreamOptions } from './http/event-stream.ts';
import { notFoundPage } from './http/not-found-page.ts';
import { operationsRouter } from './http/operations-router.ts';
import type { RateLimits } from './http/rate-limits.ts';
import { requestRecord } from './http/request-record.ts';
import { securityHeaders } from './http/security-headers.ts';
import { staticFiles } from './http/static-files.ts';
import { createTeamPages } from './http/team-pages.ts';
import { chatRouter } from './openai/chat-router.ts';
import type { TeamDependencies } from './team/route.ts';
import { teamRouter } from './team/team-router.ts';

export interface AppOptions {
  readonly config: Pick<Config, 'server' | 'limits'>;
  readonly answering: Answering;
  readonly store: ConversationStore;
  readonly knowledgeBase: () => KnowledgeBase;
  readonly rateLimits: RateLimits;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly isStopping: () => boolean;
  /** What web/build.ts wrote. */
  readonly webFolder: string;
  /** What customers do besides asking. Absent: they only ask. */
  readonly customers?: CustomerDependencies;
  /** Absent: customers only. */
  readonly team?: Omit<TeamDependencies, 'answering'>;
  readonly streams?: Pick<EventStreamOptions, 'heartbeatMs' | 'stallTimeoutMs'>;
}

export function createApp(options: AppOptions): Express {
  const { config, rateLimits, webFolder } = options;
  const { trustProxy } = config.server;
  const app = express();
  app.disable('x-powered-by');
  app.enable('strict routing');
  app.set('query parser', 'simple');

  app.use(requestRecord(options));
  app.use(securityHeaders());
  app.use(refuseOtherMethods());
  // Machines ask for health, under any name that they have for this one.
  app.use(operationsRouter({ ...options, metricsToken: config.server.metricsToken }));
  if (options.team)
    app.use('/v1', chatRouter({ ...options, accounts: options.team.accounts, settings: config.server }));
  app.use(
    '/api',
    allowedOrigin(config.server),
    (_request, response, next) => {
      response.set('X-Message-Limit', String(config.limits.messageLength));
      next();
    },
    async (request, _response, next) => {
      // The team's interface counts by itself, once it knows who asks.
      const isTeam = /^\/v1\/(?!conversations|desk\b)/.test(request.path);
      if (!isTeam) await rateLimits.request(clientAddress(request, trustProxy));
      next();
    },
    express.json({ limit: bodyLimit(config.limits.messageLength), inflate: false }),
    (request, _response, next) => {
      // Files are read where they are wanted.
      const isFile = request.method === 'PUT' || isPictureUpload(request);
      if (request.body === undefined && hasBody(request.headers) && !isFile)
        throw new AppError('bad-request', 'The body is not JSON.', {
          publicMessage: 'The request is not valid: send JSON with Content-Type: application/json.',
        });
      next();
    },
  );
  app.use('/api', apiRouter({ messageLength: config.limits.messageLength }));
  // The widget's address, and the versioned one.
  const conversations = ['/api/conversations', '/api/v1/conversations'];
  if (options.customers)
    app.use(conversations, customersRouter({ ...options, ...options.customers, trustProxy }));
  app.use(conversations, conversationsRouter(options));
  app.use(['/api/desk', '/api/v1/desk'], deskRouter({ store: options.team?.store }));
  if (options.team) {
    const { team, answering } = options;
    app.use('/api/v1', teamRouter({ ...team, answering, settings: config.server, rateLimits }));
  }
  app.use(ownHost(config.server));
  const deskName = async () => (await options.team?.store.settings(defaultTenant))?.company;
  const pages = createTeamPages({ folder: webFolder, deskName });
  app.use(pages.serve);
  app.use(staticFiles({ folder: webFolder }));
  app.use(nothingHere);
  app.use(notFoundPage({ folder: webFolder, teamPage: pages.notFound }));
  app.use(errorResponse);
  return app;
}

/** Bytes: JSON writes a UTF-16 code unit in at most six (`\u0000`); the rest is for the other fields. */
export function bodyLimit(messageLength: number): number {
  return messageLength * 6 + 16_384;
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
