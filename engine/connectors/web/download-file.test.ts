import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { downloadFile } from './download-file.ts';

const content = randomBytes(400_000);
let folder: string;
let to: string;
let server: Server;
let address: string;
let etag = '"one"';
/** Bytes after which the connection breaks; 0: it does not. */
let breaksAfter = 0;
let ranges: (string | undefined)[];
let handle: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'download-'));
  to = join(folder, 'model.gguf');
  [etag, breaksAfter, ranges, handle] = ['"one"', 0, [], undefined];
  server = createServer((request, response) => {
    const { range, 'if-range': known } = request.headers;
    ranges.push(range);
    if (handle) return handle(request, response);
    const start = range && known === etag ? Number(/\d+/.exec(range)![0]) : 0;
    if (start >= content.length) return response.writeHead(416).end();
    const rest = content.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      etag,
      'content-length': rest.length,
      ...(start > 0 ? { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` } : {}),
    });
    if (breaksAfter === 0) return response.end(rest);
    response.write(rest.subarray(0, breaksAfter), () => setTimeout(() => response.destroy(), 20));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.gguf`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

const download = (more = {}) => downloadFile(address, to, { maxBytes: 1e6, allowPrivate: true, ...more });

describe('a download', () => {
  it('brings the file, and leaves nothing beside it', async () => {
    await download();
    expect((await readFile(to)).equals(content)).toBe(true);
    expect(existsSync(`${to}.tag`)).toBe(false);
  });

  it('that broke off goes on where it was', async () => {
    breaksAfter = 150_000;
    await expect(download()).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/same command goes on/),
    });
    const { size } = await stat(to);
    breaksAfter = 0;
    await download();
    expect(ranges).toEqual([undefined, `bytes=${size}-`]);
    expect((await readFile(to)).equals(content)).toBe(true);
  });

  it('begins anew when the file became another one meanwhile, or is there as a whole already', async () => {
    breaksAfter = 150_000;
    await expect(download()).rejects.toThrow();
    [etag, breaksAfter] = ['"two"', 0];
    await download();
    expect((await readFile(to)).equals(content)).toBe(true);
  });

  it.each([
    ['says how large it is', true],
    ['says nothing', false],
  ])('of a file above the cap is refused, where the server %s, and nothing is left', async (_what, tells) => {
    handle = (_request, response) => {
      response.writeHead(200, tells ? { 'content-length': content.length } : {});
      response.end(content);
    };
    await expect(download({ maxBytes: 100_000 })).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/--max-gigabytes/),
    });
    expect(existsSync(to)).toBe(false);
  });

  it('is given up when nothing comes any more', async () => {
    handle = (_request, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 1_000));
    };
    await expect(download({ stallMs: 50 })).rejects.toMatchObject({
      message: expect.stringMatching(/sends nothing any more/),
    });
  });

  it('of what a server refuses says so', async () => {
    handle = (_request, response) => response.writeHead(404).end('secret page');
    const thrown = await download().catch((error: Error) => error);
    expect(thrown).toMatchObject({ code: 'bad-input', message: expect.stringMatching(/answers 404/) });
    expect(String(thrown)).not.toContain('secret');
  });

  it.each(['http://127.0.0.1:1/x', 'http://example.com/x', 'ftp://example.com/x', 'file:///etc/passwd'])(
    'of %s is refused unless a private address is meant',
    async (other) => {
      await expect(downloadFile(other, to, { maxBytes: 1e6 })).rejects.toMatchObject({
        code: 'bad-input',
        message: expect.stringMatching(/https/),
      });
    },
  );

  it('of a public name at a private address is refused', async () => {
    const resolve = async () => ['10.0.0.7'];
    await expect(
      downloadFile('https://models.example/x', to, { maxBytes: 1e6, resolve }),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/private network/),
    });
  });

  it('that is stopped is no error', async () => {
    handle = (_request, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 1_000));
    };
    const controller = new AbortController();
    const loading = download({ signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(loading).rejects.toMatchObject({ name: 'AbortError' });
  });
});
