// What browsers load: the widget for any website, the demo page, and the team's console. Built files only, from one folder.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import express, { type Request, Router } from 'express';

export interface StaticFilesOptions {
  /** Holds widget.js, index.html and assets/ with hashes in their names, and scripts compressed beside themselves (`.br`, `.gz`). */
  readonly folder: string;
}

/** Of files with a hash in their names. */
const immutable = 'public, max-age=31536000, immutable';

export function staticFiles({ folder }: StaticFilesOptions): Router {
  const router = Router();

  // The second is what the first loads where a person is.
  for (const name of ['widget.js', 'widget-person.js']) {
    const widget = loadWidget(join(folder, name));
    if (!widget) continue;
    router.get(`/${name}`, (request, response) => {
      response.set({
        'Content-Type': 'text/javascript; charset=utf-8',
        // One address for all versions: asked for again after some minutes, answered with 304 while it is the same.
        'Cache-Control': 'public, max-age=300, stale-while-revalidate=86400',
        'Cross-Origin-Resource-Policy': 'cross-origin',
        // Lets sites load it with `crossorigin` and an integrity hash.
        'Access-Control-Allow-Origin': '*',
        ETag: widget.etag,
        Vary: 'Accept-Encoding',
      });
      if (request.fresh) return void response.status(304).end();
      const encoding = encodingFor(request);
      const compressed = encoding && widget[encoding];
      if (!compressed) return void response.end(widget.plain);
      response.set('Content-Encoding', encoding).end(compressed);
    });
  }

  const consoleFolder = join(folder, 'console');
  serveConsole(router, consoleFolder);

  const hashed = [folder, consoleFolder].map((parent) => join(parent, 'assets'));
  router.use(
    express.static(folder, {
      dotfiles: 'ignore',
      setHeaders(response, path) {
        response.setHeader(
          'Cache-Control',
          hashed.some((assets) => path.startsWith(assets)) ? immutable : 'no-cache',
        );
      },
    }),
  );
  return router;
}

/** Asked one by one: browsers list gzip first, and mean no preference by it. */
function encodingFor(request: Request): 'br' | 'gzip' | undefined {
  return (['br', 'gzip'] as const).find((name) => request.acceptsEncodings(name));
}

/** Its scripts and styles as web/build.ts compressed them, and its one page for each of its own addresses. */
function serveConsole(router: Router, root: string): void {
  const unchanged = { root, cacheControl: false };
  router.get(/^\/console(\/assets\/[\w.-]+\.(?:js|css))$/, (request, response, next) => {
    const file = String(request.params[0]);
    response.vary('Accept-Encoding');
    const encoding = encodingFor(request);
    const compressed = `${file}${encoding === 'br' ? '.br' : '.gz'}`;
    if (!encoding || !existsSync(join(root, compressed))) return next();
    response.set({ 'Cache-Control': immutable, 'Content-Encoding': encoding }).type(extname(file));
    response.sendFile(compressed, unchanged);
  });
  router.get(/^\/console(?:\/(?!assets\/).*)?$/, (_request, response, next) => {
    response.set('Cache-Control', 'no-cache');
    // Not built: there is nothing here.
    response.sendFile('index.html', unchanged, (failed) =>
      failed && !response.headersSent ? next() : undefined,
    );
  });
}

/** As web/build.ts made it. */
function loadWidget(path: string) {
  const plain = readIfThere(path);
  if (!plain) return undefined;
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
  // Weak: it names all encodings.
  return { plain, br: readIfThere(`${path}.br`), gzip: readIfThere(`${path}.gz`), etag: `W/"${hash}"` };
}

function readIfThere(path: string): Buffer | undefined {
  return existsSync(path) ? readFileSync(path) : undefined;
}
