// JSON logs on standard output. What customers write, and tokens, do not belong in them: callers log codes, ids and durations;
// the paths below are the second line of defence.
import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

const secret = [
  'authorization',
  'cookie',
  'token',
  'apiKey',
  'text',
  'body',
  'email',
  'comment',
  'message.text',
];

/** `level` as in pino; `destination` for tests. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: [...secret, ...secret.map((path) => `*.${path}`), '*.*.authorization'],
        censor: '[redacted]',
      },
      serializers: { err: describeError },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
}

interface ErrorDescription {
  readonly name: string;
  readonly code?: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: ErrorDescription;
}

/** Only these fields: libraries attach requests, bodies and headers to their errors. */
function describeError(thrown: unknown): ErrorDescription {
  if (!(thrown instanceof Error)) return { name: typeof thrown, message: 'not an Error' };
  const { name, message, stack, cause } = thrown;
  const code = 'code' in thrown ? String(thrown.code) : undefined;
  return {
    name,
    message,
    ...(code === undefined ? {} : { code }),
    ...(stack === undefined ? {} : { stack }),
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  };
}
