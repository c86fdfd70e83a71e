// A large file from an address: public ones alone, as everywhere; with a cap, and what broke off is gone on with where the server can.
import { createWriteStream } from 'node:fs';
import { readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { FetchError } from './fetch-error.ts';
import {
  createPublicFetch,
  type OpenedResponse,
  type PublicFetch,
  type PublicFetchOptions,
} from './public-fetch.ts';

export interface DownloadOptions extends CallOptions, Pick<PublicFetchOptions, 'resolve'> {
  /** The address may be on a private network, and begin with http://. */
  readonly allowPrivate?: boolean | undefined;
  readonly maxBytes: number;
  /** Without a byte for so long it is given up; default one minute. */
  readonly stallMs?: number;
  readonly say?: (text: string) => void;
}

/**
 * Into `to`. What an earlier call left there is gone on with if the server still has the same file; else it begins anew. Rejects with
 * `bad-input` that says what to do: what came so far stays, unless it can be of no use.
 */
export async function downloadFile(address: string, to: string, options: DownloadOptions): Promise<void> {
  const { allowPrivate = false, resolve, signal } = options;
  const url = URL.parse(address);
  if (url?.protocol !== 'https:' && !(allowPrivate && url?.protocol === 'http:'))
    throw new AppError(
      'bad-input',
      `${address}: only https:// is downloaded. A server of yours: --allow-private-addresses.`,
    );
  using fetch = createPublicFetch({ resolve, ...(allowPrivate ? { privateHost: url.host } : {}) });
  const tag = `${to}.tag`;
  try {
    await transfer(url, { to, tag, fetch }, options);
    await rm(tag, { force: true });
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof AppError) {
      await Promise.all([to, tag].map((path) => rm(path, { force: true })));
      throw cause;
    }
    const why = cause instanceof FetchError ? cause.message : 'broke off';
    throw new AppError(
      'bad-input',
      `${address} ${why}. The same command goes on where it was, if the server can.`,
      { cause },
    );
  }
}

interface Place {
  readonly to: string;
  /** Says which version of the file lies in `to`. */
  readonly tag: string;
  readonly fetch: PublicFetch;
}

async function transfer(url: URL, { to, tag, fetch }: Place, options: DownloadOptions): Promise<void> {
  const { maxBytes, stallMs = 60_000, say = () => {}, signal } = options;
  const known = await readFile(tag, 'utf8').catch(() => '');
  const have = known === '' ? 0 : ((await stat(to).catch(() => undefined))?.size ?? 0);
  const headers = have > 0 ? { range: `bytes=${have}-`, 'if-range': known } : {};
  const response = await fetch.open(url, { headers, signal });
  if (response.status === 416) {
    response.body.destroy();
    await Promise.all([rm(to, { force: true }), rm(tag, { force: true })]);
    return transfer(url, { to, tag, fetch }, options);
  }
  const goesOn = response.status === 206 && have > 0 && rangeBegins(response.headers) === have;
  if (response.status !== 200 && !goesOn) {
    response.body.destroy();
    throw new FetchError('unreachable', `answers ${response.status}`);
  }
  const start = goesOn ? have : 0;
  const left = Number(response.headers['content-length'] ?? 0);
  try {
    await refuseTooLarge(url, { bytes: start + left, left, to, maxBytes });
  } catch (refused) {
    response.body.destroy();
    throw refused;
  }
  const size = left > 0 ? `${Math.round((start + left) / 1e6)} MB` : 'a file of unknown size';
  say(start > 0 ? `Downloading ${size}, from ${Math.round(start / 1e6)} MB on …` : `Downloading ${size} …`);
  if (!goesOn) await writeFile(tag, versionOf(response.headers));
  const file = createWriteStream(to, { flags: goesOn ? 'a' : 'w' });
  await pipeline(
    response.body,
    bounded({ most: maxBytes - start, stallMs, response, refusal: tooLarge(url, maxBytes) }),
    file,
    signal ? { signal } : {},
  );
  const { size: whole } = await stat(to);
  if (left > 0 && whole !== start + left) throw new FetchError('unreachable', 'ended too early');
}

/** Strong tags alone: a weak one may stand for other bytes. Empty: the file cannot be gone on with. */
function versionOf({
  etag,
  'last-modified': modified,
  'accept-ranges': ranges,
}: IncomingHttpHeaders): string {
  if (ranges === 'none') return '';
  return etag !== undefined && !etag.startsWith('W/') ? etag : (modified ?? '');
}

function rangeBegins({ 'content-range': range }: IncomingHttpHeaders): number | undefined {
  const [, start] = /^bytes (\d+)-/.exec(range ?? '') ?? [];
  return start === undefined ? undefined : Number(start);
}

async function refuseTooLarge(
  url: URL,
  {
    bytes,
    left,
    to,
    maxBytes,
  }: { readonly bytes: number; readonly left: number; readonly to: string; readonly maxBytes: number },
): Promise<void> {
  const gigabytes = (count: number) => `${(count / 1e9).toFixed(1)} GB`;
  if (bytes > maxBytes) throw tooLarge(url, maxBytes);
  const { bavail, bsize } = await statfs(dirname(to));
  if (left > bavail * bsize)
    throw new AppError(
      'bad-input',
      `${url} has ${gigabytes(bytes)}, and the disk has room for ${gigabytes(bavail * bsize)}.`,
    );
}

const tooLarge = (url: URL, maxBytes: number) =>
  new AppError(
    'bad-input',
    `${url} is larger than ${(maxBytes / 1e9).toFixed(1)} GB: allow more with --max-gigabytes N.`,
  );

interface Bounds {
  /** Bytes. */
  readonly most: number;
  readonly stallMs: number;
  readonly response: OpenedResponse;
  readonly refusal: AppError;
}

function bounded({ most, stallMs, response, refusal }: Bounds): Transform {
  let left = most;
  const giveUp = () => response.body.destroy(new FetchError('too-slow', 'sends nothing any more'));
  let timer = setTimeout(giveUp, stallMs);
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, stallMs);
      left -= piece.length;
      done(left < 0 ? refusal : null, piece);
    },
    flush(done) {
      clearTimeout(timer);
      done();
    },
    destroy(error, done) {
      clearTimeout(timer);
      done(error);
    },
  });
}
