// The console as a team works with it: the real server, SQLite, a real browser.
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { inDefaultTenant } from '#core/tenant.ts';
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

  it.each(['light', 'dark'] as const)('has no axe finding on any page (%s)', async (colorScheme) => {
    const ann = await desk.hire('Ann', 'admin');
    const customer = await desk.customer('Where is my parcel?', { email: 'dana@example.com' });
    const page = await visit(ann, { colorScheme });
    await page.locator('.list-row').first().waitFor();
    expect(await findings(page)).toEqual([]);
    for (const path of [`inbox/${customer.id}`, 'users', 'api-keys', 'deliveries', 'audit', 'account']) {
      await page.goto(`${desk.url}/console/${path}`);
      await page.locator('h1, h2').first().waitFor();
      expect([path, await findings(page)]).toEqual([path, []]);
    }
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
