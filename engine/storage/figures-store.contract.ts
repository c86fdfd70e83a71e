// What every FiguresStore must do, beside the ConversationStore that it shares its conversations with.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CustomerStore } from '#core/customers.ts';
import type { CaseFacts, FiguresStore } from '#core/figures.ts';
import type { ConversationStore } from '#core/stores.ts';
import { type ConversationKey, defaultTenant, type TenantId } from '#core/tenant.ts';

type Store = ConversationStore & FiguresStore & Pick<CustomerStore, 'rateConversation'>;

export function describeFiguresStore(
  name: string,
  open: (options: { readonly now: () => Date }) => Promise<Store>,
): void {
  describe(`${name} as a FiguresStore`, () => {
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
    let minute = 0;
    let store: Store;
    beforeEach(async () => {
      minute = 0;
      store = await open({ now: () => new Date(at(minute)) });
    });
    afterEach(() => store.close());

    const newConversation = async (tenantId = defaultTenant): Promise<ConversationKey> => {
      const key = { tenantId, conversationId: (await store.create(tenantId)).conversation.id };
      const message = { id: 'question', author: 'customer', text: 'Canary', createdAt: at(minute) } as const;
      await store.addMessage(key, message, 'answer');
      return key;
    };
    const facts = async (since = at(0)) => {
      const all: CaseFacts[] = [];
      for await (const portion of store.caseFacts(defaultTenant, since)) all.push(...portion);
      return all;
    };

    it('tells times and kinds of what happened, the last word of each rating, and no text', async () => {
      const key = await newConversation();
      const message = { author: 'bot', text: 'Canary', createdAt: at(1), replyTo: 'question' } as const;
      await store.append([
        {
          key,
          event: {
            type: 'answer-end',
            message: { ...message, id: 'answer', decision: 'decline' },
            reason: 'complete',
          },
        },
      ]);
      minute = 2;
      await store.recordHandoff(key, { reason: 'danger', email: 'canary@example.com' });
      await store.changeHandling(key, (handling) => ({
        handling: { ...handling, state: 'person' },
        events: [
          {
            type: 'person-message',
            message: { id: 'word', author: 'person', text: 'Canary', createdAt: at(3) },
          },
        ],
      }));
      for (const rating of ['up', 'down'] as const) {
        await store.recordFeedback(key, { messageId: 'answer', rating, comment: 'Canary', at: at(4) });
        await store.rateConversation(key, { rating, comment: 'Canary', at: at(5) });
      }
      const told = await facts();
      expect(told).toEqual([
        {
          createdAt: at(0),
          replies: [
            { at: at(1), author: 'bot', decision: 'decline' },
            { at: at(3), author: 'person' },
          ],
          requests: [{ at: at(2), reason: 'danger' }],
          answerRatings: [{ at: at(4), rating: 'down' }],
          rating: { at: at(5), rating: 'down' },
        },
      ]);
      expect(JSON.stringify(told)).not.toMatch(/canary/i);
    });

    it('leaves out what nothing happened to since, what holds no message, what is deleted, and other tenants', async () => {
      await newConversation();
      minute = 10;
      await store.create(defaultTenant);
      await newConversation('other' as TenantId);
      const gone = await newConversation();
      await newConversation();
      await store.delete([gone]);
      expect(await facts(at(5))).toMatchObject([{ createdAt: at(10) }]);
    });

    it('comes in portions', async () => {
      const keys = await Promise.all(Array.from({ length: 60 }, () => newConversation()));
      const sizes: number[] = [];
      for await (const portion of store.caseFacts(defaultTenant, at(0))) sizes.push(portion.length);
      expect(sizes.length).toBeGreaterThan(1);
      expect(sizes.reduce((sum, size) => sum + size)).toBe(keys.length);
    });
  });
}
