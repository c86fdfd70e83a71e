// Warns the team before the time passes by which a customer was promised a person's answer: once by the channels of notices, and on every
// open console.
import type { InboxStore } from '#core/inbox.ts';
import type { NoticeStore } from '#core/notices.ts';
import { promisedAt, type TeamSettings, type TeamStore, warningMs } from '#core/team.ts';
import { type ConversationKey, keyText, type TenantId } from '#core/tenant.ts';

export interface WatchPromisesOptions {
  readonly store: Pick<InboxStore, 'waitingCustomers'> &
    Pick<TeamStore, 'settings'> &
    Pick<NoticeStore, 'addNotice'>;
  /** Names of channels. */
  readonly channels: readonly string[];
  readonly tell: (key: ConversationKey, dueAt: string) => void;
  readonly now?: () => Date;
}

const watchedAtOnce = 1_000;

/** Looks once; returns how many warnings it gave. A notice is kept in the store and never given twice, a restart in between or not. */
export function createPromiseWatch({ store, channels, tell, now = () => new Date() }: WatchPromisesOptions) {
  let told = new Set<string>();
  return async (): Promise<number> => {
    const waiting = await store.waitingCustomers(watchedAtOnce);
    const stillDue = new Set<string>();
    const ofTeam = new Map<TenantId, TeamSettings>();
    let warned = 0;
    for (const { key, since } of waiting) {
      const settings = ofTeam.get(key.tenantId) ?? (await store.settings(key.tenantId));
      ofTeam.set(key.tenantId, settings);
      const dueAt = promisedAt(settings, since);
      if (dueAt === undefined || now().getTime() < Date.parse(dueAt) - warningMs(settings)) continue;
      const name = `${keyText(key)} ${since}`;
      stillDue.add(name);
      if (told.has(name)) continue;
      warned += 1;
      const createdAt = now().toISOString();
      for (const channel of channels)
        await store.addNotice({ key, kind: 'promise', channel, about: since, createdAt });
      tell(key, dueAt);
    }
    told = stillDue;
    return warned;
  };
}
