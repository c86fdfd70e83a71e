// The OpenAPI 3.1 document of the team's interface, made from the routes themselves.
import { z } from 'zod';
import type { Route } from './route.ts';

type JsonObject = Record<string, unknown>;

export function openApiDocument(routes: readonly Route[]): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Answerdesk',
      version: '1',
      description:
        'What the console does. Sign in for a cookie, or send a key: `Authorization: Bearer adk_…`. A path changes its meaning only with its version.',
    },
    servers: [{ url: '/api/v1' }],
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'answerdesk_session' },
        key: { type: 'http', scheme: 'bearer' },
      },
      schemas: { Error: schemaOf(errorBody, 'output') },
    },
  };
}

const errorBody = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    retryable: z.boolean(),
    requestId: z.string().optional(),
    retryAfterMs: z.number().optional(),
  }),
});

function operation({ method, path, summary, access, params, query, body, response }: Route): JsonObject {
  const error = (description: string) => ({
    description,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  });
  return {
    summary,
    operationId: `${method}${path.replace(/[/:-]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    ...(access === 'anyone' ? { security: [] } : { security: [{ session: [] }, { key: [] }] }),
    ...(access === 'anyone' || access === 'signed-in' ? {} : { 'x-permission': access }),
    parameters: [...parametersOf(params, 'path'), ...parametersOf(query, 'query')],
    ...(body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(body, 'input') } },
          },
        }
      : {}),
    responses: {
      ...(response === 'picture'
        ? { 200: { description: 'The picture.', content: { 'image/webp': {} } } }
        : response
          ? {
              200: {
                description: 'Done.',
                content: { 'application/json': { schema: schemaOf(response, 'output') } },
              },
            }
          : { 204: { description: 'Done.' } }),
      400: error('The request is not valid.'),
      ...(access === 'anyone' ? {} : { 403: error('The role does not allow this.') }),
      401: error('Nobody is signed in, or the sign-in failed.'),
      404: error('There is nothing of this id.'),
      409: error('Somebody else was quicker, or it does not fit the state.'),
      413: error('The body or a text is too long.'),
      422: error('The input cannot be used; the message says why.'),
      429: error('Too many requests. `Retry-After` says how long to wait.'),
    },
  };
}

function parametersOf(shape: z.ZodObject | undefined, place: 'path' | 'query'): JsonObject[] {
  if (!shape) return [];
  const { properties = {}, required = [] } = schemaOf(shape, 'input') as {
    properties?: Record<string, JsonObject>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema,
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    reused: 'inline',
    unrepresentable: 'any',
  });
  return rest;
}
