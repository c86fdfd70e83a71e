import { describe, expect, it } from 'vitest';
import { createSetupLink } from './setup-link.ts';

const refused = { code: 'not-found' };

function open() {
  const state = { hasAdmin: false, now: new Date('2026-01-01T10:00:00.000Z') };
  const link = createSetupLink({ hasAdmin: async () => state.hasAdmin, now: () => state.now });
  return { state, ...link };
}

describe('the link of the set-up', () => {
  it('works once', async () => {
    const { token, check, use } = open();
    await check(token);
    expect(await use(token, async () => 'made')).toBe('made');
    await expect(check(token)).rejects.toMatchObject(refused);
    await expect(use(token, async () => 'again')).rejects.toMatchObject(refused);
  });

  it('gives one of two at once the account', async () => {
    const { token, use } = open();
    const both = await Promise.allSettled([use(token, async () => 1), use(token, async () => 2)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('is there again when the account could not be made', async () => {
    const { token, use } = open();
    const fails = use(token, () => Promise.reject(new Error('The password is too short.')));
    await expect(fails).rejects.toThrow('too short');
    expect(await use(token, async () => 'made')).toBe('made');
  });

  it('has gone after an hour, with any admin, and for any other token', async () => {
    const late = open();
    late.state.now = new Date('2026-01-01T11:00:01.000Z');
    await expect(late.check(late.token)).rejects.toMatchObject(refused);
    const taken = open();
    taken.state.hasAdmin = true;
    await expect(taken.check(taken.token)).rejects.toMatchObject(refused);
    const { check } = open();
    await expect(check(open().token)).rejects.toMatchObject(refused);
  });
});
