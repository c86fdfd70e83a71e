// What browsers load: the widget for any website, the demo page, and the team's console. Built files only, from one folder.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import express, { Router } from 'express';

export interface StaticFilesOptions {
  /** Holds widget.js, index.html and assets/ with hashes in their names. */
  readonly folder: string;
}

export function staticFiles({ folder }: StaticFilesOptions): Router {
  const router = Router();
  const widget = loadWidget(join(folder, 'widget.js'));

  if (widget) {
    router.get('/widget.js', (request, response) => {
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
      // Asked one by one: browsers list gzip first, and mean no preference by it.
      const encoding = (['br', 'gzip'] as const).find((name) => request.acceptsEncodings(name));
      if (!encoding) return void response.end(widget.plain);
      response.set('Content-Encoding', encoding).end(widget[encoding]);
    });
  }

  // The console's own routes have no files: each is its one page, which reads the address.
  const consoleFolder = join(folder, 'console');
  router.get(/^\/console(?:\/(?!assets\/).*)?$/, (_request, response, next) => {
    response.set('Cache-Control', 'no-cache');
    response.sendFile('index.html', { root: consoleFolder, cacheControl: false }, (failed) =>
      failed && !response.headersSent ? next() : undefined,
    );
  });

  const hashed = [folder, consoleFolder].map((parent) => join(parent, 'assets'));
  router.use(
    express.static(folder, {
      dotfiles: 'ignore',
      setHeaders(response, path) {
        const immutable = hashed.some((assets) => path.startsWith(assets));
        response.setHeader('Cache-Control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    }),
  );
  return router;
}

function loadWidget(path: string) {
  if (!existsSync(path)) return undefined;
  const plain = readFileSync(path);
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
  // Weak: it names all encodings.
  return {
    plain,
    br: brotliCompressSync(plain),
    gzip: gzipSync(plain, { level: 9 }),
    etag: `W/"${hash}"`,
  };
}
