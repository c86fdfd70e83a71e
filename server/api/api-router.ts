// The description of the interface, for programs and for people, and the refusal of methods that an address does not have.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RequestHandler, Router } from 'express';
import { AppError } from '#core/errors.ts';
import { teamRoutes } from '../team/team-router.ts';
import { type JsonObject, openApiDocument } from './open-api.ts';
import type { Operation } from './operation.ts';
import { publicOperations } from './public-operations.ts';
import { referencePage } from './reference-page.ts';
import { teamOperation } from './team-operations.ts';

export const operations: readonly Operation[] = [...publicOperations, ...teamRoutes.map(teamOperation)];

/** Below /api. */
export function apiRouter({ messageLength }: { readonly messageLength: number }): Router {
  const router = Router({ strict: true });
  // Made when somebody asks: it would be a tenth of the start.
  let made: JsonObject | undefined;
  const document = () => {
    made ??= openApiDocument({ operations, messageLength });
    return made;
  };
  let page: string | undefined;
  const styles = readFileSync(join(import.meta.dirname, 'reference.css'), 'utf8');
  const cached = 'public, max-age=300';
  router.get('/openapi.json', (_request, response) => {
    response.set('Cache-Control', cached).json(document());
  });
  router.get('/', (_request, response) => {
    page ??= referencePage(document());
    response.set('Cache-Control', cached).type('html').send(page);
  });
  router.get('/reference.css', (_request, response) => {
    response.set('Cache-Control', cached).type('css').send(styles);
  });
  return router;
}

/** Answers 405 where the path is known and the method is not. HEAD goes where GET goes; OPTIONS asks for CORS below /api. */
export function refuseOtherMethods(): RequestHandler {
  const known = Map.groupBy(operations, ({ path }) => path)
    .entries()
    .map(([path, found]) => {
      const methods = found.map(({ method }) => method.toUpperCase());
      return {
        pattern: patternOf(path),
        methods: methods.includes('GET') ? [...methods, 'HEAD'] : methods,
      };
    })
    .toArray();
  return (request, response, next) => {
    const fitting = known.filter(({ pattern }) => pattern.test(request.path));
    const methods = fitting.flatMap((path) => path.methods);
    const asksForCors = request.method === 'OPTIONS' && request.path.startsWith('/api/');
    if (fitting.length === 0 || methods.includes(request.method) || asksForCors) return next();
    response.set('Allow', [...new Set(methods)].join(', '));
    throw new AppError('method-not-allowed', `${request.method} was asked for.`);
  };
}

/** The widget's addresses of conversations have no version. */
function patternOf(path: string): RegExp {
  const source = path
    .replaceAll('.', '\\.')
    .replace('/v1/conversations', '(?:/v1)?/conversations')
    .replace(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${source}$`);
}
