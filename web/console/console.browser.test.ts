// The console as a team works with it: the real server, SQLite, a real browser.
import { readFileSync } from 'node:fs';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { defaultTenant, inDefaultTenant } from '#core/tenant.ts';
import { patienceMs } from '#core/testing/patience.ts';
import { describeInBrowser } from '../testing/describe-in-browser.ts';
import { launchChromium } from '../testing/launch-chromium.ts';
import {
  type Agent,
  openTeamDesk,
  password,
  type TeamDesk,
  type VisitOptions,
} from './testing/open-team-desk.ts';

describeInBrowser('the console', () => {
  let browser: Browser;
  let desk: TeamDesk;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    complaints.length = 0;
    desk = await openTeamDesk();
    onTestFinished(async () => {
      await desk[Symbol.asyncDispose]();
      expect(complaints).toEqual([]);
    });
  });

  async function visit(agent: Agent | undefined, options: VisitOptions = {}): Promise<Page> {
    const page = await desk.visit(browser, agent, { ...options, complaints });
    onTestFinished(() => page.context().close());
    return page;
  }
  const findings = async (page: Page) => {
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
    );
  };
  const keepReply = (shortcut: string, text: string) =>
    desk.store.saveCannedReply(defaultTenant, {
      id: shortcut.padEnd(22, '-'),
      shortcut,
      text,
      updatedAt: new Date().toISOString(),
      updatedBy: { id: 'ann', name: 'Ann' },
    });
  const messages = async ({ id }: { id: string }) =>
    (await desk.store.get(inDefaultTenant(id)))?.messages.map(({ author, text }) => `${author}: ${text}`) ??
    [];

  it('brings a customer to one of two agents, whose words reach the customer, and gives them back', async () => {
    const [mia, tom] = [await desk.hire('Mia', 'agent'), await desk.hire('Tom', 'agent')];
    const customer = await desk.customer('Where is my parcel?');
    const path = `/inbox/${customer.id}`;
    const [first, second] = [await visit(mia, { path }), await visit(tom, { path })];
    const take = (page: Page) => page.getByRole('button', { name: 'Take over', exact: true });
    await Promise.all([take(first).waitFor(), take(second).waitFor()]);
    await take(first).click();
    // The other is told without doing anything.
    await second.getByText('Mia is looking after it').first().waitFor();
    await first.getByRole('textbox', { name: /reply/i }).fill('It comes tomorrow.');
    await first.keyboard.press('Control+Enter');
    await expect
      .poll(() => messages(customer), { timeout: patienceMs })
      .toContain('person: It comes tomorrow.');
    await second.getByText('It comes tomorrow.').waitFor();
    // Either side sees that the other one types.
    await customer.types();
    await first.getByText('The customer is writing…').waitFor();
    // While a person is there the assistant is silent.
    await customer.say('Thank you!');
    await first.getByText('Thank you!').first().waitFor();
    expect((await messages(customer)).at(-1)).toBe('customer: Thank you!');
    await first.getByRole('button', { name: 'More' }).click();
    await first.getByRole('menuitem', { name: /give back/i }).click();
    await expect
      .poll(async () => (await desk.store.handling(inDefaultTenant(customer.id)))?.state, {
        timeout: patienceMs,
      })
      .toBe('bot');
  });

  it('puts a canned reply in by keys, and lets nobody send a hole', async () => {
    const mia = await desk.hire('Mia', 'agent');
    await keepReply('bye', 'Goodbye.');
    await keepReply('hello', 'Hello {{customer}}, {{agent}} here.');
    const customer = await desk.customer('Where is my parcel?');
    await desk.cases.act(inDefaultTenant(customer.id), { type: 'take', by: { id: mia.id, name: mia.name } });
    const page = await visit(mia, { path: `/inbox/${customer.id}` });
    const box = page.getByRole('textbox', { name: 'Reply to the customer' });
    await box.pressSequentially('/he');
    await page.getByRole('option', { name: /hello/ }).waitFor();
    expect(await page.getByRole('option').count()).toBe(1);
    await page.keyboard.press('Enter');
    await expect.poll(() => box.inputValue()).toBe('Hello [the customer’s name], Mia here.');
    await page.getByText('Fill in before you send: [the customer’s name]').waitFor();
    await page.keyboard.press('Control+Enter');
    expect(await messages(customer)).not.toContainEqual(expect.stringContaining('person:'));
    await box.fill('Hello Dana, Mia here.');
    await page.keyboard.press('Control+Enter');
    await expect
      .poll(() => messages(customer), { timeout: patienceMs })
      .toContain('person: Hello Dana, Mia here.');
  });

  it('suggests an answer to who took the conversation, and sends it only when they do', async () => {
    const mia = await desk.hire('Mia', 'agent');
    const customer = await desk.customer('Where is my parcel?');
    const page = await visit(mia, { path: `/inbox/${customer.id}` });
    await page.getByRole('button', { name: 'Take over', exact: true }).click();
    await page.locator('.suggestion summary').click();
    const before = await messages(customer);
    await page.getByRole('button', { name: 'Put into the reply' }).click();
    await expect.poll(() => page.locator('.composer textarea').inputValue()).toBe('Hold it.');
    expect(await messages(customer)).toEqual(before);
    await page.getByRole('button', { name: 'Send' }).click();
    await expect.poll(() => messages(customer), { timeout: patienceMs }).toContain('person: Hold it.');
    await page.locator('.suggestion').waitFor({ state: 'detached' });
  });

  it('blocks a visitor until a day, and takes it back on the page of settings', async () => {
    const mia = await desk.hire('Mia', 'agent');
    const customer = await desk.customer('Buy cheap watches');
    const page = await visit(mia, { path: `/inbox/${customer.id}` });
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: /Block/ }).click();
    await page.getByRole('button', { name: 'Block', exact: true }).click();
    await page.getByText(/may not write until/).waitFor();
    await customer.say('Buy more!');
    expect(await messages(customer)).not.toContain('customer: Buy more!');
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('button', { name: /Unblock/ }).click();
    await page.getByText('Nobody is blocked.').waitFor();
    await customer.say('Sorry.');
    expect(await messages(customer)).toContain('customer: Sorry.');
  });

  it('lets an admin set hours, and marks a promised time that is near', async () => {
    const ann = await desk.hire('Ann', 'admin');
    await desk.customer('Where is my parcel?');
    const page = await visit(ann, { path: '/settings' });
    await page.getByLabel('Minutes within which a person answers').fill('1');
    const saved = (title: string) => page.locator('.card', { hasText: title }).getByText('Saved.');
    const save = async (title: string) => {
      await page.locator('.card', { hasText: title }).getByRole('button', { name: 'Save' }).click();
      await saved(title).waitFor();
    };
    await save('Promise to the customer');
    await page.getByText('We have office hours').click();
    await page.getByRole('button', { name: 'Add hours: Sunday' }).click();
    await page.getByLabel('Sunday: Closes').fill('00:00');
    await save('Office hours');
    const { officeHours } = await desk.store.settings(defaultTenant);
    expect(officeHours?.week.sunday).toEqual([{ from: '09:00', to: '24:00' }]);
    expect(officeHours?.week.saturday).toEqual([]);
    await page.getByText('We are always there').click();
    await save('Office hours');
    expect(await desk.store.settings(defaultTenant)).not.toHaveProperty('officeHours');
    // Forty minutes later.
    await page.clock.install({ time: Date.now() + 40 * 60_000 });
    await page.getByRole('link', { name: /Inbox/ }).click();
    await page.locator('.list-row').getByText('overdue').waitFor();
  });

  /** What the system would show, of a page that another window covers. */
  async function watchNotifications(page: Page): Promise<() => Promise<string[]>> {
    await page.evaluate(() => {
      const told: string[] = [];
      class Told {
        static readonly permission = 'granted';
        static readonly requestPermission = async () => 'granted';
        onclick = null;
        constructor(text: string) {
          told.push(text);
        }
        close() {}
      }
      Object.assign(window, { Notification: Told, told });
      document.hasFocus = () => false;
    });
    return () => page.evaluate(() => (window as unknown as { told: string[] }).told);
  }

  it('tells of what is new in the chosen queues, and of nothing else', async () => {
    const mia = await desk.hire('Mia', 'agent');
    const page = await visit(mia, { path: '/account' });
    const told = await watchNotifications(page);
    await page.getByLabel('A notification of the system').check();
    await desk.customer('No person is asked for', { asksForPerson: false });
    await desk.customer('Where is my parcel?');
    await expect.poll(told, { timeout: patienceMs }).toEqual(['New: Waiting']);
    await page.getByLabel('Waiting', { exact: true }).uncheck();
    await page.getByLabel('With the assistant', { exact: true }).check();
    await desk.customer('Just a question', { asksForPerson: false });
    await expect.poll(told, { timeout: patienceMs }).toEqual(['New: Waiting', 'New: With the assistant']);
    desk.cases.promiseIsDue(inDefaultTenant('A'.repeat(22)), new Date().toISOString());
    await expect.poll(told, { timeout: patienceMs }).toContain('A promised answer is due soon');
  });

  it('tells with sound and notification in a tab that nobody has looked at for long, though a request fails there', async () => {
    const mia = await desk.hire('Mia', 'agent');
    const page = await visit(mia, { path: '/account' });
    const told = await watchNotifications(page);
    await page.getByLabel('A sound').check();
    await page.getByLabel('A notification of the system').check();
    // As Chromium treats it: nothing is drawn, timers wait for a second, chains of them for a minute.
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
      Object.defineProperty(document, 'hidden', { get: () => true });
      document.dispatchEvent(new Event('visibilitychange'));
      const later = window.setTimeout;
      let depth = 0;
      const late = (run: () => void, ms = 0) => {
        const own = depth + 1;
        const atDepth = () => {
          depth = own;
          run();
          depth = 0;
        };
        return later(atDepth, Math.max(ms, own < 5 ? 1_000 : 60_000));
      };
      const { createOscillator } = AudioContext.prototype;
      const beeps: number[] = [];
      AudioContext.prototype.createOscillator = function oscillator() {
        beeps.push(performance.now());
        return createOscillator.call(this);
      };
      Object.assign(window, {
        setTimeout: late,
        setInterval: () => 0,
        requestAnimationFrame: () => 0,
        beeps,
      });
    });
    let refused = 0;
    await page.route('**/inbox/counts', (route) => (refused++ === 0 ? route.abort() : route.continue()));
    await desk.customer('Where is my parcel?');
    await expect.poll(told, { timeout: patienceMs }).toEqual(['New: Waiting']);
    expect(refused).toBeGreaterThan(1);
    expect(await page.evaluate(() => (window as unknown as { beeps: number[] }).beeps.length)).toBe(1);
  });

  it('keeps the composer for notes until the conversation is taken over', async () => {
    const mia = await desk.hire('Mia', 'agent');
    const customer = await desk.customer('Where is my parcel?');
    const page = await visit(mia, { path: `/inbox/${customer.id}` });
    await page.locator('textarea').fill('A regular customer.');
    await page.keyboard.press('Control+Enter');
    await page.getByText('A regular customer.').first().waitFor();
    expect(await messages(customer)).not.toContain('person: A regular customer.');
    expect(await desk.store.notes(inDefaultTenant(customer.id))).toMatchObject([
      { text: 'A regular customer.' },
    ]);
  });

  it('signs in with the keyboard alone and says what is wrong without saying which', async () => {
    const mia = await desk.hire('Mia', 'agent');
    const page = await visit(undefined);
    await page.getByLabel('E-mail').waitFor();
    await page.keyboard.type(mia.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type('not the password');
    await page.keyboard.press('Enter');
    await page.getByText('The e-mail address, the password or the code is wrong.').waitFor();
    await page.getByLabel('Password').fill(password);
    await page.keyboard.press('Enter');
    await page
      .getByRole('link', { name: /waiting/i })
      .first()
      .waitFor();
  });

  it('says where the case is in another system, and what did not get there', async () => {
    const ann = await desk.hire('Ann', 'admin');
    const [late, arrived] = [await desk.customer('Is it late?'), await desk.customer('Is it there?')];
    const key = inDefaultTenant(arrived.id);
    const since = new Date().toISOString();
    const there = { id: '123', url: 'https://acme.zendesk.com/agent/tickets/123' };
    await desk.store.saveBridgeCase({
      ...{ key, bridge: 'zendesk', round: 1, state: 'open', since, sentSequence: 1 },
      there,
    });
    await desk.store.addNotice({
      ...{ key: inDefaultTenant(late.id), kind: 'handoff', channel: 'bridge:zendesk' },
      ...{ about: 'x', createdAt: since },
    });
    const [notice] = await desk.store.dueNotices(since, 1);
    await desk.store.noticeFailed(notice!.id, { error: 'Zendesk cannot be reached now (status 500).' });
    const page = await visit(ann, { path: `/inbox/${arrived.id}` });
    const link = page.getByRole('link', { name: 'In Zendesk #123' });
    await link.waitFor();
    expect(await link.getAttribute('href')).toBe(there.url);
    await page.goto(`${desk.url}/console/inbox/${late.id}`);
    await page.getByText(/Not yet in Zendesk: since .* The last attempt failed/).waitFor();
    expect(await findings(page)).toEqual([]);
    await page.goto(`${desk.url}/console/deliveries`);
    await page.getByText('Zendesk cannot be reached now (status 500).').waitFor();
    await page.getByText('Given up').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.getByText('It is tried again now.').waitFor();
    expect(await desk.store.dueNotices(new Date().toISOString(), 1)).toMatchObject([{ id: notice!.id }]);
  });

  it('takes a picture of oneself, shows it to colleagues, and says why it takes no other', async () => {
    const [mia, tom] = [await desk.hire('Mia', 'agent'), await desk.hire('Tom', 'agent')];
    const customer = await desk.customer('Where is my parcel?');
    const by = { id: mia.id, name: mia.name };
    await desk.cases.act(inDefaultTenant(customer.id), { type: 'take', by });
    await desk.cases.reply(inDefaultTenant(customer.id), { messageId: 'reply-000001', text: 'Here.', by });
    const page = await visit(mia, { path: '/account' });
    const choose = (name: string, buffer: Buffer) =>
      page.locator('input[type=file]').setInputFiles({ name, mimeType: 'image/png', buffer });
    await choose('note.png', Buffer.from('no picture'));
    await page.getByText('Send a picture as PNG, JPEG, WebP or GIF.').waitFor();
    await choose(
      'mia.png',
      await sharp({ create: { width: 90, height: 60, channels: 3, background: 'teal' } })
        .png()
        .toBuffer(),
    );
    await page.getByText('Your picture is set.').waitFor();
    const drawn = (face: ReturnType<Page['locator']>) =>
      expect
        .poll(() => face.evaluate((image: HTMLImageElement) => image.naturalWidth), { timeout: patienceMs })
        .toBe(192);
    await drawn(page.locator('.account img.face'));
    expect(await findings(page)).toEqual([]);
    const other = await visit(tom, { path: `/inbox/${customer.id}` });
    await drawn(other.locator('.message.person img.face'));
    expect(await findings(other)).toEqual([]);
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.locator('.account span.face').waitFor();
  });

  it('hides from a role what it may not do', async () => {
    const vic = await desk.hire('Vic', 'viewer');
    await desk.hire('Ann', 'admin');
    const customer = await desk.customer('Where is my parcel?');
    const page = await visit(vic, { path: `/inbox/${customer.id}` });
    await page.locator('.message').first().waitFor();
    expect(await page.getByRole('button', { name: 'Take over' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Users' }).count()).toBe(0);
    await page.goto(`${desk.url}/console/users`);
    await page
      .getByText(/role does not allow/i)
      .first()
      .waitFor();
  });

  it('shows what became of conversations as charts and tables, and gives it to a spreadsheet', async () => {
    const vic = await desk.hire('Vic', 'viewer');
    const customer = await desk.customer('Where is my parcel?');
    await desk.customer('How do I begin?', { asksForPerson: false });
    const by = { id: 'mia', name: 'Mia' };
    await desk.cases.act(inDefaultTenant(customer.id), { type: 'take', by });
    await desk.cases.reply(inDefaultTenant(customer.id), { messageId: 'reply-000001', text: 'Here.', by });
    const page = await visit(vic);
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(request.url()));
    const begun = page.locator('.chart', { hasText: 'Conversations that began' });
    await page.getByRole('link', { name: 'Figures' }).click();
    await begun.locator('canvas').waitFor();
    expect(loaded.some((address) => address.includes('later-figures-page'))).toBe(true);
    expect(await page.locator('.tiles').textContent()).toContain('Without a person50%');
    await begun.locator('summary').click();
    expect(await begun.locator('tbody tr').last().locator('td').allInnerTexts()).toEqual(['1', '1']);
    await page.getByRole('link', { name: '7 days' }).click();
    await expect.poll(() => begun.locator('tbody tr').count(), { timeout: patienceMs }).toBe(7);
    expect(page.url()).toContain('days=7');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download as CSV' }).click(),
    ]);
    const lines = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(8);
    expect(lines[0]).toContain('"Conversations that began: With a person"');
    expect(await findings(page)).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('has no axe finding on any page (%s)', async (colorScheme) => {
    const ann = await desk.hire('Ann', 'admin');
    const customer = await desk.customer('Where is my parcel?', { email: 'dana@example.com' });
    await keepReply('hello', 'Hello {{customer}}, {{agent}} here.');
    const page = await visit(ann, { colorScheme });
    await page.locator('.list-row').first().waitFor();
    expect(await findings(page)).toEqual([]);
    for (const path of [
      `inbox/${customer.id}`,
      'figures',
      'users',
      'api-keys',
      'canned-replies',
      'settings',
      'deliveries',
      'audit',
      'account',
    ]) {
      await page.goto(`${desk.url}/console/${path}`);
      await page.locator('h1, h2').first().waitFor();
      expect([path, await findings(page)]).toEqual([path, []]);
    }
    await page.goto(`${desk.url}/console/settings`);
    await page.getByText('We have office hours').click();
    await page.getByLabel('Time zone').waitFor();
    expect(['office hours', await findings(page)]).toEqual(['office hours', []]);
    await desk.cases.act(inDefaultTenant(customer.id), { type: 'take', by: { id: ann.id, name: ann.name } });
    await page.goto(`${desk.url}/console/inbox/${customer.id}`);
    await page.locator('.suggestion summary').click();
    await page.locator('.composer textarea').fill('/');
    await page.getByRole('option').first().waitFor();
    expect(['picker', await findings(page)]).toEqual(['picker', []]);
    const door = await visit(undefined, { colorScheme });
    await door.getByLabel('E-mail').waitFor();
    expect(await findings(door)).toEqual([]);
  });

  it('draws a screenful of ten thousand conversations, not all of them', async () => {
    const ann = await desk.hire('Ann', 'admin');
    await desk.customer('The first one');
    // Copies of its row: a thousand customers a second would take longer than the page.
    const item = (
      await desk.store.inbox({ tenantId: inDefaultTenant('').tenantId, view: 'all', personId: '', limit: 1 })
    ).items[0]!;
    const page = await visit(ann, { path: '/account' });
    await page.route('**/api/v1/inbox?*', (route) => {
      const after = Number(new URL(route.request().url()).searchParams.get('after') ?? 0);
      const items = Array.from({ length: 50 }, (_, index) => ({
        ...item,
        conversationId: `c${String(after + index).padStart(21, '0')}`,
      }));
      return route.fulfill({ json: { items, ...(after < 9_950 ? { next: String(after + 50) } : {}) } });
    });
    await page.goto(`${desk.url}/console/inbox?view=all`);
    await page.locator('.list-row').first().waitFor();
    expect(await page.locator('.list-row').count()).toBeLessThanOrEqual(100);
  });
});
