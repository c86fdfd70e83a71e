// The page about the interface, as somebody reads it.
import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { patienceMs } from '#core/testing/patience.ts';
import { openTeam } from '#server/testing/open-team.ts';
import { describeInBrowser } from '../testing/describe-in-browser.ts';
import { launchChromium } from '../testing/launch-chromium.ts';

describeInBrowser('the page about the interface', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  it.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('has no axe finding and fits the screen (%s, %i pixels wide)', async (colorScheme, width) => {
    const desk = await openTeam();
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 844 } });
    onTestFinished(async () => {
      await context.close();
      await desk[Symbol.asyncDispose]();
    });
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    await page.goto(`${desk.url}/api/`);
    await page.getByRole('heading', { name: 'Webhooks' }).waitFor();
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    const to = process.env.TEST_PICTURES;
    if (to) {
      await page.screenshot({ path: `${to}/api-${colorScheme}-top.png` });
      await page.locator('article').nth(2).scrollIntoViewIfNeeded();
      await page.screenshot({ path: `${to}/api-${colorScheme}.png` });
    }
  });
});
