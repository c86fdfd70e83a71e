// biome-ignore-all lint/performance/useDomNodeTextContent: these innerText are Playwright's, the text as it is seen.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { patienceMs } from '#core/testing/patience.ts';
import { describeInBrowser } from '../testing/describe-in-browser.ts';
import { launchChromium } from '../testing/launch-chromium.ts';
import { openScriptedServer, type ScriptedServer } from '../testing/scripted-server.ts';
import { chooseLanguage } from './strings.ts';

const web = join(import.meta.dirname, '..');
const citations = [
  {
    number: 1,
    documentId: 'return-opened',
    chunkId: 'a',
    title: 'Return an opened product',
    url: 'https://help.pellworth.example/returns/return-opened',
    quote: 'You have 30 days from delivery.',
  },
  {
    number: 2,
    documentId: 'x',
    chunkId: 'b',
    title: 'No safe link',
    url: 'javascript:alert(1)',
    quote: 'Nothing.',
  },
];
const cited = { text: 'You have **30 days** from delivery [1]. The label costs £4.90 [2].', citations };
const long = {
  text: Array.from(
    { length: 60 },
    (_, line) => `Line ${line}: **bold ${line}** and \`code\`, naïve 日本 👍🏽.`,
  ).join('\n\n'),
  step: 5,
};

const rich = {
  text: `### Reset

1. Run this:

   \`\`\`bash
   answerdesk reset --device ${'x'.repeat(60)}
   \`\`\`
2. Choose:
   - the **app**
     - iPhone
   - the \`website\`

| Country | Standard delivery | Express delivery | Cost of express |
|---|:-:|--:|---|
| Sweden | 4-5 days | 1 day | €7.95, free above €80 in the summer months |`,
};

const forever = new Promise<void>(() => {});

/** A page of a customer's website: strict CSP, its own careless styles, and globals that a script may not trust. */
const hostPage = (
  attributes = '',
  html = 'lang="en"',
) => `<!doctype html><html ${html}><head><meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1"><title>Shop</title></head>
  <body><main><h1>Shop</h1><p>Welcome.</p><button data-answerdesk-open="Where is my order?">Ask</button>
  <form id="settings" name="chat"><input name="open" aria-label="x"></form><a id="answerdesk" href="#">x</a></main>
  <script src="/widget.js" ${attributes}></script></body></html>`;

describeInBrowser('the widget in a browser', () => {
  let browser: Browser;
  let server: ScriptedServer;
  const complaints: string[] = [];

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), openScriptedServer(join(web, '../dist/web'))]);
    server.pages.set('/host', { html: hostPage() });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  beforeEach(() => {
    server.answer = () => cited;
    server.down = false;
    server.refusal = undefined;
    server.messageLimit = undefined;
    server.cuts.length = 0;
    server.requests.length = 0;
    server.handoffs.length = 0;
    complaints.length = 0;
  });

  async function visit(path = '/host', options: BrowserContextOptions = {}): Promise<Page & AsyncDisposable> {
    const context = await browser.newContext({
      viewport: { width: 1000, height: 800 },
      reducedMotion: 'reduce',
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security|Trusted|Refused/i.test(message.text())) complaints.push(message.text());
    });
    await page.goto(server.origin + path);
    return Object.assign(page, { [Symbol.asyncDispose]: () => context.close() });
  }

  async function ask(page: Page, question: string): Promise<void> {
    await page.locator('.send').waitFor();
    await page.locator('textarea').fill(question);
    await page.keyboard.press('Enter');
  }

  const finished = (page: Page) =>
    page.locator('.actions, .failed, .decline, .clarify, .small-talk, .message.handoff').last().waitFor();
  const lastText = (page: Page) => page.locator('.agent .text').last().innerText();
  const findings = async (page: Page) => {
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() =>
      (window as unknown as { axe: typeof axe }).axe.run('answerdesk-chat'),
    );
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`,
    );
  };

  it('weighs at most 45 kB in all', () => {
    const limit = JSON.parse(readFileSync(join(web, '../package.json'), 'utf8'))['size-limit'][0];
    expect(limit).toMatchObject({ path: 'dist/web/widget.js', limit: '45 kB', gzip: true });
    expect(
      gzipSync(readFileSync(join(web, '../dist/web/widget.js')), { level: 9 }).length,
    ).toBeLessThanOrEqual(45_000);
  });

  it('answers with citations that open the quoted passage, on a page with a strict CSP', async () => {
    await using page = await visit();
    expect(server.requests.filter((request) => request.includes('/api/'))).toEqual([]);
    await page.locator('.launcher').click();
    await ask(page, 'May I return an opened Valve?');
    await finished(page);
    expect(await lastText(page)).toBe('You have 30 days from delivery 1. The label costs £4.90 2.');
    await page.locator('.cite').first().click();
    const source = page.locator('details[open]');
    expect(await source.locator('blockquote').innerText()).toBe('You have 30 days from delivery.');
    expect(await source.locator('a').getAttribute('href')).toBe(
      'https://help.pellworth.example/returns/return-opened',
    );
    expect(await source.locator('a').getAttribute('rel')).toContain('noopener');
    expect(await page.locator('.source a').count()).toBe(1);
    await page.locator('.actions .up').click();
    await expect.poll(() => server.feedback.at(-1)).toMatchObject({ rating: 'up' });
    expect(complaints).toEqual([]);
  });

  it('shows one card for each article, with its passages drawn and what the answer says marked', async () => {
    await using page = await visit('/host', { bypassCSP: true });
    await page.locator('.launcher').click();
    const first = `## Opened\n\nYou have **30 days**. It may be open.\n\n| Country | Days |\n|---|--:|\n| Sweden | 5 |`;
    const second = `- [x] Cap on\n- Batteries out\n\n\`\`\`bash\nanswerdesk reset --device ${'x'.repeat(60)}\n\`\`\``;
    const used = (quote: string, ...texts: string[]) =>
      texts.map((text) => ({ start: quote.indexOf(text), end: quote.indexOf(text) + text.length }));
    const article = { documentId: 'a', title: 'Returns', url: 'https://help.example/a#opened' };
    server.answer = () => ({
      text: 'You have 30 days [1]. Ask a bank [2]. Put the cap on [3].',
      citations: [
        { ...article, number: 1, chunkId: 'a#0', headingPath: ['Opened'], quote: first },
        { number: 2, documentId: 'b', chunkId: 'b#0', title: 'Refunds', quote: 'Ask a bank ⸨or us⸩.' },
        { ...article, number: 3, chunkId: 'a#1', headingPath: ['Opened', 'Fitted'], quote: second },
      ].map((citation) => ({
        ...citation,
        used: used(
          citation.quote,
          ...(
            {
              1: ['You have **30 days**.', 'It may be open.', '| Sweden | 5 |'],
              2: ['or us'],
              3: ['- [x] Cap on'],
            } as Record<number, string[]>
          )[citation.number]!,
        ),
      })),
    });
    await ask(page, 'May I return it?');
    await finished(page);
    expect(await page.locator('.source summary').allInnerTexts()).toEqual(['1\n3\nReturns', '2\nRefunds']);
    await page.locator('.cite').nth(2).click();
    const card = page.locator('details[open]');
    const marks = (passage: number) => card.locator(`[data-passage="${passage}"] mark`).allInnerTexts();
    expect(await marks(1)).toEqual(['You have ', '30 days', '. It may be open.', 'Sweden', '5']);
    expect(await marks(3)).toEqual(['Cap on']);
    expect(await card.locator('.current').getAttribute('data-passage')).toBe('3');
    expect(await card.locator('.table td').allInnerTexts()).toEqual(['Sweden', '5']);
    expect(await card.locator('blockquote').allInnerTexts()).toEqual([
      expect.not.stringMatching(/[*#|⸨]/),
      expect.not.stringMatching(/[`⸨]/),
    ]);
    const links = card.locator('.passage > div > a');
    expect(await links.allInnerTexts()).toEqual(['Opened', 'Opened › Fitted']);
    expect(await links.first().getAttribute('href')).toBe(
      'https://help.example/a#opened:~:text=You%20have%2030%20days.%20It%20may%20be%20open.',
    );
    expect(await findings(page)).toEqual([]);
    await page.locator('.cite').nth(1).click();
    expect(await page.locator('details').nth(1).locator('blockquote').innerText()).toBe(
      'Ask a bank ⸨or us⸩.',
    );
    const wider = await page.locator('.scroll').evaluate((node) => node.scrollWidth - node.clientWidth);
    expect(wider).toBeLessThanOrEqual(0);
  });

  it('takes as many characters as the server says, and cuts no pasted text off', async () => {
    await using page = await visit();
    await page.locator('.launcher').click();
    server.messageLimit = 12;
    await ask(page, 'First');
    await finished(page);
    const input = page.locator('textarea');
    await input.pressSequentially('Twelve or more');
    expect(await input.inputValue()).toBe('Twelve or mo');
    await page.locator('.status', { hasText: '12 characters at most' }).waitFor();
    await input.press('Backspace');
    await expect.poll(() => page.locator('.status').innerText()).toBe('');
    await input.fill('');
    await input.evaluate((node) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text', 'A long log. Why?');
      node.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }));
    });
    expect(await input.inputValue()).toBe('A long log. Why?');
    await page.locator('.status', { hasText: '12 characters at most' }).waitFor();
    await input.press('Enter');
    expect(await input.inputValue()).toBe('A long log. Why?');
    await page.reload();
    await finished(page);
    expect(await input.getAttribute('maxlength')).toBe('12');
  });

  it('asks for an address once, on this page and the next', async () => {
    await using page = await visit();
    await page.locator('.launcher').click();
    server.answer = () => ({ text: 'A person will help.', decision: 'handoff', handoff: 'customer-request' });
    await ask(page, 'A person, please');
    const form = page.locator('form.card');
    await form.waitFor();
    await expect.poll(() => page.locator('.next').count()).toBe(0);
    await page.getByLabel('E-mail address').fill('maria@exmaple.com');
    await page.keyboard.press('Enter');
    await page.locator('.bubble', { hasText: 'reply to maria@exmaple.com' }).waitFor();
    for (const question of ['A person!', 'Still here?']) {
      await ask(page, question);
      await page.locator('.customer').filter({ hasText: question }).waitFor();
      await page
        .locator('.message.handoff .text')
        .nth(question === 'A person!' ? 1 : 2)
        .waitFor();
      expect(await form.count()).toBe(0);
      expect(await page.locator('.next').count()).toBe(0);
      await page.reload();
      await finished(page);
    }
    // Whoever sees a slip in the address can still correct it.
    await page.locator('.head').getByRole('button', { name: 'Talk to a person' }).click();
    await form.waitFor();
  });

  it.each(['en', 'es', 'fr', 'de', 'pt', 'zh'])(
    'greets in the language of the page, in one line of head on a phone (%s)',
    async (language) => {
      server.pages.set(`/${language}`, { html: hostPage('data-open', `lang="${language}"`) });
      await using page = await visit(`/${language}`, {
        viewport: { width: 360, height: 640 },
        locale: language === 'de' ? 'en' : 'de',
      });
      const { strings } = chooseLanguage([language]);
      expect(await page.locator('.head h2').innerText()).toBe(strings.title);
      expect(await page.locator('.message .bubble').first().innerText()).toBe(strings.greeting);
      expect(await page.locator('textarea').getAttribute('placeholder')).toBe(strings.placeholder);
      const subtitle = await page
        .locator('.head p')
        .evaluate((node) => ({ hidden: node.scrollWidth - node.clientWidth, height: node.clientHeight }));
      expect(subtitle.hidden).toBe(0);
      expect(subtitle.height).toBeLessThan(24);
    },
  );

  it('puts the number of a list beside its first line', async () => {
    await using page = await visit('/host', { viewport: { width: 360, height: 640 } });
    await page.locator('.launcher').click();
    const title = 'Reset a Valve that is fitted to a radiator in a room without a Bridge';
    const topics = [{ documentId: 'a', title }];
    server.answer = () => ({ text: `Is it this?\n\n1. ${title}`, decision: 'clarify', topics });
    await ask(page, 'reset');
    const topic = page.locator('.topic');
    await topic.waitFor();
    // An inline block hangs at its last line, and the number with it.
    expect(await topic.evaluate((node) => getComputedStyle(node).display)).toBe('block');
    expect((await topic.boundingBox())!.height).toBeGreaterThan(40);
    server.answer = () => ({ text: '9. nine\n10. ten' });
    await ask(page, 'count');
    const list = page.locator('.agent .text ol[start="9"]');
    await list.waitFor();
    expect(await list.innerText()).toBe('nine\nten');
  });

  it('looks for sources without a host on the server, whatever the page it is in', async () => {
    await using page = await visit();
    await page.locator('.launcher').click();
    server.answer = () => ({ ...cited, citations: [{ ...citations[0]!, url: '/help/returns/' }] });
    await ask(page, 'May I return an opened Valve?');
    await finished(page);
    const link = page.locator('.source a');
    expect(await link.getAttribute('href')).toBe(`${server.origin}/help/returns/`);
    expect(await link.textContent()).toBe(new URL(server.origin).host);
  });

  it('loses and doubles no character when the connection is cut again and again', async () => {
    await using page = await visit();
    await page.locator('.launcher').click();
    server.answer = () => ({ ...long, delayMs: 1 });
    server.cuts.push(...Array.from({ length: 15 }, (_, index) => (index * 379) % 2_900));
    await ask(page, 'Tell me everything');
    await finished(page);
    const entries = [...server.entries.values()].at(-1) ?? [];
    expect(server.cuts).toEqual([]);
    expect(entries.filter(({ event }) => event.type === 'customer-message')).toHaveLength(1);
    expect(await lastText(page)).toBe(long.text.replace(/\*\*|`/g, ''));
    expect(await page.locator('.message.customer').count()).toBe(1);
  });

  it('goes on after a reload in the middle of an answer, still open', async () => {
    await using page = await visit();
    await page.locator('.launcher').click();
    server.answer = () => ({ ...long, delayMs: 2 });
    await ask(page, 'Tell me everything');
    await page.locator('.agent .text p').nth(3).waitFor();
    await page.reload();
    await finished(page);
    expect(await lastText(page)).toBe(long.text.replace(/\*\*|`/g, ''));
    const stored = await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));
    expect(stored).not.toContain('everything');
  });

  it('says when the server is away, and delivers what was written once it is back', async () => {
    await using page = await visit();
    await page.locator('.launcher').click();
    server.down = true;
    await ask(page, 'Is anybody there?');
    await page.locator('.status', { hasText: 'No connection' }).waitFor();
    expect(await page.locator('.customer .note').innerText()).toBe('Sending…');
    server.down = false;
    await page.reload();
    await finished(page);
    expect(await page.locator('.status').innerText()).toBe('');
    const entries = [...server.entries.values()].at(-1) ?? [];
    expect(entries.filter(({ event }) => event.type === 'customer-message')).toHaveLength(1);
  });

  it('explains why a message was refused', async () => {
    await using page = await visit();
    await page.locator('.launcher').click();
    server.refusal = { status: 413, code: 'message-too-long' };
    await ask(page, 'A very long story');
    await page.locator('.status', { hasText: 'too long' }).waitFor();
    expect(await page.locator('textarea').inputValue()).toBe('A very long story');
    server.refusal = { status: 429, code: 'too-many-requests', retryAfterMs: 300 };
    await ask(page, 'Short');
    await page.locator('.status', { hasText: 'Too many messages' }).waitFor();
    server.refusal = undefined;
    await finished(page);
    expect(await page.locator('.status').innerText()).toBe('');
  });

  it('begins a new conversation when the server no longer knows the old one', async () => {
    await using page = await visit();
    await page.locator('.launcher').click();
    await ask(page, 'First');
    await finished(page);
    server.forgetConversations();
    await ask(page, 'Second');
    await expect.poll(() => page.locator('.message.customer').allInnerTexts()).toEqual(['You\nSecond']);
    await finished(page);
  });

  it('stops an answer', async () => {
    await using page = await visit();
    await page.locator('.launcher').click();
    server.answer = () => ({ ...long, pace: (written) => (written.length > 300 ? forever : undefined) });
    await ask(page, 'Tell me everything');
    await page.locator('.agent .text p').first().waitFor();
    await page.getByRole('button', { name: 'Stop answering' }).click();
    await page.getByText('You stopped this answer.').waitFor();
    expect((await lastText(page)).length).toBeLessThan(long.text.length / 2);
  });

  it('hands over to a person, with an address that can be one', async () => {
    await using page = await visit();
    await page.locator('.launcher').click();
    server.answer = () => ({ text: 'I could not find that.', decision: 'decline' });
    await ask(page, 'Do you sell boats?');
    await page.locator('.decline').getByRole('button', { name: 'Talk to a person' }).click();
    for (const wrong of ['', 'maria', 'maria@', 'a@b', 'a b@c.example', '<a>@b.example']) {
      await page.getByLabel('E-mail address').fill(wrong);
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
    }
    expect(server.handoffs).toEqual([]);
    await page.getByLabel('E-mail address').fill('maria@example.com');
    await page.keyboard.press('Enter');
    await page.locator('.bubble', { hasText: 'A person will reply to maria@example.com' }).waitFor();
    expect(server.handoffs).toEqual([{ email: 'maria@example.com' }]);
    expect(await page.locator('.decline .chip').count()).toBe(0);
  });

  it('can be used with the keyboard alone', async () => {
    await using page = await visit();
    const focused = () =>
      page.evaluate(() => {
        const node = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
        return node?.getAttribute('aria-label') ?? node?.textContent ?? '';
      });
    const tabTo = async (name: string) => {
      for (let presses = 0; presses < 25 && (await focused()) !== name; presses += 1)
        await page.keyboard.press('Tab');
      expect(await focused()).toBe(name);
    };
    await tabTo('Open chat');
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('Type your question');
    await page.keyboard.type('May I return it?');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('It is opened.');
    await page.keyboard.press('Enter');
    await finished(page);
    expect(await page.locator('.customer .text').innerText()).toBe('May I return it?\nIt is opened.');
    await tabTo('Source 1: Return an opened product');
    await page.keyboard.press('Enter');
    expect(await page.locator('details[open] blockquote').count()).toBe(1);
    await tabTo('Helpful');
    await page.keyboard.press('Space');
    expect(await page.locator('.up').getAttribute('aria-pressed')).toBe('true');
    await tabTo('Talk to a person');
    await page.keyboard.press('Enter');
    await page.locator('input[type=email]').waitFor();
    await page.keyboard.press('Escape');
    expect(await focused()).toBe('Type your question');
    await page.keyboard.press('Escape');
    expect(await focused()).toBe('Open chat');
    expect(await page.locator('.panel').isVisible()).toBe(false);
  });

  it('reads an answer out sentence by sentence, each once', async () => {
    await using page = await visit();
    await page.locator('.launcher').click();
    const heard = (text: string) =>
      page.locator('[aria-live=polite] div', { hasText: text }).first().waitFor({ state: 'attached' });
    server.answer = () => ({
      text: 'First sentence. Second one [1]!\n\n- Third\n- Fourth',
      citations,
      step: 4,
      // What is drawn at once is read out at once: the next sentence comes when the one before has been.
      async pace(written) {
        if (written.endsWith('Sec')) await heard('First sentence.');
        if (written.endsWith('Thi')) await heard('Second one !');
      },
    });
    await ask(page, 'Read it out');
    await finished(page);
    await heard('Third');
    const spoken = (await page.locator('[aria-live=polite] div').allTextContents())
      .join(' ')
      .replace(/\s+/g, ' ');
    expect(spoken).toBe('First sentence. Second one ! Third Fourth');
  });

  it('counts the answers that came while it was closed', async () => {
    await using page = await visit();
    await page.locator('.launcher').click();
    const closed = Promise.withResolvers<void>();
    server.answer = () => ({ ...cited, pace: () => closed.promise });
    await ask(page, 'Quick?');
    await page.keyboard.press('Escape');
    closed.resolve();
    await page.getByRole('button', { name: 'Open chat, 1 new' }).waitFor();
    await page.locator('.launcher').click();
    expect(await page.locator('.badge').isVisible()).toBe(false);
  });

  it('is opened by any element of the page, with its question ready to send', async () => {
    await using page = await visit();
    await page.getByRole('button', { name: 'Ask' }).click();
    expect(await page.locator('textarea').inputValue()).toBe('Where is my order?');
  });

  it('comes once however often the page includes it, and leaves nothing in the page', async () => {
    const tag = '<script src="/widget.js"></script>';
    server.pages.set('/twice', { html: hostPage().replace('</body>', `${tag}${tag}</body>`) });
    await using page = await visit('/twice');
    expect(await page.locator('answerdesk-chat').count()).toBe(1);
    const added = await page.evaluate(() => {
      const frame = document.createElement('iframe');
      document.body.append(frame);
      const fresh = new Set(Object.getOwnPropertyNames(frame.contentWindow));
      return Object.getOwnPropertyNames(window).filter((name) => !fresh.has(name) && !/^\d+$/.test(name));
    });
    expect(added).toEqual([]);
  });

  it('speaks German, mirrors itself on a right-to-left page, and keeps the styles of the page out', async () => {
    const styled = hostPage('data-language="de" data-title="Hallo"', 'lang="ar" dir="rtl"').replace(
      '</head>',
      '<link rel="stylesheet" href="/bad.css"></head>',
    );
    server.pages.set('/rtl', { html: styled });
    server.pages.set('/bad.css', {
      html: '* { font-size: 40px !important; color: lime !important }',
      headers: { 'content-type': 'text/css' },
    });
    await using page = await visit('/rtl');
    await page.getByRole('button', { name: 'Chat öffnen' }).click();
    const box = await page.locator('.panel').boundingBox();
    expect(box?.x).toBeLessThan(100);
    expect(await page.locator('.root').getAttribute('dir')).toBe('rtl');
    const style = await page.locator('textarea').evaluate((node) => getComputedStyle(node).fontSize);
    expect(style).toBe('16px');
    expect(await findings(page)).toEqual([]);
  });

  it('fills a phone, and leaves nothing wider than the screen', async () => {
    await using page = await visit('/', {
      viewport: { width: 320, height: 568 },
      hasTouch: true,
      isMobile: true,
    });
    await page.locator('.launcher').tap();
    server.answer = () => ({
      text: `| a | b |\n|---|---|\n| ${'wide'.repeat(30)} | x |\n\n\`\`\`\n${'code '.repeat(40)}\n\`\`\`\n\n${'x'.repeat(300)}`,
    });
    await ask(page, 'x'.repeat(200));
    await finished(page);
    expect(await page.locator('.panel').boundingBox()).toEqual({ x: 0, y: 0, width: 320, height: 568 });
    const wider = await page.locator('.scroll').evaluate((node) => node.scrollWidth - node.clientWidth);
    expect(wider).toBeLessThanOrEqual(0);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has no axe finding in any state (${colorScheme})`, async () => {
      await using page = await visit('/', { colorScheme, bypassCSP: true });
      expect(await findings(page), 'closed').toEqual([]);
      await page.locator('.launcher').click();
      expect(await findings(page), 'greeting').toEqual([]);
      const typing = Promise.withResolvers<void>();
      const pace = (written: string) =>
        written === '' ? typing.promise : written.length > 300 ? forever : undefined;
      server.answer = () => ({ ...long, pace });
      await ask(page, 'Slowly');
      await page.locator('.dots').waitFor();
      expect(await findings(page), 'typing').toEqual([]);
      typing.resolve();
      await page.locator('.agent .text p').first().waitFor();
      expect(await findings(page), 'streaming').toEqual([]);
      await page.getByRole('button', { name: 'Stop answering' }).click();
      server.answer = () => cited;
      await ask(page, 'Cite');
      await page.locator('.cite').first().click();
      expect(await findings(page), 'sources').toEqual([]);
      server.answer = () => rich;
      await ask(page, 'Rich');
      await page.locator('.agent .text table').waitFor();
      await finished(page);
      await page.setViewportSize({ width: 360, height: 640 });
      expect(await findings(page), 'tables, lists and code on a phone').toEqual([]);
      await page.setViewportSize({ width: 1000, height: 800 });
      for (const decision of ['decline', 'clarify', 'handoff'] as const) {
        server.answer = () => ({ text: 'Hm.', decision });
        await ask(page, decision);
        await page.locator(`.message.${decision}`).waitFor();
      }
      server.answer = () => ({ text: '', error: { code: 'model-unavailable', retryable: true } });
      await ask(page, 'Fail');
      await page.getByRole('button', { name: 'Try again' }).waitFor();
      expect(await findings(page), 'decline, clarify, hand-over, failure').toEqual([]);
      await page.locator('.head').getByRole('button', { name: 'Talk to a person' }).click();
      await page.locator('form.card').waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      expect(await findings(page), 'form').toEqual([]);
      await page.keyboard.press('Escape');
      server.down = true;
      await ask(page, 'Gone');
      await page.locator('.status', { hasText: 'No connection' }).waitFor();
      expect(await findings(page), 'away').toEqual([]);
    });
  }

  it('says the topic that is clicked when the desk asks back, and offers only the newest', async () => {
    await using page = await visit('/host', { bypassCSP: true });
    await page.locator('.launcher').click();
    const topics = [
      { documentId: 'a', title: 'Reset a Valve' },
      { documentId: 'b', title: '2. *Reset* a Bridge' },
    ];
    const text = `Is it one of these?\n\n${topics.map(({ title }, index) => `${index + 1}. ${title}`).join('\n')}`;
    server.answer = () => ({ text, decision: 'clarify', topics });
    await ask(page, 'how do i reset it');
    await page.locator('.topic').nth(1).waitFor();
    expect(await findings(page)).toEqual([]);
    server.answer = () => ({ text: 'Hold it.' });
    await page.getByRole('button', { name: '2. *Reset* a Bridge' }).click();
    // The answer before is finished, too: what is waited for is the next one.
    await page.locator('.agent .text', { hasText: 'Hold it.' }).waitFor();
    await finished(page);
    expect(await page.locator('.customer .text').last().innerText()).toBe('2. *Reset* a Bridge');
    expect(await page.locator('.topic').count()).toBe(0);
  });

  it('shows a greeting as a greeting, not as a question back', async () => {
    await using page = await visit();
    await page.locator('.launcher').click();
    server.answer = () => ({ text: 'Hello!', decision: 'small-talk' });
    await ask(page, 'hi');
    await page.locator('.message.small-talk').waitFor();
    expect(await page.locator('.message .kind').count()).toBe(0);
    expect(await lastText(page)).toBe('Hello!');
  });

  it('gives the headings of a demo article the anchors that citations lead to', async () => {
    await using page = await visit('/help/returns-and-warranty/return-opened/#what-we-take-off');
    expect(await page.locator('h2:target').innerText()).toBe('What we take off');
  });

  it.each([
    ['/', 'light'],
    ['/help/orders/payment-methods/', 'dark'],
    ['/help/', 'light'],
    ['/404.html', 'dark'],
  ] as const)('has no axe finding on the demo page %s (%s)', async (path, colorScheme) => {
    await using page = await visit(path, { colorScheme, bypassCSP: true });
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  });
});
