// What every InboxStore must do, beside the ConversationStore that it shares its conversations with.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeHandling, type HandlingAction, type Person } from '#core/handling.ts';
import type { InboxStore, InboxView } from '#core/inbox.ts';
import type { ConversationStore } from '#core/stores.ts';
import { type ConversationKey, defaultTenant, type TenantId } from '#core/tenant.ts';

export interface OpenInboxStore {
  readonly now: () => Date;
}

export function describeInboxStore(
  name: string,
  open: (options: OpenInboxStore) => Promise<ConversationStore & InboxStore>,
): void {
  describe(`${name} as an InboxStore`, () => {
    const mia: Person = { id: 'mia', name: 'Mia' };
    const tom: Person = { id: 'tom', name: 'Tom' };
    let minute = 0;
    let store: ConversationStore & InboxStore;
    /** Each look at the clock is a minute later. */
    const now = () => new Date(Date.UTC(2026, 0, 1, 0, minute++));
    beforeEach(async () => {
      minute = 0;
      store = await open({ now });
    });
    afterEach(() => store.close());

    const newConversation = async (text = 'Hello', tenantId = defaultTenant): Promise<ConversationKey> => {
      const key = { tenantId, conversationId: (await store.create(tenantId)).conversation.id };
      const message = { id: `m-${key.conversationId}`, author: 'customer', text, createdAt: '' } as const;
      await store.addMessage(key, message, `a-${key.conversationId}`);
      return key;
    };
    const act = (key: ConversationKey, ...actions: HandlingAction[]) =>
      store.changeHandling(key, (current) => ({
        handling: actions.reduce(
          (handling, action) => changeHandling(handling, action, now().toISOString()),
          current,
        ),
      }));
    const waiting = async (text?: string, reason: 'unanswered' | 'danger' = 'unanswered') => {
      const key = await newConversation(text);
      await store.recordHandoff(key, { reason });
      return key;
    };
    const list = async (view: InboxView, options: { search?: string; after?: string; limit?: number } = {}) =>
      store.inbox({ tenantId: defaultTenant, view, personId: mia.id, limit: 10, ...options });
    const ids = async (view: InboxView, search?: string) =>
      (await list(view, search ? { search } : {})).items.map(({ conversationId }) => conversationId);

    it('lists each conversation in the views that it belongs to, and counts the same', async () => {
      const bot = await newConversation();
      const queued = await waiting();
      const own = await waiting();
      const assigned = await waiting();
      const toms = await waiting();
      const snoozed = await waiting();
      const done = await waiting();
      await store.create(defaultTenant);
      await act(own, { type: 'take', by: mia });
      await act(assigned, { type: 'assign', by: tom, to: mia });
      await act(toms, { type: 'take', by: tom });
      await act(snoozed, { type: 'snooze', by: mia, until: '2030-01-01T00:00:00.000Z' });
      await act(done, { type: 'resolve', by: mia });
      await store.markSeen(toms, 1);
      const named = { bot, queued, own, assigned, toms, snoozed, done };
      const expected: Record<InboxView, (keyof typeof named)[]> = {
        waiting: ['queued', 'assigned'],
        mine: ['assigned', 'own'],
        unassigned: ['queued'],
        unread: ['assigned', 'own', 'queued'],
        snoozed: ['snoozed'],
        bot: ['bot'],
        resolved: ['done'],
        all: ['done', 'snoozed', 'toms', 'assigned', 'own', 'queued', 'bot'],
      };
      const counts = await store.counts(defaultTenant, mia.id);
      for (const [view, names] of Object.entries(expected) as [InboxView, (keyof typeof named)[]][]) {
        const found = await ids(view);
        expect([view, found]).toEqual([view, names.map((one) => named[one].conversationId)]);
        expect([view, counts[view]]).toEqual([view, names.length]);
      }
    });

    it('says of each what a person has to know before opening it', async () => {
      const key = await waiting('My boiler smells of gas', 'danger');
      await store.recordHandoff(key, { reason: 'customer-request', email: 'ann@example.com' });
      expect(await store.item(key)).toMatchObject({
        conversationId: key.conversationId,
        handling: { state: 'waiting', reason: 'danger' },
        unread: true,
        email: 'ann@example.com',
        lastMessage: { author: 'customer', text: 'My boiler smells of gas' },
      });
      await store.markSeen(key, 1);
      expect(await store.item(key)).toMatchObject({ unread: false });
      // Of a journal that is not that long yet.
      await store.markSeen(key, 99);
      await store.addMessage(
        key,
        { id: 'message-2', author: 'customer', text: 'x', createdAt: '' },
        'answer-2',
      );
      expect(await store.item(key)).toMatchObject({ unread: true });
    });

    it('gives a long list in pages without gap or repetition', async () => {
      const keys = [];
      for (let count = 0; count < 7; count++) keys.push(await waiting());
      for (const view of ['waiting', 'all'] as const) {
        const seen: string[] = [];
        let after: string | undefined;
        do {
          const page = await list(view, { limit: 3, ...(after ? { after } : {}) });
          seen.push(...page.items.map(({ conversationId }) => conversationId));
          after = page.next;
        } while (after);
        const inOrder = view === 'waiting' ? keys : keys.toReversed();
        expect(seen).toEqual(inOrder.map(({ conversationId }) => conversationId));
      }
      await expect(list('all', { after: 'nonsense' })).rejects.toMatchObject({ code: 'bad-request' });
    });

    it('finds words of messages, notes and addresses, and takes signs as they are', async () => {
      const first = await waiting('The pump hums at 50 % power');
      const second = await waiting('Nothing works');
      await store.addNote(second, {
        id: 'note-0001',
        author: mia,
        text: 'Asked for the PUMP number',
        at: '',
      });
      await store.recordHandoff(second, { reason: 'unanswered', email: 'ann_b@example.com' });
      const found = async (search: string) => new Set(await ids('all', search));
      expect(await found('pump')).toEqual(new Set([first.conversationId, second.conversationId]));
      expect(await found('50 %')).toEqual(new Set([first.conversationId]));
      expect(await found('ann_b@')).toEqual(new Set([second.conversationId]));
      expect(await found('annxb@')).toEqual(new Set());
      expect(await found('%')).toEqual(new Set([first.conversationId]));
    });

    it('keeps notes from customers, once each, and takes them along when the conversation goes', async () => {
      const key = await waiting();
      const note = { id: 'note-0001', author: mia, text: 'Called twice', at: '2026-01-01' };
      await store.addNote(key, note);
      await store.addNote(key, { ...note, text: 'again' });
      expect(await store.notes(key)).toEqual([note]);
      expect((await store.get(key))?.messages).toHaveLength(1);
      await store.delete([key]);
      expect(await store.notes(key)).toEqual([]);
      expect(await store.item(key)).toBeUndefined();
      await expect(store.addNote(key, { ...note, id: 'note-0002' })).rejects.toMatchObject({
        code: 'not-found',
      });
    });

    it('names what its owner forgot, and nothing that was put off or answered', async () => {
      const [forgotten, answered, snoozed] = [await waiting(), await waiting(), await waiting()];
      for (const key of [forgotten, answered, snoozed]) await act(key, { type: 'take', by: mia });
      await act(answered, { type: 'reply', by: mia });
      await act(snoozed, { type: 'snooze', by: mia, until: '2030-01-01T00:00:00.000Z' });
      expect(await store.forgotten(now().toISOString(), 10)).toEqual([forgotten]);
      expect(await store.forgotten('2026-01-01T00:00:00.000Z', 10)).toEqual([]);
    });

    it('names what was assigned and never taken, as long as its owner had', async () => {
      const assigned = await waiting();
      await act(assigned, { type: 'assign', by: tom, to: mia });
      const { since } = (await store.handling(assigned))!;
      expect(await store.forgotten(since, 10)).toEqual([]);
      expect(await store.forgotten(now().toISOString(), 10)).toEqual([assigned]);
      await act(assigned, { type: 'forgotten' });
      expect(await store.handling(assigned)).not.toHaveProperty('owner');
    });

    it('counts what each person has open, and names who waits, the longest wait first', async () => {
      const [first, second, third, done] = [
        await waiting(),
        await waiting(),
        await waiting(),
        await waiting(),
      ];
      await act(first, { type: 'take', by: mia }, { type: 'reply', by: mia });
      await act(second, { type: 'assign', by: tom, to: mia });
      await act(
        third,
        { type: 'take', by: tom },
        { type: 'snooze', by: tom, until: '2030-01-01T00:00:00.000Z' },
      );
      await act(done, { type: 'take', by: tom }, { type: 'resolve', by: tom });
      await newConversation();
      expect([...(await store.openCases(defaultTenant))]).toEqual([[mia.id, 2]]);
      const waits = await store.waitingCustomers(10);
      expect(waits.map(({ key }) => key)).toEqual([second, third]);
      expect(await store.waitingCustomers(1)).toHaveLength(1);
    });

    it('gives the last rating of each answer', async () => {
      const key = await newConversation();
      await store.recordFeedback(key, { messageId: 'a', rating: 'up', at: '1' });
      await store.recordFeedback(key, { messageId: 'a', rating: 'down', comment: 'No', at: '2' });
      expect(await store.ratings(key)).toEqual([{ messageId: 'a', rating: 'down', comment: 'No', at: '2' }]);
    });

    it('keeps the inbox of one tenant from every other', async () => {
      const foreign = await newConversation('Secret pump', 'other' as TenantId);
      await waiting();
      expect(await ids('all')).not.toContain(foreign.conversationId);
      expect(await ids('all', 'secret')).toEqual([]);
      expect(await store.item({ ...foreign, tenantId: defaultTenant })).toBeUndefined();
      expect((await store.counts('other' as TenantId, mia.id)).all).toBe(1);
    });
  });
}
