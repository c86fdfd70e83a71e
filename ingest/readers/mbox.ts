// A mailbox file: one mail after the other, each below a line that begins with "From " (RFC 4155).
import { maxDocumentBytes } from './file-part.ts';

export interface MboxMail {
  /** Where it begins, from 1. */
  readonly line: number;
  /** Undefined: too large. */
  readonly mail: Buffer | undefined;
}

const fromLine = /^From \S+.*\d{4}/;
const newline = 10;

export async function* splitMbox(pieces: AsyncIterable<Buffer>): AsyncGenerator<MboxMail> {
  let parts: Buffer[] = [];
  let size = 0;
  let start = 1;
  let line = 0;
  let isAfterBlank = true;
  const finish = (): MboxMail[] =>
    size === 0 ? [] : [{ line: start, mail: size > maxDocumentBytes ? undefined : Buffer.concat(parts) }];
  for await (const bytes of linesOf(pieces)) {
    line += 1;
    const text = bytes.length < 300 ? bytes.toString('latin1') : '';
    if (isAfterBlank && fromLine.test(text)) {
      yield* finish();
      parts = [];
      size = 0;
      start = line;
    } else {
      size += bytes.length;
      if (size > maxDocumentBytes) parts = [];
      // mboxrd: a ">" before "From " in a text is the writer's.
      else parts.push(/^>+From /.test(text) ? bytes.subarray(1) : bytes);
    }
    isAfterBlank = text.trim() === '' && bytes.length < 300;
  }
  yield* finish();
}

/** With their line ends; a line longer than a mail may be comes in pieces. */
async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let size = 0;
  for await (const piece of pieces) {
    let from = 0;
    for (let at = piece.indexOf(newline); at !== -1; at = piece.indexOf(newline, from)) {
      yield Buffer.concat([...rest, piece.subarray(from, at + 1)]);
      rest = [];
      size = 0;
      from = at + 1;
    }
    rest.push(piece.subarray(from));
    size += piece.length - from;
    if (size > maxDocumentBytes) {
      yield Buffer.concat(rest);
      rest = [];
      size = 0;
    }
  }
  if (size > 0) yield Buffer.concat(rest);
}
