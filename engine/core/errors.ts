// One error class with a closed union of codes; everything said about a code stands in one table.

export type ErrorCode =
  | 'bad-request'
  | 'not-found'
  | 'method-not-allowed'
  | 'not-signed-in'
  | 'forbidden'
  | 'conflict'
  | 'blocked'
  | 'host-not-allowed'
  | 'origin-not-allowed'
  | 'message-too-long'
  | 'too-many-requests'
  | 'busy'
  | 'knowledge-base-missing'
  | 'knowledge-base-damaged'
  | 'knowledge-base-mismatch'
  | 'model-invalid'
  | 'model-unavailable'
  | 'model-timeout'
  | 'job-locked'
  | 'bad-input'
  | 'config-invalid'
  | 'shutting-down'
  | 'internal';

interface ErrorFacts {
  /** HTTP status. */
  readonly status: number;
  readonly retryable: boolean;
  /** What leaves the process when the error itself must not. */
  readonly publicMessage: string;
  /** Process exit code of a command that ends with it: 1 failed, 2 bad usage or input. */
  readonly exitCode: 1 | 2;
}

export const errorFacts: Readonly<Record<ErrorCode, ErrorFacts>> = {
  'bad-request': { status: 400, retryable: false, exitCode: 2, publicMessage: 'The request is not valid.' },
  'not-found': { status: 404, retryable: false, exitCode: 2, publicMessage: 'There is nothing here.' },
  'method-not-allowed': {
    status: 405,
    retryable: false,
    exitCode: 2,
    publicMessage: 'This address has other methods: see the Allow header.',
  },
  'not-signed-in': { status: 401, retryable: false, exitCode: 2, publicMessage: 'Sign in first.' },
  conflict: {
    status: 409,
    retryable: false,
    exitCode: 1,
    publicMessage: 'Somebody else changed this meanwhile.',
  },
  forbidden: { status: 403, retryable: false, exitCode: 2, publicMessage: 'This is not allowed.' },
  blocked: {
    status: 403,
    retryable: false,
    exitCode: 1,
    publicMessage: 'Our team has closed this chat for now. Please contact us in another way.',
  },
  'host-not-allowed': {
    status: 403,
    retryable: false,
    exitCode: 2,
    publicMessage: 'This server is not known by this name. Its operator can add the name.',
  },
  'origin-not-allowed': {
    status: 403,
    retryable: false,
    exitCode: 2,
    publicMessage: 'This website may not use the chat. Its owner can add it to the allowed origins.',
  },
  'message-too-long': {
    status: 413,
    retryable: false,
    exitCode: 2,
    publicMessage: 'The message is too long.',
  },
  'too-many-requests': {
    status: 429,
    retryable: true,
    exitCode: 1,
    publicMessage: 'Too many messages in a short time. Please wait a moment.',
  },
  busy: {
    status: 503,
    retryable: true,
    exitCode: 1,
    publicMessage: 'Many people are asking right now. Please try again shortly.',
  },
  'knowledge-base-missing': {
    status: 503,
    retryable: true,
    exitCode: 1,
    publicMessage: 'The help articles are not loaded yet. Please try again shortly.',
  },
  'knowledge-base-damaged': {
    status: 503,
    retryable: false,
    exitCode: 1,
    publicMessage: 'The help articles cannot be read right now.',
  },
  'knowledge-base-mismatch': {
    status: 503,
    retryable: false,
    exitCode: 2,
    publicMessage: 'The help articles cannot be read right now.',
  },
  'model-invalid': {
    status: 500,
    retryable: false,
    exitCode: 2,
    publicMessage: 'The assistant is not set up correctly.',
  },
  'model-unavailable': {
    status: 502,
    retryable: true,
    exitCode: 1,
    publicMessage: 'The assistant cannot be reached right now.',
  },
  'model-timeout': {
    status: 504,
    retryable: true,
    exitCode: 1,
    publicMessage: 'The assistant took too long to answer.',
  },
  'job-locked': {
    status: 409,
    retryable: true,
    exitCode: 1,
    publicMessage: 'Another ingestion job is running.',
  },
  'bad-input': { status: 422, retryable: false, exitCode: 2, publicMessage: 'The input cannot be read.' },
  'config-invalid': {
    status: 500,
    retryable: false,
    exitCode: 2,
    publicMessage: 'The server is not set up correctly.',
  },
  'shutting-down': {
    status: 503,
    retryable: true,
    exitCode: 1,
    publicMessage: 'The server is restarting. Please try again in a moment.',
  },
  internal: {
    status: 500,
    retryable: true,
    exitCode: 1,
    publicMessage: 'Something went wrong on our side. Please try again.',
  },
};

interface AppErrorOptions {
  readonly cause?: unknown;
  readonly publicMessage?: string;
  readonly retryAfterMs?: number | undefined;
}

/** `message` is for the operator and tells what to do; customers see `publicMessage`. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly publicMessage: string;
  /** Who refused asks to be left alone for this long. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.publicMessage = options.publicMessage ?? errorFacts[code].publicMessage;
    this.retryAfterMs = options.retryAfterMs;
  }

  get status(): number {
    return errorFacts[this.code].status;
  }

  get retryable(): boolean {
    return errorFacts[this.code].retryable;
  }
}

/** The one door at the edges: everything that is thrown becomes an AppError. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError('internal', message, { cause: thrown });
}

export interface ForeignErrorFacts {
  readonly name: string;
  readonly code?: string;
  /** HTTP status. */
  readonly status?: number;
}

/**
 * What may be logged and shown of an error that is not ours: its kind, code and HTTP status. Never its message: model servers and
 * parsers quote there what they were given, which is what a customer wrote.
 */
export function factsOf(thrown: unknown): ForeignErrorFacts {
  if (!(thrown instanceof Error)) return { name: typeof thrown };
  const { code, status } = thrown as { code?: unknown; status?: unknown };
  return {
    name: isIdentifier(thrown.name) ? thrown.name : 'Error',
    ...(isIdentifier(code) ? { code } : {}),
    ...(typeof status === 'number' && status >= 100 && status < 600 ? { status } : {}),
  };
}

/** The same in words, for a message of ours: "BadRequestError, status 400". What a wrapper does not say comes from its causes. */
export function briefly(thrown: unknown): string {
  const chain = [factsOf(thrown)];
  for (let cause = causeOf(thrown); cause !== undefined; cause = causeOf(cause)) chain.push(factsOf(cause));
  const status = chain.find((facts) => facts.status !== undefined)?.status;
  const code = chain.find((facts) => facts.code !== undefined)?.code;
  return [chain[0]!.name, ...(status ? [`status ${status}`] : []), ...(code ? [`code ${code}`] : [])].join(
    ', ',
  );
}

/** How long a server wants to be left alone, in milliseconds, by the header `Retry-After` of its refusal; undefined where it does not say. */
export function retryAfterOf(thrown: unknown): number | undefined {
  for (let error = thrown; error !== undefined; error = causeOf(error)) {
    const { headers } = error as { headers?: unknown };
    const value = headers instanceof Headers ? headers.get('retry-after') : undefined;
    if (!value) continue;
    const ms = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
    return Number.isFinite(ms) && ms > 0 ? ms : undefined;
  }
  return undefined;
}

const causeOf = (thrown: unknown) => (thrown instanceof Error ? thrown.cause : undefined);

/** One word of a program, such as `ECONNREFUSED`: codes come from servers too, and could be anything. */
function isIdentifier(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z][\w-]{0,63}$/.test(value);
}

/** Abort is not a failure: rethrow it untouched, never log or retry it. */
export function isAbortError(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError';
}
