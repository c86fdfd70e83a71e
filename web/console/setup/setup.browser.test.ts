// The first start as whoever installs it sees it: the program on a terminal, the link that it prints, and everything behind that link.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { patienceMs } from '#core/testing/patience.ts';
import { describeInBrowser } from '../../testing/describe-in-browser.ts';
import { launchChromium } from '../../testing/launch-chromium.ts';

const root = join(import.meta.dirname, '../../..');
/** Of util-linux: gives a program a terminal. */
const terminal = ['/usr/bin/script', '/bin/script'].find((path) => existsSync(path));

interface Started {
  readonly said: () => string;
  until(pattern: RegExp): Promise<string>;
}

function start(dataDir: string, { onTerminal = true } = {}): Started {
  const program = [process.execPath, join(root, 'cli/main.ts'), 'start'];
  const [command, ...args] = onTerminal
    ? [terminal!, '-qefc', program.map((part) => `'${part}'`).join(' '), '/dev/null']
    : program;
  const child: ChildProcess = spawn(command!, args, {
    cwd: dataDir,
    env: { PATH: process.env.PATH, ANSWERDESK_DATA_DIR: join(dataDir, 'var'), ANSWERDESK_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text) => (said += text));
  onTestFinished(() => {
    // The terminal and what runs on it.
    process.kill(-child.pid!, 'SIGKILL');
  });
  return {
    said: () => said,
    async until(pattern) {
      await expect.poll(() => said, { timeout: patienceMs }).toMatch(pattern);
      return pattern.exec(said)![1]!;
    },
  };
}

describeInBrowser('the set-up', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  function folder(): string {
    const made = mkdtempSync(join(tmpdir(), 'answerdesk-setup-'));
    onTestFinished(() => rmSync(made, { recursive: true, force: true, maxRetries: 5 }));
    return made;
  }
  async function open(address: string, complaints: string[]): Promise<Page> {
    const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce' });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security|Refused|React/i.test(message.text())) complaints.push(message.text());
    });
    await page.goto(address);
    return page;
  }
  const findings = async (page: Page) => {
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  };
  const picture = async (page: Page, name: string) => {
    const to = process.env.TEST_PICTURES;
    if (!to) return;
    for (const colorScheme of ['light', 'dark'] as const)
      for (const [size, width, height] of [
        ['desktop', 1280, 900],
        ['phone', 390, 844],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height });
        await page.screenshot({ path: join(to, `${name}-${colorScheme}-${size}.png`) });
      }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 900 });
  };

  it.skipIf(!terminal)('leads from the terminal to an answer from the team’s own article', async () => {
    const complaints: string[] = [];
    const desk = start(folder());
    const link = await desk.until(/(http:\S+\/console\/setup#[\w-]{44})/);
    const page = await open(link, complaints);
    await page.getByLabel('Name of your help desk').fill('Acme <Help> & "Co"');
    expect(page.url()).not.toContain('#');
    await page.getByLabel('Your name').fill('Ann');
    await page.getByLabel('E-mail').fill('ann@example.com');
    await page.getByLabel('Password').fill('short');
    await page.getByRole('button', { name: 'Make the account' }).click();
    await page.getByText('The password needs at least 12 characters.').waitFor();
    expect(await findings(page)).toEqual([]);
    await picture(page, 'admin');
    await page.getByLabel('Password').fill('three blue kettles');
    await page.getByRole('button', { name: 'Make the account' }).click();
    await page.getByRole('heading', { name: 'Set up Acme <Help> & "Co"' }).waitFor();
    await picture(page, 'steps');

    await page.getByLabel(/^Files/).setInputFiles([
      {
        name: 'reset.md',
        mimeType: 'text/markdown',
        buffer: Buffer.from(
          '# Reset the kettle\n\nHold the blue button for ten seconds until the lamp blinks twice.\n',
        ),
      },
      {
        name: 'Return it.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from('Return a kettle\n\nYou can return a kettle within 40 days.\n'),
      },
    ]);
    await page.getByRole('button', { name: 'Remove: Return it.txt' }).waitFor();
    await page.getByRole('button', { name: 'Read the files' }).click();
    await page.getByText(/^Done: 2 articles new or changed/).waitFor();
    await page.getByLabel('Question').fill('How do I reset the kettle?');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page
      .getByText(/Hold the blue button for ten seconds/)
      .first()
      .waitFor();
    await page.getByText('[1] Reset the kettle').waitFor();
    expect(await findings(page)).toEqual([]);
    await picture(page, 'done');
    const snippet = page.getByLabel('Line to copy');
    expect(await snippet.inputValue()).toContain('data-title="Acme &#60;Help&#62; &#38; &#34;Co&#34;"');

    // What fails is told, and changes nothing.
    await page.getByLabel('Address of your help centre').fill('http://127.0.0.1:9/');
    await page.getByRole('button', { name: 'Read the website' }).click();
    await page.locator('.bad').first().waitFor();
    await page.getByText('uploads', { exact: true }).waitFor();

    // The customers' page is the team's own.
    const { origin } = new URL(link);
    const customers = await open(origin, complaints);
    await customers.getByRole('heading', { name: 'Ask Acme <Help> & "Co"' }).waitFor();
    expect(await customers.content()).not.toContain('Pellworth');
    expect(await findings(customers)).toEqual([]);
    await picture(customers, 'customers');
    await customers.goto(`${origin}/help/`);
    await customers.getByRole('heading', { name: 'There is no page here' }).waitFor();
    expect(await customers.content()).not.toContain('Pellworth');

    // The link has gone with its use.
    const late = await open(link, complaints);
    await late.getByText(/used already or is too old/).waitFor();
    expect(await findings(late)).toEqual([]);
    await picture(late, 'late');
    expect(complaints).toEqual([]);
  });

  it('prints no link where output is kept, and says how to make the first admin', async () => {
    const desk = start(folder(), { onTerminal: false });
    await desk.until(/(answerdesk users create-admin EMAIL)/);
    expect(desk.said()).not.toContain('/console/setup');
  });
});
