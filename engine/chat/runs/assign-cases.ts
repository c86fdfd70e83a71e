// Gives customers who wait to who has the least to do, where the team wants that: of those whose console is open and who did not say that
// they are away.
import { AppError } from '#core/errors.ts';
import type { Person } from '#core/handling.ts';
import type { InboxStore } from '#core/inbox.ts';
import type { TeamStore } from '#core/team.ts';
import type { TenantId } from '#core/tenant.ts';
import type { CaseWork } from './case-work.ts';

export interface AssignCasesOptions {
  readonly store: Pick<InboxStore, 'inbox' | 'openCases'> & Pick<TeamStore, 'settings'>;
  readonly cases: Pick<CaseWork, 'act'>;
  /** Who works now and takes new conversations. */
  readonly available: (tenantId: TenantId) => Promise<readonly Person[]>;
}

/** Acts in nobody's name. */
const system: Person = { id: 'system', name: 'Answerdesk' };
const atOnce = 50;

/** Returns how many it gave to somebody. */
export function createCaseAssignment({ store, cases, available }: AssignCasesOptions) {
  return async (tenantId: TenantId): Promise<number> => {
    if ((await store.settings(tenantId)).assignment === 'off') return 0;
    const people = await available(tenantId);
    if (people.length === 0) return 0;
    const open = new Map(await store.openCases(tenantId));
    const query = { tenantId, view: 'unassigned', personId: system.id, limit: atOnce } as const;
    let assigned = 0;
    for (const { conversationId } of (await store.inbox(query)).items) {
      const to = leastBusy(people, open);
      try {
        await cases.act({ tenantId, conversationId }, { type: 'assign', to, by: system });
        open.set(to.id, (open.get(to.id) ?? 0) + 1);
        assigned += 1;
      } catch (thrown) {
        // Somebody took it, or it is gone.
        if (!(thrown instanceof AppError && ['conflict', 'not-found'].includes(thrown.code))) throw thrown;
      }
    }
    return assigned;
  };
}

/** Of several alike, the first: the order is the caller's. */
function leastBusy(people: readonly Person[], open: ReadonlyMap<string, number>): Person {
  return people.reduce((best, person) =>
    (open.get(person.id) ?? 0) < (open.get(best.id) ?? 0) ? person : best,
  );
}
