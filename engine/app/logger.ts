// JSON logs on standard output. What customers write, and tokens, do not belong in them: callers log codes, ids and durations;
// the paths below are the second line of defence.
import { type DestinationStream, type Logger, pino } from 'pino';
import { AppError, type ForeignErrorFacts, factsOf } from '#core/errors.ts';

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
      hooks: {
        // An error without a sentence of ours would bring its own message in place of one.
        logMethod(args, method) {
          const [first, sentence] = args as unknown as [unknown, string | undefined];
          const error = first instanceof Error ? first : (first as { err?: unknown } | undefined)?.err;
          method.apply(this, error !== undefined && sentence === undefined ? [first, 'an error'] : args);
        },
      },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
}

interface ErrorDescription extends ForeignErrorFacts {
  readonly message?: string;
  /** Where it was thrown, without the message that V8 puts in front. */
  readonly stack?: string;
  readonly cause?: ErrorDescription;
}

/**
 * Only these fields: libraries attach requests, bodies and headers to their errors, and quote them in their messages. So only our own
 * messages are logged, without what they quote of others.
 */
function describeError(thrown: unknown): ErrorDescription {
  const facts = factsOf(thrown);
  if (!(thrown instanceof Error)) return facts;
  const { cause } = thrown;
  return {
    ...facts,
    ...(thrown instanceof AppError ? { message: ownMessage(thrown) } : systemFacts(thrown)),
    stack: framesOf(thrown),
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  };
}

/** `toAppError` takes over the message of what it was given, and some of ours end in that of their cause. */
function ownMessage(error: AppError): string {
  let { message } = error;
  for (
    let cause = error.cause;
    cause !== undefined;
    cause = cause instanceof Error ? cause.cause : undefined
  ) {
    const theirs = cause instanceof Error ? cause.message : String(cause);
    if (!(cause instanceof AppError) && theirs !== '') message = message.replaceAll(theirs, '(see cause)');
  }
  return message;
}

/** Of the operating system and of SQLite: which call failed, on which file. */
function systemFacts(error: Error): object {
  const { syscall, path, errcode } = error as NodeJS.ErrnoException & { errcode?: unknown };
  return {
    ...(typeof syscall === 'string' && typeof path === 'string' ? { syscall, path } : {}),
    ...(typeof errcode === 'number' ? { errcode } : {}),
  };
}

function framesOf({ stack = '', message }: Error): string {
  // A message can have lines that look like frames; one that was changed since cannot be told from them.
  const start = stack.indexOf(message);
  const frames = start < 0 ? [] : stack.slice(start + message.length).match(/^ {4}at .+:\d+:\d+\)?$/gm);
  return frames?.map((frame) => frame.trim()).join('\n') ?? '';
}
