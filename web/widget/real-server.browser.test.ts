// biome-ignore-all lint/performance/useDomNodeTextContent: these innerText are Playwright's, the text as it is seen.
// Everything at once, as a customer meets it: the real server with the sample company, its demo page in a real browser, a model
// server behind it, and a `kill -9` in the middle of an answer.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Conversation } from '#core/conversation.ts';
import type { JournalEntry } from '#core/events.ts';
import { patienceMs } from '#core/testing/patience.ts';
import { describeInBrowser } from '../testing/describe-in-browser.ts';
import { launchChromium } from '../testing/launch-chromium.ts';
import { openScriptedModel, type ScriptedModel } from '../testing/scripted-model.ts';

const root = join(import.meta.dirname, '../..');
const question = 'What do two red flashes on my thermostat mean?';
// Sentences of the article, for no other passes the guard. It marks each with the passage that holds it, whatever the model marked.
const short = 'The ring sleeps most of the time [1]. Errors are still shown [1].';
const long = [
  'The ring sleeps most of the time [1].',
  'It wakes when you come near, when the heating changes, or when it wants something [1].',
  'To turn the ring off at night, go to Settings → Display → Ring → Quiet hours [1].',
  'Errors are still shown [1].',
  'If both are orange and the radiators are cold, look at the boiler [1].',
  'If the ring is orange but the receiver stays white for more than two minutes, the demand is not reaching it [1].',
].join('\n\n');

const unmarked = (text: string) => text.replaceAll(/\[\d\]/g, '[]');

describeInBrowser('the real server in a real browser', () => {
  let folder: string;
  let model: ScriptedModel;
  let browser: Browser;
  let server: ChildProcess;
  let url: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'answerdesk-web-'));
    [model, browser] = await Promise.all([
      openScriptedModel(),
      launchChromium(),
      promisify(execFile)(
        process.execPath,
        ['cli/main.ts', 'ingest', 'data/knowledge', '--source', 'sample'],
        {
          cwd: root,
          env: environment(),
        },
      ),
    ]);
    url = await start('0');
  });

  afterAll(async () => {
    await kill();
    await browser?.close();
    await model?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(() => {
    Object.assign(model, { text: short, delayMs: 0, holdAt: Number.POSITIVE_INFINITY, down: false });
    complaints.length = 0;
  });

  const environment = () => ({ PATH: process.env.PATH, ANSWERDESK_DATA_DIR: join(folder, 'var') });

  /** Gives the address once the server says that it is ready. */
  async function start(port: string): Promise<string> {
    server = spawn(process.execPath, ['cli/main.ts', 'start'], {
      cwd: root,
      env: {
        ...environment(),
        ANSWERDESK_PORT: port,
        ANSWERDESK_CHAT_MODEL: 'openai:scripted',
        ANSWERDESK_CHAT_BASE_URL: model.baseUrl,
        // What is looked at here is the model's words, however busy the machine is.
        ANSWERDESK_CHAT_QUOTE_AFTER_MS: '600000',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    for await (const text of server.stderr!.setEncoding('utf8')) {
      said += text;
      const ready = /ready: (http:\S+)/.exec(said)?.[1];
      if (ready) return ready;
    }
    throw new Error(`The server did not start: ${said}`);
  }

  async function kill(): Promise<void> {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    if (server.exitCode === null && server.kill('SIGKILL')) await ended;
  }

  async function visit(): Promise<Page & AsyncDisposable> {
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security|Trusted|Refused/i.test(message.text())) complaints.push(message.text());
    });
    await page.goto(url);
    return Object.assign(page, { [Symbol.asyncDispose]: () => context.close() });
  }

  async function ask(page: Page, text: string): Promise<void> {
    await page.locator('.launcher').click();
    await page.locator('textarea').fill(text);
    await page.keyboard.press('Enter');
  }

  const finished = (page: Page) => page.locator('.actions').waitFor();

  /** What the server keeps of the conversation that the page is in. */
  async function kept(page: Page): Promise<{ conversation: Conversation; entries: JournalEntry[] }> {
    const stored = await page.evaluate(() => Object.values({ ...sessionStorage })[0] as string);
    const { id, token } = JSON.parse(stored).session;
    const init = { headers: { authorization: `Bearer ${token}` } };
    const conversation = (await (await fetch(`${url}/api/conversations/${id}`, init)).json()) as Conversation;
    const stream = await fetch(`${url}/api/conversations/${id}/events`, init);
    const entries: JournalEntry[] = [];
    let text = '';
    for await (const piece of stream.body!.pipeThrough(new TextDecoderStream())) {
      text += piece;
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data) entries.push(JSON.parse(data));
      }
      if (entries.at(-1)?.event.type === 'answer-end') break;
    }
    return { conversation, entries };
  }

  it('shows a cited answer with the passage that it rests on', async () => {
    await using page = await visit();
    await ask(page, question);
    await finished(page);
    expect(await page.locator('.agent .text').innerText()).toMatch(
      /^The ring sleeps most of the time \d\. Errors are still shown \d\.$/,
    );
    await page.locator('.cite').first().click();
    const source = page.locator('details[open]');
    expect((await source.locator('blockquote').allInnerTexts()).join('\n')).toMatch(/red/i);
    expect(await source.locator('.passage > div > a').first().getAttribute('href')).toMatch(/\/help\//);
    expect(complaints).toEqual([]);
  });

  it('answers from the articles themselves when the model server is down', async () => {
    model.down = true;
    await using page = await visit();
    await ask(page, question);
    await finished(page);
    const { conversation } = await kept(page);
    expect(conversation.messages.at(-1)).toMatchObject({
      decision: 'answer',
      model: { name: 'extractive', fallback: true },
    });
    expect(await page.locator('.agent .text').innerText()).toMatch(/red/i);
    expect(await page.locator('.cite').count()).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  it('finishes its sentence after the server was killed in the middle of it, without a lost or doubled character', async () => {
    Object.assign(model, { text: long, delayMs: 40, holdAt: long.length / 2 });
    await using page = await visit();
    await ask(page, question);
    // Every text that a customer gets to see, as it grows.
    await page.locator('.agent .text p').first().waitFor();
    await page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      const chat = document.querySelector('answerdesk-chat')?.shadowRoot;
      const look = () => seen.push(chat?.querySelector('.agent .text')?.textContent ?? '');
      look();
      new MutationObserver(look).observe(chat!, { subtree: true, childList: true, characterData: true });
    });
    await page.locator('.agent .text p').nth(1).waitFor();
    await kill();
    model.holdAt = Number.POSITIVE_INFINITY;
    await page.locator('.status', { hasText: 'No connection' }).waitFor();
    expect(await page.locator('.agent .text p').count()).toBeLessThan(6);
    expect(await start(new URL(url).port)).toBe(url);
    await finished(page);

    const { conversation, entries } = await kept(page);
    expect(conversation.messages.map(({ author }) => author)).toEqual(['customer', 'bot']);
    const said = conversation.messages[1]!;
    expect(unmarked(said.text)).toBe(unmarked(long));
    expect(said).toMatchObject({ model: { name: 'openai:scripted' } });
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1));
    expect(entries.filter(({ event }) => event.type === 'answer-start')).toHaveLength(1);
    const deltas = entries.map(({ event }) => (event.type === 'answer-delta' ? event.text : ''));
    expect(deltas.join('')).toBe(said.text);

    const shown = (await page.locator('.agent .text p').allInnerTexts()).join('\n\n');
    expect(shown).toBe(said.text.replace(/\[(\d)\]/g, '$1'));
    const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
    const growing = seen.map((text) => text.replace(/\s/g, ''));
    expect(growing.length).toBeGreaterThan(4);
    for (const [index, text] of growing.entries()) {
      expect(growing.at(-1)?.startsWith(text), text).toBe(true);
      expect(text.length).toBeGreaterThanOrEqual(growing[index - 1]?.length ?? 0);
    }
  });
});
