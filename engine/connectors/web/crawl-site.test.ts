import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { type CrawlEvent, type CrawlOptions, crawlSite } from './crawl-site.ts';
import {
  type Answer,
  articlePage,
  type LocalSite,
  type Routes,
  redirectTo,
  startLocalSite,
} from './testing/local-site.ts';

let site: LocalSite | undefined;
afterEach(async () => {
  await site?.[Symbol.asyncDispose]();
  site = undefined;
});

const serve = async (routes: Routes) => {
  site = await startLocalSite(routes);
  return site;
};

async function crawl(
  options: Partial<CrawlOptions> & { readonly path?: string } = {},
): Promise<CrawlEvent[]> {
  const { url, resolve } = site!;
  const { path = '/', limits, ...others } = options;
  return Array.fromAsync(
    crawlSite({
      url: new URL(path, url).href,
      resolve,
      allowPrivate: true,
      pause: async () => {},
      limits: { requestsPerSecond: 100_000, ...limits },
      ...others,
    }),
  );
}

const path = (url: string) => new URL(url).pathname + new URL(url).search;
const articlesOf = (events: readonly CrawlEvent[]) =>
  events.flatMap((event) =>
    event.type === 'page' || event.type === 'unchanged' ? [path(event.article)] : [],
  );
const unreadOf = (events: readonly CrawlEvent[]) =>
  events.flatMap((event) => (event.type === 'unread' ? [`${path(event.url)} ${event.reason}`] : []));
const notesOf = (events: readonly CrawlEvent[]) =>
  events.flatMap((event) => (event.type === 'note' ? [event.reason] : []));
const page = (title: string, ...links: string[]) =>
  articlePage(title, `<p>All about it.</p>${links.map((href) => `<a href="${href}">more</a>`).join(' ')}`);
const header =
  (name: string, value: string, body: string | Buffer): Answer =>
  (_request, response) => {
    response.setHeader('content-type', 'text/html').setHeader(name, value).end(body);
  };
const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(code, headers).end();
  };
const sitemap = (...paths: string[]) =>
  `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${paths
    .map((one) => `<url><loc>${new URL(one, site?.url ?? 'http://help.test').href}</loc></url>`)
    .join('')}</urlset>`;

describe('a website', () => {
  it('is read breadth first along its links, each page once, below the given path of the host', async () => {
    await serve({
      '/help/': page(
        'Help',
        'a',
        'b/',
        '/help/a#top',
        '/help/a?utm_source=mail&gclid=1',
        'mailto:x@help.test',
        '/shop',
        'logo.svg',
      ),
      '/help/a': page(
        'A',
        '../help/b/',
        'c',
        'https://elsewhere.test/help/d',
        '//help.test/help/e',
        'javascript:void(0)',
      ),
      '/help/b/': `<html><head><base href="/help/deep/"><title>B</title></head><body><h1>B</h1><p>Text.</p><a href="f">f</a><a href="/help/a">a</a><a rel="nofollow" href="/help/g">g</a></body></html>`,
      '/help/c': page('C', '/helpless', '/help/'),
      '/help/deep/f': page('F'),
      '/helpless': page('Not of it'),
      '/shop': page('Not of it'),
    });
    const events = await crawl({ path: '/help/' });
    expect(articlesOf(events)).toEqual(['/help/', '/help/a', '/help/b/', '/help/c', '/help/deep/f']);
    expect(new Set(site!.requests).size).toBe(site!.requests.length - 1);
    expect(site!.requests.every((asked) => /^\/(?:help\/|robots.txt|sitemap.xml)/.test(asked))).toBe(true);
  });

  it('gives what its sitemaps list, through an index, zipped ones and other languages', async () => {
    await serve({ '/': page('Home') });
    const url = (one: string) => new URL(one, site!.url).href;
    const index = `<sitemapindex><sitemap><loc>${url('/maps/1.xml.gz')}</loc></sitemap><sitemap><loc>${url('/maps/2.xml')}</loc></sitemap><sitemap><loc>${url('/index.xml')}</loc></sitemap></sitemapindex>`;
    site!.routes = {
      '/': page('Home'),
      '/robots.txt': `User-agent: *\nDisallow: /private\nSitemap: ${url('/index.xml')}\nSitemap: ${url('/list.txt')}`,
      '/index.xml': index,
      '/maps/1.xml.gz': header('content-type', 'application/gzip', gzipSync(sitemap('/one', '/private/x'))),
      '/maps/2.xml': `<urlset xmlns:xhtml="x"><url><loc>${url('/two?a=1')}&amp;b=2</loc><lastmod>2026-03-04</lastmod><xhtml:link rel="alternate" hreflang="de" href="${url('/zwei')}"/></url></urlset>`,
      '/list.txt': `${url('/three')}\n${url('/four')}`,
      '/one': page('One'),
      '/two?a=1&b=2': page('Two'),
      '/zwei': articlePage('Zwei', 'Text', { lang: 'de-AT' }),
      '/three': page('Three'),
      '/four': page('Four', '/private/y'),
    };
    const events = await crawl();
    expect(articlesOf(events)).toEqual(['/', '/three', '/four', '/one', '/two?a=1&b=2', '/zwei']);
    expect(events).toContainEqual(
      expect.objectContaining({ article: url('/two?a=1&b=2'), changed: '2026-03-04' }),
    );
    expect(events).toContainEqual(expect.objectContaining({ title: 'Zwei', language: 'de-AT' }));
    expect(site!.requests.some((asked) => asked.startsWith('/private'))).toBe(false);
  });

  it('names a sitemap that cannot be read, expands no entities, and is read all the same', async () => {
    await serve({});
    const url = (one: string) => new URL(one, site!.url).href;
    const bomb = `<!DOCTYPE u [<!ENTITY a "${'a'.repeat(500)}">${Array.from({ length: 20 }, (_, i) => `<!ENTITY ${'b'.repeat(i + 1)} "${`&${'b'.repeat(i) || 'a'};`.repeat(10)}">`).join('')}]><urlset><url><loc>${url('/x&bbbbbbbbbb;')}</loc></url></urlset>`;
    site!.routes = {
      '/': page('Home', '/one'),
      '/one': page('One'),
      '/robots.txt': ['huge.gz', 'bomb.xml', 'deep.xml', 'cut.gz', 'endless.xml', 'gone.xml']
        .map((name) => `Sitemap: ${url(name)}`)
        .join('\n'),
      '/huge.gz': header('content-type', 'application/gzip', gzipSync(Buffer.alloc(1024 ** 3 / 32, ' '))),
      '/bomb.xml': bomb,
      '/deep.xml': '<a>'.repeat(100_000),
      '/cut.gz': header('content-type', 'application/gzip', gzipSync(sitemap('/one')).subarray(0, 40)),
      // Each index names two more.
      '*': (request, response) => {
        const number = Number(/endless(\d*)/.exec(request.url!)?.[1] ?? Number.NaN);
        if (!/endless/.test(request.url!)) response.writeHead(404).end();
        else
          response.end(
            `<sitemapindex>${[number * 2 + 1, number * 2 + 2].map((next) => `<sitemap><loc>${url(`/endless${next}.xml`)}</loc></sitemap>`).join('')}</sitemapindex>`,
          );
      },
    };
    const events = await crawl();
    expect(articlesOf(events)).toEqual(['/', '/one']);
    expect(notesOf(events)).toEqual([
      'the sitemap huge.gz is no sitemap that can be read',
      'the sitemap deep.xml is no sitemap that can be read',
      'the sitemap cut.gz is no sitemap that can be read',
    ]);
    expect(site!.requests.filter((asked) => asked.includes('endless')).length).toBeLessThan(100);
    expect(Math.max(...site!.requests.map((asked) => asked.length))).toBeLessThan(200);
  });

  it('is bounded: pages, depth, and links that never end', async () => {
    await serve({
      '/': page(
        'Home',
        '/calendar?month=1',
        '/down/',
        '/loop/x',
        ...Array.from({ length: 10_000 }, (_, index) => `/list/${index}`),
      ),
      '*': (request, response) => {
        const [, kind, rest] = /^\/(\w+)[/?]?(.*)$/.exec(request.url!) ?? [];
        const month = Number(/\d+/.exec(rest!)?.[0] ?? 0);
        const links = {
          calendar: Array.from({ length: 3 }, (_, index) => `/calendar?month=${month + index}`),
          down: [`${request.url}d/`],
          loop: ['loop/x'],
          list: ['/'],
        }[kind as 'list'];
        if (!links) response.writeHead(404).end();
        else response.setHeader('content-type', 'text/html').end(page(`${kind} ${rest}`, ...links));
      },
    });
    const few = await crawl({ limits: { pages: 50 } });
    expect(articlesOf(few)).toHaveLength(50);
    expect(notesOf(few)).toEqual([
      expect.stringMatching(
        /^the limit of 50 pages is reached, 9\d\d\d more pages that were found are not read: raise --max-pages$/,
      ),
    ]);
    const shallow = await crawl({ limits: { depth: 4, pages: 100_000 }, exclude: ['list/**'] });
    expect(articlesOf(shallow).filter((one) => one.startsWith('/down'))).toHaveLength(4);
    const deep = await crawl({ limits: { depth: 1_000, pages: 100_000 }, exclude: ['list/**'] });
    const count = (start: string) => articlesOf(deep).filter((one) => one.startsWith(start)).length;
    // Two thousand characters, a hundred pages of one path, three times the same folder.
    expect([count('/down') < 1_000, count('/calendar'), count('/loop')]).toEqual([true, 100, 3]);
    const small = await crawl({ limits: { bytes: 10_000, pages: 100_000 }, exclude: ['list/**'] });
    expect(notesOf(small)[0]).toMatch(/^the limit of 0 MB is reached, \d+ more pages/);
  });

  it('takes the globs that are asked for: what is not included is read for its links', async () => {
    await serve({
      '/': page('Home', '/topics/tea', '/community/1', '/articles/drafts/1'),
      '/topics/tea': page('Tea', '/articles/green', '/articles/black'),
      '/articles/green': page('Green'),
      '/articles/black': page('Black'),
      '/articles/drafts/1': page('Draft'),
      '/community/1': page('Chat'),
    });
    const events = await crawl({
      include: ['/articles/**'],
      exclude: ['community/**', 'articles/drafts/**'],
    });
    expect(articlesOf(events)).toEqual(['/articles/green', '/articles/black']);
    expect(site!.requests).not.toContain('/community/1');
    await expect(crawl({ include: ['nothing/**'] })).rejects.toThrow(/see --include/);
  });

  it('says once of each page why it cannot be read', async () => {
    const shell =
      '<!doctype html><html><head><title>Help</title></head><body><noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div><script src="/app.js"></script></body></html>';
    await serve({
      '/': page(
        'Home',
        '/app',
        '/loading',
        '/waiting',
        '/login',
        '/sso',
        '/members',
        '/away',
        '/inside',
        '/big',
        '/bomb',
        '/file',
        '/guide',
        '/picture',
        '/loop',
        '/teapot',
        '/manual.pdf',
        '/plan.pdf#3',
        '/short',
        '/gone',
        '/gone-too',
      ),
      '/app': shell,
      '/waiting': shell.replace('<div id="root"></div>', '<div>Loading</div><div>Sorry to interrupt</div>'),
      '/loading': shell.replace('<div id="root"></div>', '<div id="app"><p>Loading…</p></div>'),
      '/login': articlePage('Sign in', '<form><input name="name"><input type="password"></form>'),
      '/sso': redirectTo('https://login.teapot.test/oauth2/start?next=%2Fsso'),
      '/members': status(403),
      '/away': redirectTo('https://www.teapot.test/products'),
      '/inside': redirectTo('http://169.254.169.254/latest/meta-data/'),
      '/big': (_request, response) =>
        response.setHeader('content-type', 'text/html').end(Buffer.alloc(6 * 1024 * 1024, 'a')),
      '/bomb': (_request, response) =>
        response
          .setHeader('content-type', 'text/html')
          .setHeader('content-encoding', 'gzip')
          .end(gzipSync(Buffer.alloc(20 * 1024 * 1024))),
      '/file': header('content-type', 'application/json', '{}'),
      '/guide': header('content-type', 'application/pdf', '%PDF'),
      '/picture': header('content-type', 'image/webp', 'RIFF'),
      '/loop': redirectTo('/loop'),
      '/teapot': status(418),
      // A short page with a script is a page.
      '/short':
        '<html><head><title>Hours</title></head><body><p>We are open from 9 to 5.</p><script src="/count.js"></script></body></html>',
      '/gone-too': status(410),
    });
    const events = await crawl();
    expect(articlesOf(events)).toEqual(['/', '/short']);
    const javaScript =
      'needs JavaScript, without it the page is empty: give an export of the articles, or their API';
    expect(unreadOf(events)).toEqual([
      `/app ${javaScript}`,
      `/loading ${javaScript}`,
      `/waiting ${javaScript}`,
      '/login asks for a login: only public pages are read',
      '/sso redirects to a login (login.teapot.test): only public pages are read',
      '/members refuses to be read (status 403): it needs a login, or keeps robots out',
      '/away redirects to another site (www.teapot.test)',
      '/inside redirects to another site (169.254.169.254)',
      '/big is larger than 5 MB',
      '/bomb is larger than 5 MB',
      '/guide is not a web page (application/pdf)',
      '/loop redirects more than 5 times',
      '/teapot answers with status 418',
    ]);
    expect(notesOf(events)).toEqual([
      '2 linked PDF file(s) are not read: put them into a folder and ingest that',
    ]);
  });

  it('leaves out pages that robots must not index, that say where they belong, and that say of everything that it is not there', async () => {
    const sorry = articlePage('Sorry', '<p>There is nothing here. Try the search.</p>');
    const canonical = (href: string) => ({ head: `<link rel="canonical" href="${href}">` });
    await serve({
      '/': page(
        'Home',
        '/search',
        '/hidden',
        '/other-bot',
        '/tea',
        '/tea?sort=old',
        '/print/tea',
        '/lost',
        '/moved',
        '/old',
        '/wrong',
      ),
      '/search': articlePage('Search', '<a href="/found">x</a>', {
        head: '<meta name="ROBOTS" content="NoIndex, follow">',
      }),
      '/found': page('Found'),
      '/hidden': header('X-Robots-Tag', 'noindex, nofollow', page('Hidden', '/never')),
      '/other-bot': header('X-Robots-Tag', 'otherbot: noindex, nofollow, max-snippet: 3', page('For us')),
      '/tea': articlePage('Tea', 'Text', canonical('/tea')),
      '/print/tea': articlePage('Tea', 'Text to print', canonical('/tea')),
      '/moved': '<html><head><meta http-equiv="refresh" content="0; URL=\'/new\'"></head></html>',
      '/new': page('New'),
      '/old': redirectTo('/tea', 301),
      '/wrong': articlePage('Wrong about itself', 'Text', canonical('/')),
      '*': sorry,
      '/robots.txt': status(404),
      '/sitemap.xml': '<!doctype html><html><body>Sorry</body></html>',
    });
    const events = await crawl();
    expect(articlesOf(events)).toEqual(['/', '/other-bot', '/tea', '/wrong', '/found', '/new']);
    expect(site!.requests).not.toContain('/never');
    expect([...unreadOf(events), ...notesOf(events)]).toEqual([]);
  });

  it('is read in the encoding that it is in, whatever the server says', async () => {
    const bytes = (text: string, charset: 'latin1' | 'utf16le') => Buffer.from(text, charset);
    const japanese = Buffer.from([0x82, 0xa8, 0x92, 0x83]);
    const shiftJis = Buffer.concat([
      bytes(
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS"><title>',
        'latin1',
      ),
      japanese,
      bytes('</title></head><body><p>x</p></body></html>', 'latin1'),
    ]);
    const html =
      (body: Buffer, type = 'text/html'): Answer =>
      (_request, response) =>
        void response.setHeader('content-type', type).end(body);
    await serve({
      '/': page('Home', '/header', '/meta', '/lie', '/none', '/mark', '/odd'),
      '/header': html(
        bytes('<html><title>Café</title><p>x</p>', 'latin1'),
        'text/html; charset="ISO-8859-1"',
      ),
      '/meta': html(shiftJis),
      '/lie': html(
        bytes('<html><meta charset=windows-1252><title>Thé \x96 noir</title><p>x</p>', 'latin1'),
        'text/html; charset=utf-8',
      ),
      '/none': html(Buffer.from('<html><title>Größe</title><p>x</p>')),
      '/mark': html(bytes('\ufeff<html><title>Ünï</title><p>x</p>', 'utf16le')),
      '/odd': html(Buffer.from('<html><meta charset="klingon"><title>Plain</title><p>x</p>')),
    });
    const titles = (await crawl()).flatMap((event) => (event.type === 'page' ? [event.title] : []));
    expect(titles).toEqual(['Home', 'Café', 'お茶', 'Thé – noir', 'Größe', 'Ünï', 'Plain']);
  });
});

describe('what a site says of its own state', () => {
  it('stops everything when it does not answer, leads elsewhere, asks for a login or forbids us', async () => {
    const rejects = async (routes: Routes, message: RegExp, options: Parameters<typeof crawl>[0] = {}) => {
      await site?.[Symbol.asyncDispose]();
      await serve(routes);
      await expect(crawl(options)).rejects.toMatchObject({
        code: 'bad-input',
        message: expect.stringMatching(message),
      });
    };
    await rejects({}, /No article was found/);
    await rejects({ '/': status(503) }, /help\.test:\d+\/ answers with status 503\. What is published stays/);
    await rejects(
      { '/': page('Home'), '/robots.txt': status(500) },
      /robots\.txt answers with status 500, so it is not known/,
    );
    await rejects(
      { '/': page('Home'), '/robots.txt': 'User-agent: answerdesk\nDisallow: /' },
      /robots\.txt of help\.test:\d+ forbids it/,
    );
    await rejects(
      { '/': redirectTo('https://login.test/') },
      /redirects to https:\/\/login\.test\/\. If your articles are there/,
    );
    await rejects(
      { '/': redirectTo('/en/'), '/en/': page('Home'), '/help/': redirectTo('/en/') },
      /redirects to .*\/en\//,
      { path: '/help/' },
    );
    await rejects({ '/': status(401) }, /needs a login/);
    await rejects({ '/': page('Home') }, /private network.*--allow-private-addresses/, {
      allowPrivate: false,
    });
    await rejects({ '/': '<html><div id=root></div><script></script>' }, /its first page needs JavaScript/);
    await rejects({ '/robots.txt': () => {} }, /does not answer in time/, { timeLimits: { firstByte: 50 } });
    for (const url of ['help.test', 'ftp://help.test', 'https://me:word@help.test'])
      await expect(crawl({ url })).rejects.toThrow(/A website is given by its address/);
  });

  it('is said while it is read: a page that fails keeps what is known of it, a site that goes down ends the run', async () => {
    const state = (name: string) => ({
      etag: '"1"',
      article: new URL(name, site!.url).href,
      links: [new URL(`${name}/more`, site!.url).href],
    });
    await serve({
      '/': page('Home', '/well', '/ill', '/new', '/gone', '/closed'),
      '/well': page('Well'),
      '/ill': status(500),
      '/ill/more': page('Behind it'),
      '/new': status(502),
      '/closed': status(403),
    });
    const known = (url: string) =>
      /(?:ill|gone|closed)$/.test(url) ? state(new URL(url).pathname) : undefined;
    const events = await crawl({ known });
    expect(articlesOf(events)).toEqual(['/', '/well', '/ill/more']);
    expect(unreadOf(events)).toEqual([
      '/ill answers with status 500',
      '/new answers with status 502',
      '/closed refuses to be read (status 403): it needs a login, or keeps robots out',
    ]);
    expect(
      events
        .filter((event) => event.type === 'unread')
        .map(({ isPassing, state }) => [isPassing, state?.article !== undefined]),
    ).toEqual([
      [true, true],
      [true, false],
      [false, false],
    ]);
    // Asked again before it counts.
    expect(site!.requests.filter((asked) => asked === '/ill')).toHaveLength(3);

    site!.routes = {
      '/': page('Home', ...Array.from({ length: 30 }, (_, index) => `/p${index}`)),
      '/robots.txt': status(404),
      '/sitemap.xml': status(404),
      '*': status(504),
    };
    // Pages may be broken for good; the site is down when its front page is.
    const broken = await crawl();
    expect([articlesOf(broken), unreadOf(broken).length]).toEqual([['/'], 30]);
    let requests = 0;
    const home = site!.routes['/'];
    site!.routes = {
      ...site!.routes,
      '/': (request, response) => {
        requests += 1;
        if (requests > 2) status(503)(request, response);
        else response.setHeader('content-type', 'text/html').end(home);
      },
    };
    await expect(crawl()).rejects.toThrow(/answers with status 503\. What is published stays/);
  });

  it('is waited for: crawl-delay, and Retry-After within reason', async () => {
    const pauses: number[] = [];
    const pause = async (milliseconds: number) => void pauses.push(Math.round(milliseconds / 1000));
    let busy = 2;
    await serve({
      '/': page('Home', '/busy'),
      '/busy': (request, response) => {
        busy -= 1;
        if (busy >= 0)
          response
            .writeHead(busy === 1 ? 429 : 503, {
              'retry-after': busy === 1 ? '30' : new Date(Date.now() + 90_000).toUTCString(),
            })
            .end();
        else response.setHeader('content-type', 'text/html').end(page(`Busy ${request.url}`));
      },
    });
    expect(articlesOf(await crawl({ pause }))).toEqual(['/', '/busy']);
    expect(pauses).toContain(30);
    expect(pauses.some((seconds) => seconds >= 88 && seconds <= 121)).toBe(true);

    site!.routes = {
      '/': page('Home', '/never'),
      '/never': status(429, { 'retry-after': '86400' }),
      '/robots.txt': 'User-agent: *\nCrawl-delay: 7',
    };
    pauses.length = 0;
    site!.requests.length = 0;
    expect(unreadOf(await crawl({ pause }))).toEqual(['/never answers with status 429']);
    expect(site!.requests.filter((asked) => asked === '/never')).toHaveLength(1);
    expect(pauses.filter((seconds) => seconds >= 6)).not.toEqual([]);
    expect(Math.max(...pauses)).toBeLessThan(60);
  });

  it('is asked for at the next run: what has not changed is not sent again, and its links are followed', async () => {
    const tagged =
      (tag: string, body: string): Answer =>
      (request, response) => {
        response
          .setHeader('content-type', 'text/html')
          .setHeader('etag', tag)
          .setHeader('last-modified', 'Tue, 03 Mar 2026 10:00:00 GMT');
        if (request.headers['if-none-match'] === tag && request.headers['if-modified-since'])
          response.writeHead(304).end();
        else response.end(body);
      };
    const routes = {
      '/': tagged('"h"', page('Home', '/a')),
      '/a': tagged('W/"a1"', page('A', '/b')),
      '/b': tagged('"b"', page('B', '/c')),
      '/c': page('C'),
    };
    await serve(routes);
    const first = await crawl();
    const states = new Map(
      first.flatMap((event) => (event.type === 'page' && event.state ? [[event.url, event.state]] : [])),
    );
    expect(states.size).toBe(3);
    site!.routes = { ...routes, '/a': tagged('W/"a2"', page('A, changed', '/b')), '/c': status(404) };
    const second = await crawl({ known: (url) => structuredClone(states.get(url)) });
    expect(second.map((event) => event.type)).toEqual(['unchanged', 'page', 'unchanged', 'links']);
    expect(articlesOf(second)).toEqual(['/', '/a', '/b']);
    // The globs of today hold for what was read before.
    expect(articlesOf(await crawl({ known: (url) => states.get(url), include: ['b'] }))).toEqual(['/b']);
  });

  it('is left alone as soon as nobody wants more', async () => {
    await serve({ '/': page('Home', '/a', '/b', '/c', '/d', '/e', '/f'), '*': page('Any') });
    const stopping = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const event of crawlSite({
        url: site!.url,
        resolve: site!.resolve,
        allowPrivate: true,
        signal: stopping.signal,
        limits: { requestsPerSecond: 10_000 },
      })) {
        seen.push(event.type);
        stopping.abort();
      }
    })();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen).toHaveLength(1);
  });
});
