// Pictures of the people who a customer talks to. Customers know people by their names alone, and so does this: where two of the team have
// the same name, neither has a picture here.
import type { Accounts } from '#access/accounts.ts';
import type { ConversationStore } from '#core/stores.ts';
import type { ConversationKey } from '#core/tenant.ts';
import type { ConversationPerson } from '../protocol.ts';

export interface ConversationPeople {
  /** Of those who wrote in the conversation or look after it, the ones who have a picture. */
  list(key: ConversationKey): Promise<ConversationPerson[]>;
  /** WebP; undefined for a picture of somebody else. */
  picture(key: ConversationKey, id: string): Promise<Uint8Array | undefined>;
}

export function createConversationPeople({
  store,
  accounts,
}: {
  readonly store: Pick<ConversationStore, 'get' | 'handling'>;
  readonly accounts: Pick<Accounts, 'users' | 'picture'>;
}): ConversationPeople {
  async function list(key: ConversationKey): Promise<ConversationPerson[]> {
    const [conversation, handling, users] = await Promise.all([
      store.get(key),
      store.handling(key),
      accounts.users(key.tenantId),
    ]);
    const names = new Set([
      ...(conversation?.messages.map(({ person }) => person?.name) ?? []),
      handling?.state === 'person' ? handling.owner?.name : undefined,
    ]);
    const byName = Map.groupBy(
      users.filter(({ disabled }) => !disabled),
      ({ name }) => name,
    );
    return [...byName].flatMap(([name, [user, namesake]]) =>
      names.has(name) && user?.picture !== undefined && !namesake ? [{ name, picture: user.picture }] : [],
    );
  }

  return {
    list,
    async picture(key, id) {
      const people = await list(key);
      return people.some(({ picture }) => picture === id) ? accounts.picture(key.tenantId, id) : undefined;
    },
  };
}
