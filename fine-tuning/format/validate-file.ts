// Whether a file can be trained on, line by line: a hosted service refuses a whole file for one line, minutes after the upload.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { type ChatExample, chatExampleSchema } from './chat-example.ts';

export interface FileProblem {
  /** From 1. */
  readonly line: number;
  readonly what: string;
}

export interface ValidatedFile {
  readonly examples: number;
  /** UTF-16 code units of all messages. */
  readonly characters: number;
  /** The first ones. */
  readonly problems: readonly FileProblem[];
  /** Of all lines. */
  readonly wrong: number;
}

export interface ValidateOptions extends CallOptions {
  /** Hosted services train on no fewer; default 10. */
  readonly atLeast?: number;
  /** Tokens of an example that a model takes; default: not looked at. */
  readonly mostTokens?: number;
  readonly countTokens?: (text: string) => number;
  readonly onExample?: (example: ChatExample) => void;
}

const leastExamples = 10;
/** More help nobody. */
const mostProblems = 50;
const longestLine = 4 << 20;

/** Rejects with `bad-input` where there is no such file. Nothing of a line's text is in what is wrong with it. */
export async function validateFile(
  path: string,
  { atLeast = leastExamples, mostTokens, countTokens, onExample, signal }: ValidateOptions = {},
): Promise<ValidatedFile> {
  const problems: FileProblem[] = [];
  let wrong = 0;
  let examples = 0;
  let characters = 0;
  let number = 0;
  const tell = (line: number, what: string) => {
    wrong += 1;
    if (problems.length < mostProblems) problems.push({ line, what });
  };
  const stream = createReadStream(path, 'utf8');
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      signal?.throwIfAborted();
      number += 1;
      const read = readLine(line, number);
      if ('what' in read) {
        tell(number, read.what);
        continue;
      }
      const size = read.messages.reduce((sum, { content }) => sum + content.length, 0);
      const tokens = countTokens
        ? read.messages.reduce((sum, { content }) => sum + countTokens(content), 0)
        : 0;
      if (mostTokens !== undefined && tokens > mostTokens)
        tell(
          number,
          `about ${tokens} tokens, more than ${mostTokens}: the end, which is the answer, would be cut off`,
        );
      examples += 1;
      characters += size;
      onExample?.(read);
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EISDIR') throw cause;
    throw new AppError('bad-input', `There is no file ${path}.`, { cause });
  } finally {
    stream.destroy();
  }
  if (examples < atLeast) tell(number, `only ${examples} examples: at least ${atLeast} are needed`);
  return { examples, characters, problems, wrong };
}

/** Throws `bad-input` that lists what is wrong. */
export function refuseProblems(path: string, { problems, wrong }: ValidatedFile): void {
  if (wrong === 0) return;
  const more = wrong > problems.length ? [`… and ${wrong - problems.length} more`] : [];
  throw new AppError(
    'bad-input',
    [
      `${path} cannot be trained on:`,
      ...problems.map(({ line, what }) => `  line ${line}: ${what}`),
      ...more,
    ].join('\n'),
  );
}

function readLine(line: string, number: number): ChatExample | { readonly what: string } {
  if (line.length > longestLine) return { what: `longer than ${longestLine >> 20} MiB` };
  if (line.trim() === '') return { what: 'empty' };
  if (number === 1 && line.startsWith('\uFEFF'))
    return { what: 'begins with a byte order mark: save it as UTF-8 without one' };
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { what: 'no JSON' };
  }
  const parsed = chatExampleSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  return { what: path.length > 0 ? `${path.join('.')}: ${message}` : message };
}
