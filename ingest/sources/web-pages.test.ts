import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  articlePage,
  type LocalSite,
  startLocalSite,
} from '#connectors/web/testing/local-site.ts';
import { openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { createHashingEmbedder } from '#models/testing/hashing-embedder.ts';
import { createDefaultRedactor } from '#redact/redaction-profile.ts';
import type { SourceItem } from '../item.ts';
import { runIngestJob } from '../job.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../testing/source-folder.ts';
import { createFields } from './field-map.ts';
import { openSource } from './open-source.ts';
import type { SourceMemory, WebSpec } from './source-spec.ts';
import { readWebPages, type WebPagesOptions } from './web-pages.ts';

let folder: TemporaryFolder;
let site: LocalSite;
beforeEach(async () => {
  folder = await createTemporaryFolder();
  site = await startLocalSite({});
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
  await site[Symbol.asyncDispose]();
});

/** As a file would keep it: what one run remembers of documents that it published, the next one recalls. */
function createMemories() {
  let before = new Map<string, string>();
  return {
    next(): SourceMemory & { commit(published: ReadonlySet<string>): void } {
      const entries = new Map<string, { readonly text: string; readonly ids: readonly string[] }>();
      return {
        recall: (key) => (before.has(key) ? JSON.parse(before.get(key)!) : undefined),
        remember: (key, value, ids = []) => void entries.set(key, { text: JSON.stringify(value), ids }),
        commit(published) {
          const kept = [...entries].filter(([, { ids }]) => ids.every((id) => published.has(id)));
          before = new Map(kept.map(([key, { text }]) => [key, text]));
        },
      };
    },
  };
}

const spec = (others: Partial<WebSpec> = {}): WebSpec => ({
  type: 'web',
  url: `http://127.0.0.1:${site.port}/`,
  allowPrivate: true,
  requestsPerSecond: 10_000,
  ...others,
});

async function ingest(options: WebPagesOptions = {}, others?: Partial<WebSpec>) {
  const items = readWebPages(spec(others), { pause: async () => {}, ...options });
  const problems: SourceItem[] = [];
  const summary = await runIngestJob({
    dataDir: join(folder.path, 'var'),
    openEmbedder: async () => createHashingEmbedder(),
    source: {
      name: 'help',
      items: (async function* () {
        for await (const item of items) {
          if (item.type === 'problem') problems.push(item);
          yield item;
        }
      })(),
      redactor: createDefaultRedactor(),
      internalRules: [{ path: 'agents/**' }],
      transcriptsAudience: 'customer',
    },
  });
  return { summary, problems };
}

const published = async () => (await openCurrentGeneration(join(folder.path, 'var')))?.documents ?? [];
const tagged =
  (tag: string, html: string): Answer =>
  (request, response) => {
    response.setHeader('content-type', 'text/html').setHeader('etag', tag);
    if (request.headers['if-none-match'] === tag) response.writeHead(304).end();
    else response.end(html);
  };
const failing: Answer = (_request, response) => void response.writeHead(500).end();
const links = (...hrefs: string[]) => hrefs.map((href) => `<a href="${href}">${href}</a>`).join(' ');

describe('a website as a source', () => {
  it('is published with what a citation needs, by its own rules of audience', async () => {
    const head =
      '<meta property="article:modified_time" content="2026-02-03T04:05:06Z"><meta property="og:site_name" content="Teapot Help">';
    site.routes = {
      '/': articlePage('Teapot Help', `<p>Find what you need.</p>${links('/tea/green', '/agents/limits')}`, {
        head,
      }),
      '/tea/green': articlePage('Green tea', '<p>Steep it for two minutes.</p>', { head, lang: 'en-GB' }),
      '/agents/limits': articlePage('Limits', '<p>Up to five teapots.</p>', { head }),
    };
    const { summary, problems } = await ingest();
    expect([summary.counts, problems]).toMatchObject([{ articles: 3, internal: 1, quarantined: 0 }, []]);
    const documents = await published();
    expect(documents.map(({ metadata }) => metadata.audience)).toEqual(['customer', 'customer', 'internal']);
    const url = `http://127.0.0.1:${site.port}/tea/green`;
    expect(documents[1]).toMatchObject({
      id: url,
      pageContent: expect.stringContaining('Steep it for two minutes.'),
      metadata: {
        title: 'Green tea',
        url,
        updated: '2026-02-03T04:05:06.000Z',
        language: 'en',
        kind: 'article',
      },
    });
    expect(documents[1]!.pageContent).not.toContain('Home');
    const { description, items } = await openSource(spec(), { fields: createFields() });
    expect([description, (await Array.fromAsync(items)).length]).toEqual([spec().url, 3]);
  });

  it('is read anew only where it changed; what is gone goes, and what fails stays as it was', async () => {
    const memories = createMemories();
    const run = async () => {
      const memory = memories.next();
      const outcome = await ingest({ memory });
      memory.commit(new Set((await published()).map(({ id }) => id)));
      return outcome;
    };
    const home = tagged('"h"', articlePage('Home', links('/same', '/new', '/gone', '/ill', '/twin')));
    site.routes = {
      '/': home,
      '/same': tagged('"s"', articlePage('Same', '<p>It stays the same.</p>')),
      '/new': tagged('"n1"', articlePage('New', '<p>It is old.</p>')),
      '/gone': tagged('"g"', articlePage('Gone', '<p>It will go.</p>')),
      '/ill': tagged('"i"', articlePage('Ill', '<p>It will fail.</p>')),
      '/twin': tagged('"t"', articlePage('Same', '<p>It stays the same.</p>')),
    };
    expect((await run()).summary.documents).toMatchObject({ added: 5 });
    site.routes = {
      ...site.routes,
      '/new': tagged('"n2"', articlePage('New', '<p>It is new.</p>')),
      '/gone': (_request, response) => void response.writeHead(410).end(),
      '/ill': failing,
    };
    site.requests.length = 0;
    const { summary, problems } = await run();
    expect(summary.documents).toEqual({ added: 0, changed: 1, removed: 1, unchanged: 3 });
    expect(problems).toEqual([
      {
        type: 'problem',
        origin: { file: 'ill' },
        reason: 'the page answers with status 500; what is published of it stays',
      },
    ]);
    const texts = (await published()).map(({ pageContent }) => pageContent).join('\n');
    for (const text of ['It is new.', 'It will fail.']) expect(texts).toContain(text);
    expect(texts).not.toMatch(/It will go|It is old/);
    // The second of two equal pages was not published: once it is the only one, it is.
    site.routes = { ...site.routes, '/same': (_request, response) => void response.writeHead(404).end() };
    await run();
    expect((await published()).map(({ id }) => new URL(id).pathname)).toContain('/twin');

    const before = await published();
    site.routes = { '*': failing };
    await expect(run()).rejects.toThrow(/What is published stays/);
    expect(await published()).toEqual(before);
  });

  it('is not read where its robots.txt forbids it or its address is private', async () => {
    site.routes = { '/': articlePage('Home', '<p>Text</p>'), '/robots.txt': 'User-agent: *\nDisallow: /' };
    await expect(ingest()).rejects.toThrow(/robots\.txt of 127\.0\.0\.1:\d+ forbids it/);
    await expect(ingest({}, { allowPrivate: false })).rejects.toThrow(/--allow-private-addresses/);
    expect(site.requests).not.toContain('/');
  });
});
