// What goes on by itself in the inbox: forgotten conversations return to the queue, customers who wait are given to somebody, the team is
// warned before a promised time passes.
import type { Accounts } from '#access/accounts.ts';
import { createCaseAssignment } from '#chat/runs/assign-cases.ts';
import type { CaseWork } from '#chat/runs/case-work.ts';
import { createPromiseWatch } from '#chat/runs/watch-promises.ts';
import { permissionsOf } from '#core/access.ts';
import type { InboxStore } from '#core/inbox.ts';
import type { NoticeStore } from '#core/notices.ts';
import type { TeamStore } from '#core/team.ts';
import { defaultTenant } from '#core/tenant.ts';
import type { Logger } from './logger.ts';

export interface InboxJobsOptions {
  readonly store: InboxStore & TeamStore & NoticeStore;
  readonly cases: CaseWork;
  readonly accounts: Pick<Accounts, 'users'>;
  /** Of the team, for notices. */
  readonly channels: readonly string[];
  readonly forgottenAfterMs: number;
  readonly logger: Pick<Logger, 'info' | 'error'>;
  readonly intervalMs?: number;
}

/** News that come within this time are one. */
const togetherMs = 500;

/** Works until it is closed. */
export function openInboxJobs({
  store,
  cases,
  accounts,
  channels,
  forgottenAfterMs,
  logger,
  intervalMs = 30_000,
}: InboxJobsOptions): AsyncDisposable {
  const assign = createCaseAssignment({
    store,
    cases,
    async available(tenantId) {
      const here = cases.attending(tenantId);
      const users = await accounts.users(tenantId);
      return users
        .filter(({ id, away, disabled, role }) => {
          return here.has(id) && !away && !disabled && permissionsOf[role].includes('inbox:work');
        })
        .map(({ id, name }) => ({ id, name }));
    },
  });
  const watch = createPromiseWatch({ store, channels, tell: cases.promiseIsDue });
  let running: Promise<unknown> = Promise.resolve();
  let soon: NodeJS.Timeout | undefined;

  /** One after the other; what fails is tried again at the next turn. */
  function run(...works: readonly (() => Promise<unknown>)[]): void {
    for (const work of works)
      running = running
        .then(work)
        .catch((error) => logger.error({ err: error }, 'a job of the inbox failed'));
  }
  const giveOut = () => assign(defaultTenant);

  const timer = setInterval(
    () =>
      run(
        async () => {
          const returned = await cases.returnForgotten(new Date(Date.now() - forgottenAfterMs));
          if (returned > 0) logger.info({ returned }, 'forgotten conversations wait again');
        },
        giveOut,
        watch,
      ),
    intervalMs,
  ).unref();
  const stopNews = cases.onNews(({ type }) => {
    if (type !== 'conversation-changed') return;
    soon ??= setTimeout(() => {
      soon = undefined;
      run(giveOut);
    }, togetherMs).unref();
  });
  return {
    async [Symbol.asyncDispose]() {
      stopNews();
      clearInterval(timer);
      clearTimeout(soon);
      await running;
    },
  };
}
