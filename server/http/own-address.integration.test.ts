import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { connectSocket } from '../testing/socket-client.ts';
import { startServer } from '../testing/start-server.ts';

describe('names of the server', () => {
  /** `fetch` does not let a program choose Host. */
  const ask = async (url: string, path: string, headers: Record<string, string> = {}) => {
    const request = get(url + path, { headers });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return { status: response.statusCode, body: await text(response) };
  };
  const own = ['localhost', 'localhost:81', 'desk.localhost', '127.0.0.1', '[::1]:3000', '192.168.1.20:3000'];
  const foreign = ['evil.example', 'evil.example:3000', 'localhost.evil.example', '127.0.0.1.evil.example'];
  const nonsense = ['localhost@evil.example', 'localhost/x', 'evil.example#localhost', '127.0.0.1, evil'];

  it('are localhost and IP addresses, and the refusal of any other says which setting adds it', async () => {
    await using server = await startServer();
    for (const host of own) {
      expect([host, (await ask(server.url, '/', { host })).status]).toEqual([host, 200]);
      expect((await ask(server.url, '/api/x', { host })).status).toBe(404);
    }
    for (const host of [...foreign, ...nonsense])
      for (const path of ['/', '/widget.js', '/api/conversations', '/nothing']) {
        const refused = await ask(server.url, path, { host, origin: `http://${host}` });
        expect([host, path, refused.status]).toEqual([host, path, 403]);
        expect(JSON.parse(refused.body).error.code).toBe('host-not-allowed');
      }
    const { error } = JSON.parse((await ask(server.url, '/', { host: 'evil.example:81' })).body);
    expect(error.message).toContain('ANSWERDESK_PUBLIC_URL=http://evil.example:81');
    // Probes ask by the name that they have.
    expect((await ask(server.url, '/healthz', { host: 'answerdesk.internal' })).status).toBe(200);
  });

  it('are those of ANSWERDESK_PUBLIC_URL too, which are also origins of its own pages', async () => {
    const env = { ANSWERDESK_PUBLIC_URL: 'https://chat.example,http://answerdesk:3000' };
    await using server = await startServer({ env });
    for (const host of ['chat.example', 'CHAT.example:443', 'answerdesk:3000'])
      expect((await ask(server.url, '/', { host })).status).toBe(200);
    expect((await ask(server.url, '/', { host: 'www.chat.example' })).status).toBe(403);
    // As behind a proxy that ends TLS and puts the address of this server into Host.
    const origin = 'https://chat.example';
    expect((await fetch(server.api, { method: 'POST', headers: { origin } })).status).toBe(201);
  });

  it('are what X-Forwarded-Host says behind a trusted proxy, and only there', async () => {
    const headers = { host: '127.0.0.1', 'x-forwarded-host': 'evil.example' };
    await using alone = await startServer();
    expect((await ask(alone.url, '/', headers)).status).toBe(200);
    const proxied = { ANSWERDESK_TRUST_PROXY: '1', ANSWERDESK_PUBLIC_URL: 'https://chat.example' };
    await using server = await startServer({ env: proxied });
    expect((await ask(server.url, '/', headers)).status).toBe(403);
    expect((await ask(server.url, '/', { ...headers, 'x-forwarded-host': 'chat.example' })).status).toBe(200);
  });

  it('are told in words when a proxy put another name into Host', async () => {
    await using server = await startServer();
    const headers = { host: 'upstream', origin: 'https://chat.example' };
    const { error } = JSON.parse((await ask(server.url, '/api/conversations', headers)).body);
    expect(error.message).toMatch(/proxy in front .* pass the Host header on/);
  });

  it.each(['websocket', 'polling'] as const)('count on %s as well', async (transport) => {
    await using server = await startServer();
    for (const host of foreign) {
      const headers = { host, origin: `http://${host}` };
      await expect(connectSocket(server.url, { transport, headers })).rejects.toThrow();
    }
    const handshake = '/socket.io/?EIO=4&transport=polling';
    const { status, body } = await ask(server.url, handshake, { host: 'evil.example' });
    expect([status, JSON.parse(body).message]).toEqual([
      403,
      expect.stringContaining('ANSWERDESK_PUBLIC_URL'),
    ]);
  });
});
