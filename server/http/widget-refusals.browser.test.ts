// biome-ignore-all lint/performance/useDomNodeTextContent: these innerText are Playwright's, the text as it is seen.
// What a customer and a developer learn when the real server says no.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser } from '../../web/testing/describe-in-browser.ts';
import { launchChromium } from '../../web/testing/launch-chromium.ts';
import { startServer } from '../testing/start-server.ts';

const webFolder = join(import.meta.dirname, '../../dist/web');

/** A website of somebody else that has the widget of `widgetOrigin` in its page. */
async function openShop(widgetOrigin: () => string) {
  const server = createServer((_request, response) => {
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(
        `<!doctype html><title>Shop</title><body><script src="${widgetOrigin()}/widget.js" data-open></script>`,
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describeInBrowser('the widget that is refused', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  async function visit(address: string): Promise<Page & AsyncDisposable> {
    const page = await browser.newPage({ reducedMotion: 'reduce', locale: 'en' });
    await page.goto(address);
    return Object.assign(page, { [Symbol.asyncDispose]: () => page.close() });
  }
  async function ask(page: Page, text: string): Promise<void> {
    await page.locator('textarea').fill(text);
    await page.keyboard.press('Enter');
  }
  const status = (page: Page) => page.locator('.status');

  it('says so once on a website that is not listed, and tells its developer which setting lists it', async () => {
    let origin = '';
    await using shop = await openShop(() => origin);
    await using server = await startServer({ overrides: { webFolder } });
    origin = server.url;
    await using page = await visit(shop.origin);
    const requests: string[] = [];
    const errors: string[] = [];
    page.on('request', (request) => void requests.push(request.method()));
    page.on('console', (line) => void errors.push(line.text()));
    await ask(page, 'Is anybody there?');
    await status(page).filter({ hasText: 'not available on this website' }).waitFor();
    expect(await page.locator('textarea').inputValue()).toBe('Is anybody there?');
    // Whoever was still trying would be waiting for a connection, and come again at its return.
    await page.evaluate("dispatchEvent(new Event('online'))");
    await page.locator('textarea').pressSequentially(' Hello?');
    expect(await status(page).innerText()).toContain('not available on this website');
    expect(requests.filter((method) => method === 'POST')).toHaveLength(1);
    const told = errors.filter((line) => line.startsWith('Answerdesk: '));
    expect(told).toEqual([expect.stringContaining(`${shop.origin} to ANSWERDESK_ALLOWED_ORIGINS`)]);
  });

  it('works on a website that is listed', async () => {
    let origin = '';
    await using shop = await openShop(() => origin);
    const env = { ANSWERDESK_ALLOWED_ORIGINS: shop.origin };
    await using server = await startServer({ env, overrides: { webFolder } });
    origin = server.url;
    await using page = await visit(shop.origin);
    await ask(page, 'Is anybody there?');
    await page.locator('.agent .text').waitFor();
    expect(await status(page).innerText()).toBe('');
  });

  it('says that a message is too long until the customer changes it, and then how long one may be', async () => {
    const env = { ANSWERDESK_MAX_MESSAGE_LENGTH: '20' };
    await using server = await startServer({ env, overrides: { webFolder } });
    await using page = await visit(server.url);
    await page.locator('.launcher').click();
    const comesBack = page.waitForResponse((response) => response.url().endsWith('/events'));
    await ask(page, 'Longer than twenty characters');
    await status(page).filter({ hasText: 'too long' }).waitFor();
    // The connection that follows is fine, and says nothing about the message.
    expect((await comesBack).status()).toBe(200);
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    expect(await status(page).innerText()).toContain('too long');
    expect(await page.locator('textarea').getAttribute('maxlength')).toBe('20');
    await page.locator('textarea').press('Backspace');
    await status(page).filter({ hasText: '20 characters at most' }).waitFor();
    await ask(page, 'Short');
    await page.locator('.actions').waitFor();
    expect(await status(page).innerText()).toBe('');
  });

  it('says that there were too many messages for as long as one of them waits', async () => {
    const env = { ANSWERDESK_MESSAGES_PER_MINUTE: '1' };
    await using server = await startServer({ env, overrides: { webFolder } });
    await using page = await visit(server.url);
    await page.locator('.launcher').click();
    await ask(page, 'First');
    await page.locator('.actions').waitFor();
    await ask(page, 'Second');
    await status(page).filter({ hasText: 'Too many messages' }).waitFor();
    await page.locator('textarea').pressSequentially('Third');
    expect(await status(page).innerText()).toContain('Too many messages');
    expect(await page.locator('.customer .note').innerText()).toBe('Sending…');
  });
});
