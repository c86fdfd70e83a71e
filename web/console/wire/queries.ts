// What pages ask the server for, each under its key. Live news make the same keys stale.
import { focusManager, infiniteQueryOptions, QueryClient, queryOptions } from '@tanstack/react-query';
import type { InboxView } from '#core/inbox.ts';
import { Refusal, request } from './http.ts';
import type {
  ApiKey,
  AuditEntry,
  Block,
  CannedReply,
  CaseDetails,
  Delivery,
  Figures,
  FilledReply,
  InboxCounts,
  InboxPage,
  Me,
  Person,
  SessionFacts,
  Settings,
  Setup,
  Suggestion,
  User,
} from './types.ts';

const attempts = 3;

export function createQueryClient(): QueryClient {
  // A page that nobody looks at tries again, too, or it would not tell that a customer waits.
  focusManager.setFocused(true);
  return new QueryClient({
    defaultOptions: {
      queries: {
        // News by socket say when something changed.
        staleTime: 30_000,
        retry: (failures, error) => !(error instanceof Refusal && error.status < 500) && failures < attempts,
      },
      // Whoever acts decides whether to try again.
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}

/** null: nobody is signed in. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  staleTime: Number.POSITIVE_INFINITY,
  async queryFn({ signal }): Promise<Me | null> {
    try {
      return await request<Me>('/me', { signal });
    } catch (thrown) {
      if (thrown instanceof Refusal && thrown.status === 401) return null;
      throw thrown;
    }
  },
});

export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: ({ signal }) => request<Setup>('/setup', { signal }),
});

export const countsQuery = queryOptions({
  queryKey: ['inbox', 'counts'],
  queryFn: ({ signal }) => request<InboxCounts>('/inbox/counts', { signal }),
});

export interface InboxFilter {
  readonly view: InboxView;
  readonly search?: string | undefined;
}

/** More than a screenful, so that it is there soon; the pages behind it come as one scrolls. */
const firstPage = 20;
const pageSize = 50;

export const inboxQuery = ({ view, search }: InboxFilter) =>
  infiniteQueryOptions({
    queryKey: ['inbox', 'list', view, search ?? ''],
    initialPageParam: '',
    queryFn({ signal, pageParam }) {
      const query = new URLSearchParams({ view, limit: `${pageParam ? pageSize : firstPage}` });
      if (search) query.set('search', search);
      if (pageParam) query.set('after', pageParam);
      return request<InboxPage>(`/inbox?${query}`, { signal });
    },
    getNextPageParam: ({ next }) => next,
    placeholderData: (previous, query) => (query?.queryKey[2] === view ? previous : undefined),
  });

export const caseQuery = (id: string) =>
  queryOptions({
    queryKey: ['case', id],
    queryFn: ({ signal }) => request<CaseDetails>(`/inbox/${id}`, { signal }),
  });

export const peopleQuery = queryOptions({
  queryKey: ['people'],
  queryFn: ({ signal }) => request<Person[]>('/people', { signal }),
});

/** `questionId`: of the customer's last message, so that a new one is looked up anew. Leaving the page aborts it. */
export const suggestionQuery = (id: string, questionId: string) =>
  queryOptions({
    queryKey: ['suggestion', id, questionId],
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    async queryFn({ signal }): Promise<Suggestion | null> {
      const body = {};
      const { suggestion } = await request<{ suggestion?: Suggestion }>(`/inbox/${id}/suggestion`, {
        body,
        signal,
      });
      return suggestion ?? null;
    },
  });

export const filledRepliesQuery = (id: string) =>
  queryOptions({
    queryKey: ['case', id, 'canned-replies'],
    queryFn: ({ signal }) => request<FilledReply[]>(`/inbox/${id}/canned-replies`, { signal }),
  });

export const cannedRepliesQuery = queryOptions({
  queryKey: ['canned-replies'],
  queryFn: ({ signal }) => request<CannedReply[]>('/canned-replies', { signal }),
});

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => request<Settings>('/settings', { signal }),
});

export const blocksQuery = queryOptions({
  queryKey: ['blocks'],
  queryFn: ({ signal }) => request<Block[]>('/blocks', { signal }),
});

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: ({ signal }) => request<User[]>('/users', { signal }),
});

export const apiKeysQuery = queryOptions({
  queryKey: ['api-keys'],
  queryFn: ({ signal }) => request<ApiKey[]>('/api-keys', { signal }),
});

export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: ({ signal }) => request<SessionFacts[]>('/me/sessions', { signal }),
});

/** Of today and the days before. The team's time zone counts; without one, this device's. */
export const figuresQuery = (days: number) =>
  queryOptions({
    queryKey: ['figures', days],
    queryFn({ signal }) {
      const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
      return request<Figures>(`/figures?${new URLSearchParams({ days: `${days}`, timeZone })}`, { signal });
    },
  });

const auditPageSize = 100;

export const auditQuery = infiniteQueryOptions({
  queryKey: ['audit'],
  initialPageParam: 0,
  queryFn({ signal, pageParam }) {
    const before = pageParam ? `&before=${pageParam}` : '';
    return request<AuditEntry[]>(`/audit?limit=${auditPageSize}${before}`, { signal });
  },
  getNextPageParam: (page) => (page.length === auditPageSize ? page.at(-1)?.position : undefined),
});

export const deliveriesQuery = queryOptions({
  queryKey: ['deliveries'],
  queryFn: ({ signal }) => request<Delivery[]>('/deliveries?failed=true', { signal }),
});
