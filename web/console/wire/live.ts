// News by socket: which conversation to ask for again, and who is looking at it. Tells pages whether the server can be reached.
import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { io, type Socket } from 'socket.io-client';
import type { TeamClientEvents, TeamServerEvents } from '#server/team/wire.ts';
import { request } from './http.ts';
import { caseQuery, countsQuery, meQuery } from './queries.ts';
import type { CaseDetails, InboxPage } from './types.ts';

/** Short breaks are not shown. */
const graceMs = 1_500;
/** News that come within this time are one. */
const togetherMs = 300;
/** A list that was scrolled further than this is not asked for as a whole again: the row alone is. */
const refetchedPages = 4;

export interface LiveOptions {
  readonly onPromiseDue: (conversationId: string) => void;
}

export interface Live {
  /** Shows the others which conversation is open here; null: none. */
  look(conversationId: string | null): void;
  typing(isTyping: boolean): void;
  /** Returns the function that closes it. */
  open(): () => void;
}

/** Conversations whose customer types. */
let typing: ReadonlySet<string> = new Set();
const typingWatchers = new Set<() => void>();

function setTyping(conversationId: string, isTyping: boolean): void {
  if (typing.has(conversationId) === isTyping) return;
  typing = isTyping
    ? new Set([...typing, conversationId])
    : new Set([...typing].filter((id) => id !== conversationId));
  for (const watcher of typingWatchers) watcher();
}

export function useCustomerTypes(conversationId: string): boolean {
  return useSyncExternalStore(
    (watcher) => {
      typingWatchers.add(watcher);
      return () => typingWatchers.delete(watcher);
    },
    () => typing.has(conversationId),
  );
}

let online = true;
const watchers = new Set<() => void>();

function setOnline(value: boolean): void {
  if (online === value) return;
  online = value;
  for (const watcher of watchers) watcher();
}

/** False once the server has been out of reach for longer than a blink. */
export function useOnline(): boolean {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => online,
  );
}

export function createLive(client: QueryClient, { onPromiseDue }: LiveOptions): Live {
  const socket: Socket<TeamServerEvents, TeamClientEvents> = io('/team', {
    withCredentials: true,
    autoConnect: false,
  });
  const changed = new Set<string>();
  let looksAt: string | null = null;
  let isReady = false;
  let wait: ReturnType<typeof setTimeout> | undefined;
  let grace: ReturnType<typeof setTimeout> | undefined;

  const lost = () => {
    grace ??= setTimeout(() => setOnline(false), graceMs);
  };

  socket.on('connect', () => {
    clearTimeout(grace);
    grace = undefined;
    setOnline(true);
    if (looksAt !== null) socket.emit('look', { conversationId: looksAt });
    // What happened meanwhile was told to nobody here.
    if (isReady) void client.invalidateQueries();
    isReady = true;
  });
  // The server ended it: the session is over, or its rights changed.
  const askWho = () => void client.invalidateQueries(meQuery);
  socket.on('disconnect', (reason) => {
    if (reason === 'io client disconnect') return;
    lost();
    if (reason === 'io server disconnect') {
      askWho();
      socket.connect();
    }
  });
  socket.on('connect_error', ({ message }) => {
    lost();
    if (message === 'not-signed-in') askWho();
  });
  socket.on('conversation-changed', ({ conversationId }) => {
    changed.add(conversationId);
    // Timers of a page that nobody looks at come late: what it tells of depends on none.
    if (document.hidden) refresh();
    else wait ??= setTimeout(refresh, togetherMs);
  });
  socket.on('presence-changed', ({ conversationId, present }) => {
    client.setQueryData<CaseDetails>(caseQuery(conversationId).queryKey, (details) =>
      details ? { ...details, present: [...present] } : undefined,
    );
  });

  socket.on('customer-typing', (change) => setTyping(change.conversationId, change.typing));
  socket.on('promise-due', ({ conversationId }) => onPromiseDue(conversationId));

  function refresh(): void {
    clearTimeout(wait);
    wait = undefined;
    for (const id of changed) {
      void client.invalidateQueries(caseQuery(id));
      void refreshLists(client, id);
    }
    changed.clear();
    void client.invalidateQueries(countsQuery);
  }

  return {
    look(conversationId) {
      // Who leaves hears no more of it.
      if (looksAt !== null) setTyping(looksAt, false);
      looksAt = conversationId;
      if (socket.connected) socket.emit('look', { conversationId });
    },
    typing(isTyping) {
      if (socket.connected) socket.emit('typing', { typing: isTyping });
    },
    open() {
      addEventListener('offline', lost);
      socket.connect();
      return () => {
        removeEventListener('offline', lost);
        clearTimeout(wait);
        clearTimeout(grace);
        socket.disconnect();
        setOnline(true);
      };
    },
  };
}

interface Pages {
  readonly pages: readonly InboxPage[];
  readonly pageParams: readonly unknown[];
}

/** What the lists say of one conversation. */
export async function refreshLists(client: QueryClient, conversationId: string): Promise<void> {
  const lists = client.getQueryCache().findAll({ queryKey: ['inbox', 'list'] });
  const isShort = (data: unknown) => ((data as Pages | undefined)?.pages.length ?? 0) <= refetchedPages;
  for (const { queryKey } of lists.filter(({ state }) => isShort(state.data)))
    void client.invalidateQueries({ queryKey, exact: true });
  const long = lists.filter(({ state }) => !isShort(state.data));
  if (long.length === 0) return;
  const details = await request<CaseDetails>(`/inbox/${conversationId}`).catch(() => undefined);
  if (!details) return;
  for (const { queryKey } of long)
    client.setQueryData<Pages>(queryKey, (data) =>
      data
        ? {
            ...data,
            pages: data.pages.map(({ items, ...page }) => ({
              ...page,
              items: items.map((item) => (item.conversationId === conversationId ? details.item : item)),
            })),
          }
        : undefined,
    );
}
