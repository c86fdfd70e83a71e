// What an agent does to a conversation: each is one call, after which the server's word is shown, whoever won.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { problemText } from '../parts/problem.ts';
import { useDesk } from '../shell/context.ts';
import { fill, t } from '../text/strings.ts';
import { post, Refusal } from '../wire/http.ts';
import { refreshLists, useOnline } from '../wire/live.ts';
import { caseQuery, countsQuery } from '../wire/queries.ts';
import type { CaseDetails, Handling } from '../wire/types.ts';

export type CaseActionName = 'take' | 'return' | 'give-back' | 'resolve' | 'assign' | 'snooze' | 'block';

export interface CaseActions {
  /** They work on it: nobody else has it, or they lead. */
  readonly mayAct: boolean;
  readonly isMine: boolean;
  readonly isBusy: boolean;
  readonly isOnline: boolean;
  /** Why the last one did not work. */
  readonly problem: string | undefined;
  run(action: CaseActionName, body?: object): void;
}

export function useCaseActions(id: string, handling: Handling): CaseActions {
  const { me, may } = useDesk();
  const client = useQueryClient();
  const isOnline = useOnline();
  const { state, owner } = handling;
  const isTheirs = state === 'person' && owner !== undefined && owner.id !== me.person.id;
  const { mutate, isPending, error } = useMutation({
    mutationFn: ({ action, body }: { action: CaseActionName; body: object }) =>
      post<Handling>(`/inbox/${id}/${action}`, body),
    onSuccess(handling, { action }) {
      if (action === 'block') return;
      client.setQueryData<CaseDetails>(caseQuery(id).queryKey, (details) =>
        details ? { ...details, item: { ...details.item, handling } } : undefined,
      );
    },
    // Also after a refusal, and after an answer that was lost: the page shows what holds now.
    async onSettled() {
      await client.invalidateQueries(caseQuery(id));
      await client.invalidateQueries(countsQuery);
      await refreshLists(client, id);
    },
  });
  return {
    mayAct: may('inbox:work') && (!isTheirs || may('inbox:lead')),
    isMine: state === 'person' && owner?.id === me.person.id,
    isBusy: isPending,
    isOnline,
    problem: error ? refusalText(error, isTheirs ? owner.name : undefined) : undefined,
    run(action, body = {}) {
      if (!isPending) mutate({ action, body });
    },
  };
}

/** In the agent's language where it is known who was quicker. */
export function refusalText(error: unknown, owner: string | undefined): string {
  const isConflict = error instanceof Refusal && error.code === 'conflict';
  return isConflict && owner !== undefined ? fill(t.isTheirs, owner) : problemText(error);
}
