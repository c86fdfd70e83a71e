import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openCustomerDesk } from './testing/open-customer-desk.ts';

const password = 'three blue kettles';
// biome-ignore lint/suspicious/noExplicitAny: bodies of many routes, each looked at by its test
const json = async (response: Response) => (await response.json()) as any;

async function photo(width = 400, height = 300): Promise<Uint8Array<ArrayBuffer>> {
  const red = sharp({ create: { width, height, channels: 3, background: 'red' } });
  return new Uint8Array(
    await red
      .withExif({ IFD0: { Make: 'canary-camera' } })
      .jpeg()
      .toBuffer(),
  );
}

async function open() {
  const desk = await openCustomerDesk();
  onTestFinished(() => desk[Symbol.asyncDispose]());
  async function hire(name: string, email = `${name.toLowerCase()}@example.com`) {
    const { user, token } = await desk.accounts.invite('system', { email, name, role: 'agent' });
    await desk.accounts.setPassword(token, password);
    const signedIn = await desk.accounts.signIn({ email, password });
    if (signedIn.result !== 'signed-in') throw new Error('This account needs a code.');
    const call = (path: string, init: RequestInit = {}) =>
      fetch(`${desk.url}/api/v1${path}`, {
        ...init,
        headers: { cookie: `answerdesk_session=${signedIn.token}` },
      });
    const show = (body: Uint8Array<ArrayBuffer>) => call('/me/picture', { method: 'PUT', body });
    const picture = async (): Promise<string | undefined> => (await json(await call('/me'))).account.picture;
    return { user, by: { id: user.id, name }, call, show, picture };
  }
  return { ...desk, hire };
}

describe('a picture of somebody of the team', () => {
  it('is made small, square and anew, and shown to colleagues under a name of its own', async () => {
    const { hire, accounts } = await open();
    const [mia, tom] = [await hire('Mia'), await hire('Tom')];
    expect(await mia.picture()).toBeUndefined();
    expect((await mia.show(await photo())).status).toBe(204);
    const first = (await mia.picture())!;
    expect(
      (await json(await tom.call('/people'))).find(({ name }: { name: string }) => name === 'Mia'),
    ).toMatchObject({
      picture: first,
    });
    const shown = await tom.call(`/people/pictures/${first}`);
    expect(shown.headers.get('content-type')).toBe('image/webp');
    expect(shown.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    const bytes = Buffer.from(await shown.arrayBuffer());
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 192, height: 192 });
    expect(bytes.includes('canary')).toBe(false);
    await mia.show(await photo(20, 30));
    const second = (await mia.picture())!;
    expect(second).not.toBe(first);
    // Of the one before nothing is left.
    expect((await tom.call(`/people/pictures/${first}`)).status).toBe(404);
    expect((await mia.call('/me/picture', { method: 'DELETE' })).status).toBe(204);
    expect(await mia.picture()).toBeUndefined();
    expect((await tom.call(`/people/pictures/${second}`)).status).toBe(404);
    const log = await accounts.auditLog(mia.user.tenantId, { limit: 3 });
    expect(log.map(({ action }) => action)).toEqual([
      'user.picture-removed',
      'user.picture-set',
      'user.picture-set',
    ]);
  });

  it('is refused when it is none or too large, and the one before stays', async () => {
    const { hire } = await open();
    const mia = await hire('Mia');
    await mia.show(await photo());
    const before = await mia.picture();
    const svg = new Uint8Array(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'));
    for (const wrong of [svg, new Uint8Array(), new Uint8Array(9 * 1024 * 1024)])
      expect((await mia.show(wrong)).status).toBe(422);
    expect(await mia.picture()).toBe(before);
  });

  it('is shown to the customers who talk to that person, and to no others', async () => {
    const { hire, customer, cases, accounts } = await open();
    const [mia, tom] = [await hire('Mia'), await hire('Tom')];
    await mia.show(await photo());
    await tom.show(await photo());
    const [dana, other] = [await customer(), await customer()];
    const people = async () => (await json(await dana.call('/people'))).people;
    await dana.say('Where is it?');
    expect(await people()).toEqual([]);
    await dana.call('/handoff', {});
    await cases.act(dana.key, { type: 'take', by: mia.by });
    const [{ name, picture }] = await people();
    expect([name, picture]).toEqual(['Mia', await mia.picture()]);
    const shown = await dana.call(`/people/${picture}`);
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/webp']);
    expect((await dana.call(`/people/${await tom.picture()}`)).status).toBe(404);
    expect((await other.call(`/people/${picture}`)).status).toBe(404);
    // What she wrote stays hers when somebody else goes on.
    await cases.reply(dana.key, { messageId: 'reply-01', text: 'Here.', by: mia.by });
    await cases.act(dana.key, { type: 'take', by: tom.by, overrides: true });
    expect((await people()).map((one: { name: string }) => one.name)).toEqual(['Mia', 'Tom']);
    // Which of two it was, nobody can tell; and who has left is not shown.
    await hire('Mia', 'another-mia@example.com');
    await accounts.invite('system', { email: 'ann@example.com', name: 'Ann', role: 'admin' });
    await accounts.updateUser('system', tom.user.id, { disabled: true });
    expect(await people()).toEqual([]);
  });
});
