// The page for signing in, where the team has an identity provider.

import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { patienceMs } from '#core/testing/patience.ts';
import { openTeam } from '#server/testing/open-team.ts';
import { describeInBrowser } from '../../testing/describe-in-browser.ts';
import { launchChromium } from '../../testing/launch-chromium.ts';

const provider = {
  name: 'Acme',
  logout: false,
  start: async () => ({ url: '/console/account#elsewhere', ticket: 'A'.repeat(22) }),
  finish: () => Promise.reject(new Error('Nobody comes back.')),
  confirm: async () => undefined,
  logoutUrl: async () => undefined,
};

describeInBrowser('the page for signing in', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  async function open(passwords: boolean, path: string): Promise<Page> {
    const desk = await openTeam({
      team: { signIn: { passwords, provider } },
      overrides: { webFolder: join(import.meta.dirname, '../../../dist/web') },
    });
    const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce' });
    onTestFinished(async () => {
      await context.close();
      await desk[Symbol.asyncDispose]();
    });
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    await page.goto(`${desk.url}/console${path}`);
    return page;
  }
  const findings = async (page: Page) => {
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
    return violations.map(({ id }) => id);
  };

  it('leads to the provider, by a button beside the form', async () => {
    const page = await open(true, '/users');
    await page.getByLabel('E-mail').waitFor();
    const button = page.getByRole('link', { name: 'Sign in with Acme' });
    expect(await button.getAttribute('href')).toBe('/api/v1/sign-in/start?returnTo=%2Fconsole%2Fusers');
    expect(await findings(page)).toEqual([]);
    await button.click();
    await page.waitForURL('**/console/account#elsewhere');
  });

  it('has no form where passwords are off, and says why the last try failed', async () => {
    const page = await open(false, '/inbox#sign-in-refused');
    await page.getByText(/You are known there, but have no account here/).waitFor();
    await page.getByRole('link', { name: 'Sign in with Acme' }).waitFor();
    expect(await page.getByLabel('Password').count()).toBe(0);
    expect(await findings(page)).toEqual([]);
  });
});
