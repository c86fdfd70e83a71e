// The body of a response: decompressed, never more in memory than allowed. What counts is the size after decompression: a few kilobytes
// of gzip can stand for gigabytes.
import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { FetchError } from './fetch-error.ts';

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** For the header `Accept-Encoding`. */
export const acceptedEncodings = 'gzip, br';

/** Rejects with a `FetchError` for more than `maxBytes`, an unknown encoding, or bytes that are not what they are said to be. */
export async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const encoding = response.headers['content-encoding']?.trim().toLowerCase() || 'identity';
  const decoder = Object.hasOwn(decoders, encoding) ? decoders[encoding]?.() : undefined;
  if (!decoder && encoding !== 'identity') {
    response.destroy();
    throw new FetchError('damaged', 'comes in a compression that is not known');
  }
  if (decoder) {
    // `pipe` does not hand errors on.
    response.on('error', (error) => decoder.destroy(error));
    response.pipe(decoder);
  }
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of (decoder ?? response) as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > maxBytes) throw new FetchError('too-large', `is larger than ${megabytes(maxBytes)} MB`);
      pieces.push(piece);
    }
  } catch (error) {
    if (/^(?:Z_|ERR__?ERROR_FORMAT|ERR_PADDING)/.test((error as NodeJS.ErrnoException).code ?? ''))
      throw new FetchError('damaged', 'is damaged or ends too early', { cause: error });
    throw error;
  } finally {
    if (decoder) response.unpipe(decoder);
    decoder?.destroy();
    if (!response.readableEnded) response.destroy();
  }
  return Buffer.concat(pieces);
}

function megabytes(bytes: number): number {
  return Math.round((bytes / 1024 / 1024) * 100) / 100;
}
