import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FetchError } from './fetch-error.ts';
import { isPublicAddress } from './public-address.ts';
import { createPublicFetch, type PublicFetchOptions } from './public-fetch.ts';
import { type Answer, type LocalSite, redirectTo, startLocalSite } from './testing/local-site.ts';

/** Written by hand, as an attacker would: each leads to 127.0.0.1, a private network or a cloud's keys, or is no web address at all. */
const addressForms = `
http://127.0.0.1/ http://127.0.0.1:PORT/ http://127.1/ http://127.0.1/ http://127.1.1.1:PORT/ http://127.255.255.254/ http://2130706433/
http://2130706433:PORT/ http://0x7f000001/ http://0x7f000001:PORT/ http://0x7F.0x0.0x0.0x1/ http://0x7f.1/ http://0x7f.0.1/ http://017700000001/
http://0177.0.0.1/ http://0177.1/ http://00000177.0.0.1/ http://0177.0x0.0.1/ http://127.0.0.01/ http://127.0.0x0.1/ http://127.0.0.1./
http://0.0.0.0/ http://0/ http://0.0.0.0:PORT/ http://0.1.2.3/ http://00.0.0.0/ http://0x0/ http://1/
http://10.0.0.1/ http://10.1/ http://10.255.255.255/ http://167772161/ http://0xa000001/ http://0xa.0.0.1/ http://012.0.0.1/ http://012.1/
http://172.16.0.1/ http://172.31.255.255/ http://2886729729/ http://0xac.0x10.0.1/ http://0254.020.0.1/
http://192.168.0.1/ http://192.168.1/ http://192.168.257/ http://3232235521/ http://0xc0a80001/ http://0300.0250.0.1/ http://0xc0.168.0.1/
http://169.254.169.254/ http://169.254.169.254/latest/meta-data/ http://2852039166/ http://0xa9fea9fe/ http://0xa9.0xfe.0xa9.0xfe/
http://0251.0376.0251.0376/ http://0251.254.169.254/ http://169.254.43518/ http://169.16689662/ http://169.254.0.1/ http://169.254.170.2/v2/credentials
http://100.64.0.1/ http://100.127.255.255/ http://100.100.100.200/latest/meta-data/ http://168.63.129.16/ http://192.0.0.192/ http://192.0.0.1/
http://192.0.2.1/ http://198.51.100.7/ http://203.0.113.9/ http://198.18.0.1/ http://198.19.255.255/ http://192.88.99.1/
http://224.0.0.1/ http://239.255.255.250/ http://240.0.0.1/ http://255.255.255.255/ http://4294967295/ http://0xffffffff/ http://037777777777/
http://[::1]/ http://[::1]:PORT/ http://[0:0:0:0:0:0:0:1]/ http://[0000::0001]/ http://[::]/ http://[::]:PORT/ http://[::0]/
http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/ http://[::ffff:7f00:0001]:PORT/ http://[0:0:0:0:0:ffff:127.0.0.1]/ http://[::FFFF:10.0.0.1]/
http://[::ffff:a9fe:a9fe]/ http://[::ffff:169.254.169.254]/ http://[::ffff:0:127.0.0.1]/ http://[::127.0.0.1]/ http://[::7f00:1]/ http://[::10.0.0.1]/
http://[64:ff9b::127.0.0.1]/ http://[64:ff9b::7f00:1]/ http://[64:ff9b::a9fe:a9fe]/ http://[64:ff9b::10.0.0.1]/ http://[64:ff9b:1::1]/
http://[64:ff9b:1:7f00:0:100::]/ http://[2002:7f00:1::]/ http://[2002:7f00:1::1]/ http://[2002:a00:1::]/ http://[2002:a9fe:a9fe::]/ http://[2002:c0a8:1::1]/
http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/ http://[2001::1]/ http://[2001:db8::1]/ http://[3fff::1]/ http://[2001:10::1]/ http://[2001:20::1]/
http://[fe80::1]/ http://[febf::1]/ http://[fec0::1]/ http://[fc00::1]/ http://[fd00::1]/ http://[fd00:ec2::254]/latest/meta-data/ http://[fdff::1]/
http://[ff02::1]/ http://[ff05::1:3]/ http://[100::1]/ http://[5f00::1]/ http://[4000::1]/ http://[8000::1]/
http://[fe80::1%25lo]/ http://[fe80::1%lo]/ http://[::1%25lo]/ http://[::ffff:127.0.0.1%25eth0]/
http://①②⑦.⓪.⓪.①/ http://１２７.０.０.１/ http://127。0。0。1/ http://127．0．0．1/ http://127｡0｡0｡1/ http://０ｘ７ｆ.1/ http://169。254。169。254/
http://%31%32%37.0.0.1/ http://127%2e0%2e0%2e1/ http://%30%78%37%66.1/ http://1%32%37.0.0.1:PORT/
http:127.0.0.1/ http:/127.0.0.1/ http:///127.0.0.1/ http:\\\\127.0.0.1\\ http:/\\127.0.0.1/ HTTP://127.0.0.1/ http://127.0.0.1\\@help.test/
http://127.0.0.1#@public.test/ http://127.0.0.1?@public.test/ http://127.0.0.1:PORT/../../ //127.0.0.1/ ///127.0.0.1/
http://user@127.0.0.1/ http://user:word@127.0.0.1/ http://public.test@127.0.0.1/ http://public.test:80@127.0.0.1/ http://public.test%40127.0.0.1/
http://user@public.test/ http://:word@public.test/ http://127.0.0.1@public.test/ http://public.test%2f@127.0.0.1/ http://a@b@127.0.0.1/
http://localhost/ http://localhost:PORT/ http://LOCALHOST/ http://localhost./ http://LocalHost:PORT/ http://ｌｏｃａｌｈｏｓｔ/ http://loc%61lhost/ http://ⓛocalhost/
http://app.localhost/ http://private.test/ http://private.test:PORT/ http://private.test./ http://PRIVATE.test/ http://metadata.test/ http://several.test/
http://several-last.test/ http://six.test/ http://mapped.test/ http://wrapped.test/ http://local-link.test/ http://zoned.test/ http://odd.test/ http://unspecified.test/
http://punycode.xn--kgbechtv/ http://tenant.127.0.0.1.nip.test/ https://private.test/ https://127.0.0.1/ https://[::1]/ https://localhost:PORT/ https://several.test:PORT/
file:///etc/passwd file://localhost/etc/passwd file:/etc/passwd FILE:///etc/passwd ftp://127.0.0.1/ ftp://public.test/ ftps://public.test/ gopher://127.0.0.1:PORT/_GET
dict://127.0.0.1:PORT/ ldap://127.0.0.1/ tftp://127.0.0.1/ ws://127.0.0.1:PORT/ wss://public.test/ unix:/run/docker.sock http+unix://%2frun%2fdocker.sock/ jar:http://127.0.0.1!/
data:text/html,hello data:text/html;base64,aGVsbG8= javascript:alert(1) blob:http://127.0.0.1/1 about:blank view-source:http://127.0.0.1/ mailto:a@public.test view:127.0.0.1
http:// http://:80/ http://?/ https:/// http://./ http://127.0.0.1:99999/ http://127.0.0.256/ http://0x100000000/ http://[::1 http://[1::2::3]/ http://a..b/ 127.0.0.1 localhost help
`
  .trim()
  .split(/\s+/)
  // With white space inside, which browsers take out.
  .concat([
    'http://127.0.0.1\t/',
    'http://127.0\n.0.1/',
    ' http://127.0.0.1/',
    'h\nttp://127.0.0.1/',
    'http://127.0.0.1 /',
    'http://\u200b127.0.0.1/',
    'http://127.0.0.1\u00ad/',
    'java\nscript:alert(1)',
    '',
    ' ',
  ]);

const names: Readonly<Record<string, readonly string[]>> = {
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1'],
  'app.localhost': ['127.0.0.1'],
  'private.test': ['127.0.0.1'],
  'private.test.': ['127.0.0.1'],
  'metadata.test': ['169.254.169.254'],
  'several.test': ['127.0.0.1', '93.184.216.34'],
  'several-last.test': ['93.184.216.34', '2606:2800:220:1::1', '10.0.0.7'],
  'six.test': ['::1'],
  'mapped.test': ['::ffff:127.0.0.1'],
  'wrapped.test': ['64:ff9b::7f00:1'],
  'local-link.test': ['fe80::1'],
  'zoned.test': ['fe80::1%eth0'],
  'odd.test': ['0x7f.1'],
  'unspecified.test': ['0.0.0.0'],
  'punycode.xn--kgbechtv': ['192.168.0.1'],
  'tenant.127.0.0.1.nip.test': ['127.0.0.1'],
};

/** Before a connection: not one that was tried and failed. */
const isRefused = expect.toSatisfy(
  ({ kind, message }: FetchError) =>
    kind === 'refused' || message.startsWith('has a host whose name has no address'),
);

let site: LocalSite;
beforeAll(async () => {
  site = await startLocalSite(
    {
      '/page': 'a page',
      '/to': (request, response) => {
        const target = new URL(request.url!, 'http://x').searchParams.get('target')!;
        response.writeHead(302, { location: target }).end();
      },
      '/loop': redirectTo('/loop'),
      '/hop1': redirectTo('/hop2', 301),
      '/hop2': redirectTo('hop3', 303),
      '/hop3': redirectTo('?q=4', 307),
    },
    names,
  );
});
afterAll(() => site[Symbol.asyncDispose]());

function open(options: PublicFetchOptions = {}) {
  return createPublicFetch({ resolve: site.resolve, privateHost: `help.test:${site.port}`, ...options });
}
const withPort = (form: string) => form.replace('PORT', `${site.port}`);

describe('a fetch for public addresses', () => {
  it(`connects to none of ${addressForms.length} forms of private addresses, nor after a redirect`, async () => {
    expect(addressForms.length).toBeGreaterThan(150);
    using fetch = open({ privateHost: undefined });
    for (const form of addressForms) await expect(fetch.get(withPort(form)), form).rejects.toEqual(isRefused);
    expect(site.connections).toBe(0);

    using redirected = open();
    const asked: string[] = [];
    for (const form of addressForms) {
      // Node refuses to send or read a header with a line break; the rest arrives as bytes.
      if (/[\n\u0100-\uffff]/.test(form)) continue;
      const target = withPort(form);
      const url = new URL(`/to?target=${encodeURIComponent(target)}`, site.url);
      const resolved = URL.parse(target, url.href);
      // A relative one stays on the site.
      if (resolved?.host === url.host && resolved.protocol === 'http:' && !resolved.username) continue;
      asked.push(form);
      await expect(redirected.get(url), form).rejects.toEqual(isRefused);
    }
    expect(asked.length).toBeGreaterThan(150);
    expect(site.requests.every((path) => path.startsWith('/to?'))).toBe(true);
  });

  it('asks for a name once, connects to that answer, and checks the next one anew', async () => {
    const answers = [['127.0.0.1'], ['127.0.0.1', '169.254.169.254'], ['10.0.0.1', '169.254.0.1']];
    let asked = 0;
    using fetch = open({ resolve: async () => answers[asked++] ?? [] });
    expect((await fetch.get(`${site.url}page`)).status).toBe(200);
    expect(asked).toBe(1);
    // Another connection, as after the server has closed the first.
    using later = open({ resolve: async () => answers[asked++] ?? [] });
    await expect(later.get(`${site.url}page`)).rejects.toMatchObject({ kind: 'refused' });
    await expect(later.get(`${site.url}page`)).rejects.toMatchObject({ kind: 'refused' });
    expect(asked).toBe(3);
  });

  it('opens one private host only, and never what is link-local', async () => {
    using fetch = open();
    expect((await fetch.get(`${site.url}page`)).body.toString()).toBe('a page');
    for (const other of [`http://127.0.0.1:${site.port}/page`, `http://private.test:${site.port}/page`])
      await expect(fetch.get(other)).rejects.toMatchObject({ kind: 'refused' });
    using cloud = open({ privateHost: '169.254.169.254' });
    await expect(cloud.get('http://169.254.169.254/')).rejects.toMatchObject({ kind: 'refused' });
    using literal = open({ privateHost: `127.0.0.1:${site.port}` });
    expect((await literal.get(`http://127.0.0.1:${site.port}/page`)).status).toBe(200);
  });

  it('takes addresses of the public internet for public', () => {
    const addresses = [
      '93.184.216.34',
      '1.1.1.1',
      '2606:2800:220:1::1',
      '2a00:1450::1',
      '::ffff:8.8.8.8',
      '64:ff9b::808:808',
    ];
    expect(addresses.filter((address) => !isPublicAddress(address))).toEqual([]);
  });

  it('follows five redirects, no more, and none that may not be followed', async () => {
    site.routes = { ...site.routes, '/hop3?q=4': redirectTo(`//help.test:${site.port}/page`, 308) };
    using fetch = open();
    expect((await fetch.get(`${site.url}hop1`)).url.href).toBe(`${site.url}page`);
    await expect(fetch.get(`${site.url}loop`)).rejects.toMatchObject({ kind: 'redirects' });
    const { movedTo, status } = await fetch.get(`${site.url}hop1`, {
      follows: ({ pathname }) => pathname !== '/hop3',
    });
    expect([movedTo?.pathname, status]).toEqual(['/hop3', 303]);
  });
});

describe('the body of a response', () => {
  const text = 'Steep for four minutes. '.repeat(50);
  const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));

  it('is decompressed, and bounded by its size after that', async () => {
    const send = (body: Buffer | string, encoding?: string) =>
      ((_request, response) => {
        if (encoding) response.setHeader('content-encoding', encoding);
        response.end(body);
      }) satisfies Answer;
    site.routes = {
      '/plain': send(text),
      '/gzip': send(gzipSync(text), 'gzip'),
      '/br': send(brotliCompressSync(text), 'BR'),
      '/deflate': send(deflateSync(text), 'deflate'),
      '/bomb': send(bomb, 'gzip'),
      '/huge': (_request, response) => {
        const more = () => {
          while (response.write(Buffer.alloc(65_536))) if (response.destroyed) return;
          response.once('drain', more);
        };
        more();
      },
      '/broken': send(gzipSync(text).subarray(0, 30), 'gzip'),
      '/no-gzip': send(text, 'gzip'),
      '/odd': send(text, 'rot13'),
      '/twice': send(gzipSync(gzipSync(text)), 'gzip, gzip'),
    };
    using fetch = open();
    const get = (path: string) => fetch.get(new URL(path, site.url), { maxBytes: 1024 * 1024 });
    for (const path of ['plain', 'gzip', 'br', 'deflate'])
      expect((await get(path)).body.toString()).toBe(text);
    for (const path of ['bomb', 'huge'])
      await expect(get(path)).rejects.toMatchObject({ kind: 'too-large', message: 'is larger than 1 MB' });
    for (const path of ['broken', 'no-gzip', 'odd', 'twice'])
      await expect(get(path)).rejects.toMatchObject({ kind: 'damaged' });
  });

  it('is not read when it is of another type, or no answer at all', async () => {
    site.routes = {
      '/picture': (_request, response) => response.setHeader('content-type', 'image/PNG; q=1').end('…'),
      '/error': (_request, response) => response.writeHead(500).end('a long story'),
    };
    using fetch = open();
    const accepts = (type: string) => type === 'text/html';
    await expect(fetch.get(`${site.url}picture`, { accepts })).rejects.toMatchObject({
      kind: 'wrong-type',
      message: 'is not a web page (image/png)',
    });
    expect(await fetch.get(`${site.url}error`, { accepts })).toMatchObject({
      status: 500,
      body: Buffer.alloc(0),
    });
  });

  it('does not keep anybody waiting', async () => {
    site.routes = { '/silent': () => {}, '/slow': (_request, response) => void response.write('a') };
    using fetch = open({ timeLimits: { firstByte: 50 } });
    await expect(fetch.get(`${site.url}silent`)).rejects.toMatchObject({ kind: 'too-slow' });
    using whole = open({ timeLimits: { whole: 100 } });
    await expect(whole.get(`${site.url}slow`)).rejects.toMatchObject({ kind: 'too-slow' });
    const stopping = new AbortController();
    const stopped = fetch.get(`${site.url}slow`, { signal: stopping.signal });
    stopping.abort();
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('says when a server cannot be reached or speaks no HTTP', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    server.on('connection', (socket) => void socket.end('SSH-2.0-teapot\r\n'));
    using fetch = open({ privateHost: `127.0.0.1:${port}` });
    await expect(fetch.get(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ kind: 'unreachable' });
    await new Promise((resolve) => server.close(resolve));
    await expect(fetch.get(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      message: 'cannot be reached (ECONNREFUSED)',
    });
    await expect(fetch.get('http://nobody.test/')).rejects.toMatchObject({ kind: 'unreachable' });
  });
});
