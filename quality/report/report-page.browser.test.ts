// The page of the data report in a browser: readable by everybody, in both themes, on a phone and on a desk.
import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser } from '../../web/testing/describe-in-browser.ts';
import { launchChromium } from '../../web/testing/launch-chromium.ts';
import { fullReport } from '../testing/full-report.ts';
import { toReportPage } from './report-page.ts';

describeInBrowser('the page of the data report', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  it.each([
    ['light', 1200],
    ['dark', 1200],
    ['light', 390],
    ['dark', 390],
  ] as const)('has no axe finding and does not run over the edge (%s, %d px)', async (colorScheme, width) => {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 844 }, bypassCSP: true });
    await page.setContent(toReportPage(fullReport));
    await page.evaluate(`for (const details of document.querySelectorAll('details')) details.open = true`);
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await page.close();
  });
});
