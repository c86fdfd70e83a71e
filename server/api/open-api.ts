// The OpenAPI 3.1 document of everything that this server offers over HTTP, made from the operations and their schemas.
import { z } from 'zod';
import { packageVersion } from '#core/package-root.ts';
import { openAiError } from '../openai/wire.ts';
import { errorBody, messageLimitMark } from '../protocol.ts';
import { type Auth, type Operation, tags } from './operation.ts';
import { streamed } from './public-operations.ts';
import { webhookHeaders, webhooks } from './webhooks.ts';

export type JsonObject = Record<string, unknown>;

export interface DocumentOptions {
  readonly operations: readonly Operation[];
  /** UTF-16 code units of a message, as this server is set. */
  readonly messageLength: number;
}

export function openApiDocument({ operations, messageLength }: DocumentOptions): JsonObject {
  const schemas: Record<string, JsonObject> = {};

  /** Named schemas go to the components, where every reference leads. */
  function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
    const made = z.toJSONSchema(schema, {
      io,
      target: 'draft-2020-12',
      reused: 'inline',
      unrepresentable: 'any',
    }) as JsonObject;
    const { $schema: _, $defs = {}, ...rest } = located(made, messageLength) as JsonObject;
    for (const [name, definition] of Object.entries($defs as Record<string, JsonObject>))
      schemas[name] ??= withoutId(definition);
    const { id } = rest as { id?: string };
    if (id === undefined || typeof rest.type !== 'string') return rest;
    schemas[id] ??= withoutId(rest);
    return { $ref: `#/components/schemas/${id}` };
  }

  function parametersOf(shape: z.ZodObject | undefined, place: 'path' | 'query' | 'header'): JsonObject[] {
    if (!shape) return [];
    const { properties = {}, required = [] } = schemaOf(shape, 'input') as {
      properties?: Record<string, JsonObject>;
      required?: readonly string[];
    };
    return Object.entries(properties).map(([name, { description, ...schema }]) => ({
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema,
    }));
  }

  function bodyOf({ body, takesFile, isBodyOptional }: Operation): JsonObject {
    if (takesFile)
      return { requestBody: { required: true, content: { 'application/octet-stream': { schema: {} } } } };
    if (!body) return {};
    return {
      requestBody: {
        required: isBodyOptional !== true,
        content: { 'application/json': { schema: schemaOf(body, 'input') } },
      },
    };
  }

  function operationOf(operation: Operation): JsonObject {
    const { method, path, tag, summary, description, auth, permission, isOpenAi } = operation;
    const answers = Object.entries(operation.answers).map(([status, answer]): [string, JsonObject] => {
      const { type = 'application/json', schema } = answer;
      const isBody = schema !== undefined || answer.type !== undefined;
      const content = isBody ? { [type]: schema ? { schema: schemaOf(schema, 'output') } : {} } : undefined;
      return [status, { description: answer.description, ...(content ? { content } : {}) }];
    });
    const refusals = [...operation.refusals, 405].map((status): [string, JsonObject] => [
      String(status),
      {
        description: refusalText[status] ?? 'Refused.',
        content: {
          'application/json': { schema: schemaOf(isOpenAi ? openAiError : errorBody, 'output') },
        },
      },
    ]);
    return {
      tags: [tag],
      summary,
      ...(description === undefined ? {} : { description }),
      operationId: operationId(method, path),
      security: securityOf[auth],
      ...(permission === undefined ? {} : { 'x-permission': permission }),
      parameters: [
        ...parametersOf(operation.params, 'path'),
        ...parametersOf(operation.query, 'query'),
        ...parametersOf(operation.headers, 'header'),
      ],
      ...bodyOf(operation),
      responses: Object.fromEntries([...refusals, ...answers]),
    };
  }

  const paths: Record<string, JsonObject> = {};
  for (const operation of operations)
    paths[operation.path] = { ...paths[operation.path], [operation.method]: operationOf(operation) };
  for (const schema of streamed) schemaOf(schema, 'output');
  const hooks = Object.entries(webhooks).map(([name, { summary, payload }]) => [
    name,
    {
      post: {
        summary,
        operationId: `webhook-${name}`,
        parameters: parametersOf(webhookHeaders, 'header'),
        requestBody: {
          required: true,
          content: { 'application/json': { schema: schemaOf(payload, 'output') } },
        },
        responses: { '2XX': { description: 'Taken. Anything else is tried again for about two days.' } },
      },
    },
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Answerdesk',
      version: packageVersion(),
      license: { name: 'MIT', identifier: 'MIT' },
      description:
        'A support desk that answers from what a team already knows. A path changes its meaning only with its version: docs/api-changes.md.',
    },
    servers: [{ url: '/' }],
    tags,
    paths,
    webhooks: Object.fromEntries(hooks),
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'answerdesk_session' },
        key: { type: 'http', scheme: 'bearer', description: 'A key of the console: `adk_…`.' },
        conversation: { type: 'http', scheme: 'bearer', description: 'The token of the conversation.' },
        visitor: {
          type: 'http',
          scheme: 'bearer',
          description: 'The token by which a website says who its visitor is: docs/widget.md.',
        },
        metrics: { type: 'http', scheme: 'bearer', description: 'ANSWERDESK_METRICS_TOKEN.' },
      },
      schemas,
    },
  };
}

const securityOf: Readonly<Record<Auth, readonly JsonObject[]>> = {
  none: [],
  team: [{ session: [] }, { key: [] }],
  key: [{ key: [] }],
  conversation: [{ conversation: [] }],
  visitor: [{ visitor: [] }],
  metrics: [{ metrics: [] }],
};

const refusalText: Readonly<Record<number, string>> = {
  400: 'The request is not valid.',
  401: 'Nobody is signed in, or the sign-in failed.',
  403: 'This is not allowed: the role, the origin, or the name of the server.',
  404: 'There is nothing of this id, or it is not yours.',
  405: 'The path has other methods: see `Allow`.',
  409: 'Somebody else was quicker, or it does not fit the state.',
  413: 'The body or a text is too long.',
  422: 'The input has the right shape and cannot be used; the message says why.',
  429: 'Too many requests. `Retry-After` says how long to wait.',
  500: 'Something went wrong here.',
  502: 'The chat model cannot be reached.',
  503: 'Not now. `Retry-After` says how long to wait.',
  504: 'The chat model took too long.',
};

function operationId(method: string, path: string): string {
  const words = path
    .replace(/^\/api\/v1/, '')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  return method + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}

function withoutId({ id: _, ...definition }: JsonObject): JsonObject {
  return definition;
}

/** References lead to the components, and limits are this server's. */
function located(value: unknown, messageLength: number): unknown {
  if (Array.isArray(value)) return value.map((item) => located(item, messageLength));
  if (typeof value !== 'object' || value === null) return value;
  const { [messageLimitMark]: isMessage, ...rest } = value as JsonObject;
  const entries = Object.entries(rest).map(([name, item]): [string, unknown] => {
    if (name === '$ref' && typeof item === 'string')
      return [name, item.replace('#/$defs/', '#/components/schemas/')];
    return [name, located(item, messageLength)];
  });
  const made: JsonObject = {
    ...Object.fromEntries(entries),
    ...(isMessage ? { maxLength: messageLength } : {}),
  };
  // The pattern is what is checked; the format would allow other addresses, and other ones not.
  if (made.format === 'email' && made.pattern !== undefined) delete made.format;
  return made;
}
