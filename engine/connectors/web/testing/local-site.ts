// A website on this machine, for tests: pages by path, what was asked for, and a name that leads to it without any name server.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** HTML, or whatever else the server does. */
export type Routes = Readonly<Record<string, string | Answer>>;

export interface LocalSite extends AsyncDisposable {
  /** `http://help.test:PORT/` */
  readonly url: string;
  readonly port: number;
  /** Paths with queries, in order. */
  readonly requests: string[];
  readonly connections: number;
  /** Answers for `help.test`, and for names given; there is no other. */
  resolve(hostname: string): Promise<string[]>;
  /** From now on. */
  routes: Routes;
}

/** A path without a route is 404; `*` answers what no other route does. */
export async function startLocalSite(
  routes: Routes,
  names: Readonly<Record<string, readonly string[]>> = {},
): Promise<LocalSite> {
  const requests: string[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const url = request.url ?? '/';
    requests.push(url);
    const route = site.routes[url] ?? site.routes[url.split('?')[0]!] ?? site.routes['*'];
    if (typeof route === 'function') route(request, response);
    else if (route === undefined) response.writeHead(404).end();
    else response.setHeader('content-type', 'text/html; charset=utf-8').end(route);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const site: LocalSite = {
    url: `http://help.test:${port}/`,
    port,
    requests,
    routes,
    get connections() {
      return connections;
    },
    async resolve(hostname) {
      const addresses = hostname === 'help.test' ? ['127.0.0.1'] : names[hostname];
      if (!addresses) throw new Error(`no address for ${hostname}`);
      return [...addresses];
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return site;
}

export const redirectTo =
  (location: string, status = 302): Answer =>
  (_request, response) => {
    response.writeHead(status, { location }).end();
  };

/** A page as a help centre has it. */
export function articlePage(title: string, body: string, { head = '', lang = 'en' } = {}): string {
  return `<!doctype html><html lang="${lang}"><head><title>${title} – Teapot Help</title>${head}</head><body><nav><a href="/">Home</a></nav><main><h1>${title}</h1>${body}</main></body></html>`;
}
