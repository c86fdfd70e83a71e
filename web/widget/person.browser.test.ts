// biome-ignore-all lint/performance/useDomNodeTextContent: these innerText are Playwright's, the text as it is seen.
// A customer and a person of the team: the real server on SQLite, a website with a strict policy, real browsers.
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { inDefaultTenant } from '#core/tenant.ts';
import { patienceMs } from '#core/testing/patience.ts';
import { identityToken, mia, openCustomerDesk } from '#server/testing/open-customer-desk.ts';
import { describeInBrowser } from '../testing/describe-in-browser.ts';
import { launchChromium } from '../testing/launch-chromium.ts';

const policy =
  "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
  "require-trusted-types-for 'script'; trusted-types dompurify";

interface HostOptions extends BrowserContextOptions {
  /** Of the script tag. */
  readonly attributes?: string;
  readonly language?: string;
}

describeInBrowser('the widget where a person is', () => {
  let browser: Browser;
  let desk: Awaited<ReturnType<typeof openCustomerDesk>>;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    complaints.length = 0;
    desk = await openCustomerDesk({ webFolder: join(import.meta.dirname, '../../dist/web') });
    onTestFinished(() => desk[Symbol.asyncDispose]());
  });

  async function openSite({ attributes = '', language = 'en', ...options }: HostOptions = {}) {
    const context = await browser.newContext({
      viewport: { width: 1000, height: 800 },
      reducedMotion: 'reduce',
      ...options,
    });
    onTestFinished(() => context.close());
    context.setDefaultTimeout(patienceMs);
    await context.route('**/host', (route) =>
      route.fulfill({
        contentType: 'text/html; charset=utf-8',
        headers: { 'content-security-policy': policy },
        body: `<!doctype html><html lang="${language}"><head><title>Shop</title>
          <meta name="viewport" content="width=device-width, initial-scale=1"></head>
          <body><main><h1>Shop</h1></main><script src="/widget.js" data-open ${attributes}></script></body></html>`,
      }),
    );
    return context;
  }

  async function visit(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security|Trusted|Refused/i.test(message.text())) complaints.push(message.text());
    });
    await page.goto(`${desk.url}/host`);
    await page.locator('.send').waitFor();
    return page;
  }

  const say = async (page: Page, text: string) => {
    await page.locator('.composer textarea').fill(text);
    await page.keyboard.press('Enter');
    await page.locator('.message.customer:not(.waiting) .text', { hasText: text }).waitFor();
  };
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  async function askPerson(page: Page, email: string): Promise<void> {
    await page.locator('.head').getByRole('button', { name: 'Talk to a person' }).click();
    await page.getByLabel('E-mail address').fill(email);
    await page.keyboard.press('Enter');
    await page.locator('.strip').waitFor();
  }
  async function keyOf(page: Page) {
    const stored = await page.evaluate(
      () => (Object.values({ ...sessionStorage })[0] ?? Object.values({ ...localStorage })[0]) as string,
    );
    return inDefaultTenant(JSON.parse(stored).session.id);
  }
  const findings = async (page: Page) => {
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() =>
      (window as unknown as { axe: typeof axe }).axe.run('answerdesk-chat'),
    );
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  };
  const photo = async (width = 60) => ({
    name: 'photo.jpg',
    mimeType: 'image/jpeg',
    buffer: await sharp({ create: { width, height: 40, channels: 3, background: 'teal' } })
      .jpeg()
      .toBuffer(),
  });

  it('waits with a place, sends a picture, sees the person type and read, and goes back to the assistant', async () => {
    const page = await visit(await openSite());
    await say(page, 'My lamp is broken');
    await page.locator('.actions').waitFor();
    // What only a person needs is not loaded before.
    expect(await page.locator('.strip').count()).toBe(0);
    await askPerson(page, 'dana@example.com');
    await page.locator('.strip', { hasText: 'You are next.' }).waitFor();
    const key = await keyOf(page);
    await page.locator('input[type=file]').setInputFiles(await photo());
    await page.locator('.message.customer:not(.waiting) canvas.picture').waitFor();
    expect(await page.locator('canvas.picture').count()).toBe(1);

    await desk.cases.act(key, { type: 'take', by: mia });
    await page.locator('.change', { hasText: 'Mia is here for you.' }).waitFor();
    await desk.cases.reply(key, { messageId: 'reply-01', text: 'Let me see.', by: mia });
    await page.locator('.message.person .bubble', { hasText: 'Let me see.' }).waitFor();
    expect(await page.locator('.avatar').innerText()).toBe('M');
    const typing: boolean[] = [];
    desk.answering.signals.listen((_key, signal) => {
      if (signal.type === 'typing' && signal.who === 'customer') typing.push(signal.typing);
    });
    await say(page, 'Thank you');
    await expect.poll(() => typing).toEqual([true, false]);
    await desk.cases.seen(key, await desk.store.lastSequence(key));
    await page.locator('.customer .note', { hasText: 'Seen' }).waitFor();
    const looking = new AbortController();
    desk.cases.look(key, mia, looking).typing(true);
    await page.locator('.types', { hasText: 'Mia is typing' }).waitFor();
    looking.abort();
    await expect.poll(() => page.locator('.types').count()).toBe(0);
    // While a person is there, the assistant says nothing.
    expect(await page.locator('.message.answer').count()).toBe(1);

    await button(page, 'Back to the assistant').click();
    await page.locator('.change', { hasText: 'You are talking to the assistant again.' }).waitFor();
    expect(await desk.store.handling(key)).toMatchObject({ state: 'bot', returnedBy: 'customer' });
    await say(page, 'And you?');
    await expect.poll(() => page.locator('.message.answer').count()).toBe(2);
    // A person can be asked for again.
    await page.locator('.head').getByRole('button', { name: 'Talk to a person' }).click();
    await page.locator('form.card').waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows the picture of who writes in the place of initials, also after a reload', async () => {
    const { user } = await desk.accounts.invite('system', {
      email: 'mia@example.com',
      name: 'Mia',
      role: 'agent',
    });
    const { buffer } = await photo();
    const id = 'f'.repeat(22);
    await desk.store.access.setPicture(
      user.tenantId,
      user.id,
      { id, bytes: await sharp(buffer).resize(192, 192).webp().toBuffer() },
      { at: new Date().toISOString(), actor: user.id, action: 'user.picture-set' },
    );
    const page = await visit(await openSite());
    await say(page, 'My lamp is broken');
    await askPerson(page, 'dana@example.com');
    const key = await keyOf(page);
    await desk.cases.act(key, { type: 'take', by: mia });
    await desk.cases.reply(key, { messageId: 'reply-01', text: 'Let me see.', by: mia });
    const face = page.locator('.message.person .avatar canvas.face');
    await face.waitFor();
    const colour = () =>
      face.evaluate((canvas: HTMLCanvasElement) => [
        ...canvas.getContext('2d')!.getImageData(96, 96, 1, 1).data,
      ]);
    expect((await colour())[1]).toBeGreaterThan(100);
    await page.reload();
    await face.waitFor();
    await say(page, 'Thank you');
    await expect.poll(() => face.count()).toBe(1);
    expect(await findings(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('shows pictures again after a reload, and says which it cannot send', async () => {
    const page = await visit(await openSite());
    await say(page, 'My lamp is broken');
    await askPerson(page, 'dana@example.com');
    await button(page, 'Send a picture').waitFor();
    const files = page.locator('input[type=file]');
    await files.setInputFiles({ name: 'x.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') });
    await page.locator('.note', { hasText: 'PNG, JPEG, WebP or GIF' }).waitFor();
    await files.setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('<svg/>') });
    await page.locator('.customer.waiting .note', { hasText: 'PNG, JPEG, WebP or GIF' }).waitFor();
    await page.locator('.customer.waiting').getByRole('button', { name: 'Cancel' }).click();
    await files.setInputFiles(await photo());
    await page.locator('.message.customer:not(.waiting) canvas.picture').waitFor();
    await page.reload();
    const canvas = page.locator('canvas.picture');
    await canvas.waitFor();
    // It is painted, not only there.
    await expect
      .poll(() =>
        canvas.evaluate((node) => {
          const { width, height } = node as HTMLCanvasElement;
          const [, green = 0] = (node as HTMLCanvasElement)
            .getContext('2d')!
            .getImageData(width / 2, height / 2, 1, 1).data;
          return green > 90;
        }),
      )
      .toBe(true);
    expect(complaints).toEqual([]);
  });

  it('sends a picture once, though the network was lost while it went', async () => {
    const context = await openSite();
    const page = await visit(context);
    await say(page, 'My lamp is broken');
    await askPerson(page, 'dana@example.com');
    await button(page, 'Send a picture').waitFor();
    const key = await keyOf(page);
    let tries = 0;
    await context.route('**/pictures?*', async (route) => {
      tries += 1;
      if (tries === 1) return route.abort();
      // The server has it, and its answer is lost.
      if (tries === 2) await route.fetch();
      return tries === 2 ? route.abort() : route.continue();
    });
    await page.locator('input[type=file]').setInputFiles(await photo());
    await page.locator('.message.customer:not(.waiting) canvas.picture').waitFor();
    await expect.poll(() => tries, { timeout: patienceMs }).toBeGreaterThan(1);
    expect(await page.locator('canvas.picture').count()).toBe(1);
    expect((await desk.store.get(key))?.messages.filter(({ pictures }) => pictures)).toHaveLength(1);
  });

  it('is rated after its end with one click and a few words, and goes to the customer by mail', async () => {
    const page = await visit(await openSite());
    await say(page, 'My lamp is broken');
    await askPerson(page, 'dana@example.com');
    const key = await keyOf(page);
    await desk.cases.act(key, { type: 'take', by: mia });
    await desk.cases.act(key, { type: 'resolve', by: mia });
    await button(page, 'Good').click();
    await page.getByLabel('What should we know?').fill('Very kind.');
    await page.locator('.rating').getByRole('button', { name: 'Send', exact: true }).click();
    await expect
      .poll(async () => (await desk.store.get(key))?.rating)
      .toMatchObject({ rating: 'up', comment: 'Very kind.' });
    await button(page, 'Send by e-mail').click();
    expect(await page.getByLabel('E-mail address').inputValue()).toBe('dana@example.com');
    await page.keyboard.press('Enter');
    await page.locator('.bubble', { hasText: 'on its way to dana@example.com' }).waitFor();
    const notices = await desk.store.notices(key.tenantId, { limit: 10 });
    expect(notices.filter(({ kind }) => kind === 'transcript')).toHaveLength(1);
    // It is known after a reload, too.
    await page.reload();
    await page.locator('.choice[aria-pressed="true"]', { hasText: 'Good' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows every message once in two tabs, though the network is lost in the middle', async () => {
    const context = await openSite({ attributes: 'data-remember-hours="1"' });
    const first = await visit(context);
    await say(first, 'My lamp is broken');
    await first.locator('.actions').waitFor();
    await askPerson(first, 'dana@example.com');
    const key = await keyOf(first);
    await desk.cases.act(key, { type: 'take', by: mia });
    const second = await visit(context);
    await second.locator('.change', { hasText: 'Mia is here' }).waitFor();
    await context.setOffline(true);
    await first.locator('.composer textarea').fill('One');
    await first.keyboard.press('Enter');
    await second.locator('.composer textarea').fill('Two');
    await second.keyboard.press('Enter');
    await desk.cases.reply(key, { messageId: 'reply-01', text: 'While you were away', by: mia });
    await context.setOffline(false);
    for (const page of [first, second])
      for (const text of ['One', 'Two', 'While you were away'])
        await page.locator('.message:not(.waiting) .text', { hasText: text }).waitFor();
    const texts = (await desk.store.get(key))!.messages.map(({ text }) => text);
    for (const text of ['One', 'Two', 'While you were away']) {
      expect(texts.filter((other) => other === text)).toHaveLength(1);
      for (const page of [first, second])
        expect(await page.locator('.text', { hasText: text }).count()).toBe(1);
    }
  });

  it('follows a signed-in visitor to another device, and is forgotten when they sign out', async () => {
    const identity = identityToken({ claims: { name: 'Dana' } });
    const attributes = `data-identity="${identity}"`;
    const phone = await visit(await openSite({ attributes }));
    await say(phone, 'My lamp is broken');
    await phone.locator('.actions').waitFor();
    const laptop = await visit(await openSite({ attributes }));
    await button(laptop, 'Your conversations').click();
    await laptop.locator('.own button', { hasText: 'My lamp is broken' }).click();
    await laptop.locator('.message.customer .text', { hasText: 'My lamp is broken' }).waitFor();
    await say(laptop, 'It is the blue one');
    await phone.locator('.message.customer .text', { hasText: 'It is the blue one' }).waitFor();
    expect((await desk.store.get(await keyOf(laptop)))?.visitor).toEqual({ id: 'user-7', name: 'Dana' });
    await button(laptop, 'Your conversations').click();
    await laptop.locator('.own-list').getByRole('button', { name: 'New conversation' }).click();
    await expect.poll(() => laptop.locator('.message.customer').count()).toBe(0);
    // Whoever uses the browser next sees nothing of it.
    await phone.evaluate(() => {
      (
        document.querySelector('answerdesk-chat') as HTMLElement & { identify(token?: string): void }
      ).identify();
    });
    await expect.poll(() => phone.locator('.message.customer').count()).toBe(0);
    expect(await phone.evaluate(() => Object.values({ ...sessionStorage }).join())).not.toContain('token');
    expect(complaints).toEqual([]);
  });

  it('takes along to their account what a visitor asked before signing in', async () => {
    const page = await visit(await openSite());
    await say(page, 'My lamp is broken');
    const key = await keyOf(page);
    await page.evaluate((token) => {
      (
        document.querySelector('answerdesk-chat') as HTMLElement & { identify(token?: string): void }
      ).identify(token);
    }, identityToken());
    await expect.poll(async () => (await desk.store.get(key))?.visitor).toEqual({ id: 'user-7' });
    await page.locator('.message.customer .text', { hasText: 'My lamp is broken' }).waitFor();
  });

  it('says that a person cannot be reached now when the second file does not come, and tries again', async () => {
    const context = await openSite();
    let isGone = true;
    await context.route('**/widget-person.js*', (route) => (isGone ? route.abort() : route.continue()));
    const page = await visit(context);
    const ask = page.locator('.head').getByRole('button', { name: 'Talk to a person' });
    await ask.click();
    await page.locator('.status', { hasText: 'Something went wrong' }).waitFor();
    await say(page, 'Then you');
    await page.locator('.actions').waitFor();
    isGone = false;
    await expect
      .poll(
        async () => {
          await ask.click();
          return page.locator('form.card').count();
        },
        { timeout: patienceMs, interval: 500 },
      )
      .toBe(1);
  });

  const screens: [string, HostOptions][] = [
    ['light, wide', { colorScheme: 'light' }],
    [
      'dark, phone',
      { colorScheme: 'dark', viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true },
    ],
  ];
  it.each(screens)('has no axe finding in any state (%s)', async (_, options) => {
    const identity = identityToken({ claims: { name: 'Dana' } });
    const context = await openSite({
      ...options,
      bypassCSP: true,
      attributes: `data-identity="${identity}"`,
    });
    const page = await visit(context);
    await say(page, 'My lamp is broken');
    await askPerson(page, 'dana@example.com');
    const key = await keyOf(page);
    await button(page, 'Send a picture').waitFor();
    await page.locator('input[type=file]').setInputFiles(await photo());
    await page.locator('.message.customer:not(.waiting) canvas.picture').waitFor();
    expect(await findings(page), 'waiting').toEqual([]);
    await desk.cases.act(key, { type: 'take', by: mia });
    await desk.cases.reply(key, { messageId: 'reply-01', text: 'Let me see.', by: mia });
    await page.locator('.message.person .bubble').waitFor();
    desk.cases.look(key, mia, new AbortController()).typing(true);
    await page.locator('.types').waitFor();
    expect(await findings(page), 'person').toEqual([]);
    await button(page, 'Send by e-mail').click();
    expect(await findings(page), 'form').toEqual([]);
    await button(page, 'Cancel').click();
    await desk.cases.act(key, { type: 'resolve', by: mia });
    await button(page, 'Not good').click();
    await page.getByLabel('What should we know?').waitFor();
    expect(await findings(page), 'rating').toEqual([]);
    await button(page, 'Your conversations').click();
    await page.locator('.own li').waitFor();
    expect(await findings(page), 'list').toEqual([]);
  });
});
