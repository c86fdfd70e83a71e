// The sample configurations of the proxies, as they are but for names, ports and certificate, in front of a real server. Where a
// proxy is not installed, its lines say so.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JournalEntry } from '#core/events.ts';
import { startServer } from '#server/testing/start-server.ts';

const name = 'chat.example.com';
const folder = mkdtempSync(join(tmpdir(), 'answerdesk-proxy-'));
const file = (path: string) => join(folder, path);

interface Ports {
  readonly http: number;
  readonly https: number;
  /** Host and port. */
  readonly desk: string;
}

interface Proxy {
  readonly program: string;
  /** Takes out, or puts in, what makes the proxy name itself in Host. */
  readonly rewriteHost: (configuration: string) => string;
  /** Writes its configuration, and gives the command line that runs it in the foreground. */
  prepare(ports: Ports, edit: (configuration: string) => string): string[];
}

const sample = (path: string) => readFileSync(join(import.meta.dirname, path), 'utf8');

const proxies: Record<string, Proxy> = {
  nginx: {
    program: '/usr/sbin/nginx',
    rewriteHost: (configuration) => configuration.replace(/^.*(?:Host {2,}\$host|X-Forwarded-Host).*$/gm, ''),
    prepare({ http, https, desk }, edit) {
      const server = edit(sample('nginx.conf'))
        .replace('listen 80;', `listen 127.0.0.1:${http};`)
        .replace('listen 443 ssl http2;', `listen 127.0.0.1:${https} ssl;`)
        .replaceAll(`/etc/ssl/${name}/`, `${folder}/`)
        .replace('127.0.0.1:3000', desk);
      writeFileSync(
        file('nginx.conf'),
        `daemon off; pid ${file('pid')}; error_log stderr; events {}
         http { access_log off; client_body_temp_path ${file('body')}; proxy_temp_path ${file('proxy')};
         fastcgi_temp_path ${file('f')}; uwsgi_temp_path ${file('u')}; scgi_temp_path ${file('s')};
         ${server} }`,
      );
      return ['-c', file('nginx.conf'), '-p', folder];
    },
  },
  Caddy: {
    program: '/usr/bin/caddy',
    rewriteHost: (configuration) =>
      configuration.replace(
        /^\treverse_proxy (.+)$/m,
        'reverse_proxy $1 {\nheader_up Host {upstream_hostport}\nheader_up -X-Forwarded-Host\n}',
      ),
    prepare({ http, https, desk }, edit) {
      const site = edit(sample('Caddyfile'))
        .replace(`${name} {`, `${name} {\n\ttls ${file('fullchain.pem')} ${file('privkey.pem')}`)
        .replace('127.0.0.1:3000', desk);
      writeFileSync(
        file('Caddyfile'),
        `{\n\tadmin off\n\thttp_port ${http}\n\thttps_port ${https}\n\tdefault_bind 127.0.0.1\n}\n${site}`,
      );
      return ['run', '--adapter', 'caddyfile', '--config', file('Caddyfile')];
    },
  },
};

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' ? address!.port : 0;
}

async function startProxy(proxy: Proxy, desk: string, edit = (configuration: string) => configuration) {
  const ports = { http: await freePort(), https: await freePort(), desk: new URL(desk).host };
  const child = spawn(proxy.program, proxy.prepare(ports, edit), {
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (line) => {
    said += line;
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const to = { host: '127.0.0.1', port: ports.https, servername: name, rejectUnauthorized: false };
  const open = async (path: string, headers: Record<string, string> = {}) => {
    const [response] = await once(get({ ...to, path, headers: { host: name, ...headers } }), 'response');
    return response as IncomingMessage;
  };
  const request = async (path: string, headers: Record<string, string> = {}) => {
    const response = await open(path, headers);
    return { status: response.statusCode, body: await text(response) };
  };
  for (;;) {
    if (child.exitCode !== null) throw new Error(said);
    const up = await request('/').catch(() => undefined);
    if (up) break;
    await sleep(20);
  }
  return {
    open,
    request,
    /** A socket of a page on the public address. */
    socket: () =>
      io(`https://127.0.0.1:${ports.https}`, {
        transports: ['websocket'],
        forceNew: true,
        reconnection: false,
        rejectUnauthorized: false,
        extraHeaders: { host: name, origin: `https://${name}` },
      }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

beforeAll(() => {
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1']
      .concat(['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`])
      .concat(['-keyout', file('privkey.pem'), '-out', file('fullchain.pem')]),
    { stdio: 'ignore' },
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env = { ANSWERDESK_PUBLIC_URL: `https://${name}`, ANSWERDESK_TRUST_PROXY: '1' };

for (const [title, proxy] of Object.entries(proxies)) {
  describe.skipIf(!existsSync(proxy.program))(
    existsSync(proxy.program) ? `${title} with deploy's configuration` : `${title}: is not installed`,
    () => {
      it('hands on pages, each piece of an answer when it comes, and sockets', async () => {
        const gate = Promise.withResolvers<void>();
        const script = { deltas: ['first ', 'second'], gate: gate.promise };
        await using desk = await startServer({ env, script });
        await using front = await startProxy(proxy, desk.url);
        expect((await front.request('/')).status).toBe(200);
        expect((await front.request('/healthz')).status).toBe(404);
        expect((await front.request('/metrics')).status).toBe(404);
        const socket = front.socket();
        const seen: JournalEntry[] = [];
        socket.on('entry', (entry) => seen.push(entry));
        const { conversationId, token } = await socket.emitWithAck('conversation-create', {});
        const message = { conversationId, token, messageId: 'message-1', text: 'How?' };
        expect(await socket.emitWithAck('message-send', message)).toMatchObject({ ok: true });
        const texts = () =>
          seen.map(({ event }) => (event.type === 'answer-delta' ? event.text : '')).join('');
        await expect.poll(texts).toBe('first ');

        // The stream of the same answer, over HTTP: it has the first piece while the second is not written.
        let streamed = '';
        const stream = await front.open(`/api/conversations/${conversationId}/events`, {
          authorization: `Bearer ${token}`,
          origin: `https://${name}`,
        });
        expect(stream.statusCode).toBe(200);
        stream.setEncoding('utf8').on('data', (piece) => {
          streamed += piece;
        });
        await expect.poll(() => streamed).toContain('first ');
        expect(streamed).not.toContain('second');
        gate.resolve();
        await expect.poll(() => streamed).toContain('answer-end');
        await expect.poll(texts).toBe('first second');
        stream.destroy();
        socket.disconnect();
      });

      it('is refused in words when it has a name that the server does not know', async () => {
        await using desk = await startServer({ env: { ...env, ANSWERDESK_PUBLIC_URL: '' } });
        await using front = await startProxy(proxy, desk.url);
        const { status, body } = await front.request('/');
        expect(status).toBe(403);
        expect(JSON.parse(body).error.message).toContain(`ANSWERDESK_PUBLIC_URL=https://${name}`);
      });

      it('is refused in words when it puts another name into Host, unless the server knows its own', async () => {
        const ask = async (settings: Record<string, string>) => {
          await using desk = await startServer({ env: settings });
          await using front = await startProxy(proxy, desk.url, proxy.rewriteHost);
          return await front.request('/api/conversations', { origin: `https://${name}` });
        };
        const { status, body } = await ask({});
        expect([status, JSON.parse(body).error.message]).toEqual([
          403,
          expect.stringMatching(/ANSWERDESK_PUBLIC_URL if it is this server's own address behind a proxy/),
        ]);
        // There is nothing to GET here, which says that the request got through.
        expect((await ask(env)).status).toBe(404);
      });
    },
  );
}
