// What every TeamStore must do. Each implementation's test calls this.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Block, blockOf, type CannedReply, defaultSettings, type TeamStore } from '#core/team.ts';
import { defaultTenant, inDefaultTenant, type TenantId } from '#core/tenant.ts';

export function describeTeamStore(
  name: string,
  open: () => Promise<TeamStore & { close(): Promise<void> }>,
): void {
  describe(`${name} as a TeamStore`, () => {
    const mia = { id: 'mia', name: 'Mia' };
    const other = 'other' as TenantId;
    let store: Awaited<ReturnType<typeof open>>;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const reply = (id: string, shortcut: string, text = 'Hello {{customer}}'): CannedReply => ({
      id,
      shortcut,
      text,
      updatedAt: '2026-01-01T00:00:00.000Z',
      updatedBy: mia,
    });
    const block = (id: string, conversationId: string, rest: Partial<Block> = {}): Block => ({
      id,
      conversationId,
      createdAt: '2026-01-01T00:00:00.000Z',
      until: '2026-01-02T00:00:00.000Z',
      by: mia,
      ...rest,
    });
    const now = '2026-01-01T12:00:00.000Z';

    it('keeps what a team has set, and nothing for a team that has not', async () => {
      expect(await store.settings(defaultTenant)).toEqual(defaultSettings);
      const settings = { company: 'Pumps', assignment: 'least-busy', replyWithinMinutes: 30 } as const;
      await store.saveSettings(defaultTenant, defaultSettings);
      await store.saveSettings(defaultTenant, settings);
      expect(await store.settings(defaultTenant)).toEqual(settings);
      expect(await store.settings(other)).toEqual(defaultSettings);
    });

    it('keeps canned replies by their shortcut, one of each', async () => {
      await store.saveCannedReply(defaultTenant, reply('two', 'thanks'));
      await store.saveCannedReply(defaultTenant, reply('one', 'hello'));
      await store.saveCannedReply(defaultTenant, reply('one', 'hi', 'Hi'));
      await store.saveCannedReply(other, reply('one', 'thanks'));
      expect(await store.cannedReplies(defaultTenant)).toEqual([
        reply('one', 'hi', 'Hi'),
        reply('two', 'thanks'),
      ]);
      await expect(store.saveCannedReply(defaultTenant, reply('one', 'thanks'))).rejects.toMatchObject({
        code: 'conflict',
      });
      expect(await store.removeCannedReply(defaultTenant, 'one')).toBe(true);
      expect(await store.removeCannedReply(defaultTenant, 'one')).toBe(false);
      expect(await store.cannedReplies(other)).toHaveLength(1);
    });

    it('keeps a block until it ends or is taken back, one of a conversation', async () => {
      const visitorHash = new Uint8Array([1, 2, 3]);
      await store.block(defaultTenant, block('a', 'first'));
      await store.block(defaultTenant, block('b', 'second', { visitorHash }));
      await store.block(defaultTenant, block('c', 'first', { createdAt: now, until: '2026-03-01' }));
      const blocks = await store.blocks(defaultTenant, now);
      expect(blocks.map(({ id }) => id)).toEqual(['c', 'b']);
      const found = (id: string, hash?: Uint8Array) => blockOf(blocks, inDefaultTenant(id), hash)?.id;
      expect([found('first'), found('third'), found('third', new Uint8Array([1, 2, 3]))]).toEqual([
        'c',
        undefined,
        'b',
      ]);
      expect(found('third', new Uint8Array([1, 2]))).toBeUndefined();
      expect(await store.blocks(defaultTenant, '2026-02-01')).toHaveLength(1);
      expect(await store.blocks(other, now)).toEqual([]);
      expect(await store.unblock(other, 'b')).toBe(false);
      expect(await store.unblock(defaultTenant, 'b')).toBe(true);
      expect(await store.unblock(defaultTenant, 'b')).toBe(false);
      expect((await store.blocks(defaultTenant, now)).map(({ id }) => id)).toEqual(['c']);
    });
  });
}
