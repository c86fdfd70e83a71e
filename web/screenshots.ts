// Pictures of the widget on the demo page of a running server: `npm run screenshots -- URL FOLDER`. Needs Chromium.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { launchChromium } from './testing/launch-chromium.ts';

const [address = 'http://localhost:3000', folder = 'docs/images'] = process.argv.slice(2);
const question = 'What do two red flashes on my thermostat mean?';
const screens: Record<string, BrowserContextOptions> = {
  widget: { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2 },
  'widget-dark': { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2, colorScheme: 'dark' },
  'widget-phone': {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
  },
};

mkdirSync(folder, { recursive: true });
const browser = await launchChromium();
try {
  for (const [name, options] of Object.entries(screens)) {
    const page = await browser.newPage({ ...options, reducedMotion: 'reduce' });
    await page.goto(address);
    await page.locator('.launcher').click();
    await page.locator('textarea').fill(question);
    await page.keyboard.press('Enter');
    await page.locator('.actions').waitFor();
    await page.locator('.cite').first().click();
    await page.mouse.move(0, 0);
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
}
