// Pages for customers under the team's own name. Until the desk has one, the sample company's are served instead.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestHandler } from 'express';
import { AppError } from '#core/errors.ts';

export interface TeamPages {
  /** The front page; the sample company's own pages are not there any more. */
  readonly serve: RequestHandler;
  /** For an address that leads nowhere; undefined while the desk has no name. */
  notFound(): Promise<string | undefined>;
}

export interface TeamPagesOptions {
  /** What web/build.ts wrote. */
  readonly folder: string;
  readonly deskName: () => Promise<string | undefined>;
}

/** Of the sample company. */
const samplePages = /^\/(?:help(?:\/|$)|help\.html$|logo\.svg$)/;

export function createTeamPages({ folder, deskName }: TeamPagesOptions): TeamPages {
  const front = readPage(join(folder, '.team.html'));
  const missing = readPage(join(folder, '.team-404.html'));
  return {
    async serve(request, response, next) {
      const isFront = request.path === '/' || request.path === '/index.html';
      if (!isFront && !samplePages.test(request.path)) return next();
      const name = await deskName();
      if (name === undefined || front === undefined) return next();
      if (!isFront) throw new AppError('not-found', 'A page of the sample company.');
      if (!['GET', 'HEAD'].includes(request.method)) return next();
      response.set('Cache-Control', 'no-cache').type('html').send(filled(front, name));
    },

    async notFound() {
      const name = missing === undefined ? undefined : await deskName();
      return name === undefined ? undefined : filled(missing!, name);
    },
  };
}

/** Undefined where the pages are not built. */
function readPage(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** In text and in attributes alike. */
function filled(page: string, name: string): string {
  const escaped = name.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  return page.replaceAll('{{name}}', () => escaped);
}
