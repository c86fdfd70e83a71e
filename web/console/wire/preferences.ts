// What one person set for this browser. Nothing of a customer is ever here.
import { useSyncExternalStore } from 'react';
import type { InboxView } from '#core/inbox.ts';

export interface Preferences {
  /** A beep for what is new. */
  readonly sound: boolean;
  /** A notification of the system. */
  readonly notify: boolean;
  /** Of which views one wants to be told. */
  readonly alertViews: readonly InboxView[];
  /** Also when a promised time is near. */
  readonly alertPromise: boolean;
  /** Keys without Ctrl or Alt. Whoever speaks to the computer turns them off (WCAG 2.1.4). */
  readonly singleKeys: boolean;
}

const key = 'answerdesk-console';
const defaults: Preferences = {
  sound: false,
  notify: false,
  alertViews: ['waiting'],
  alertPromise: true,
  singleKeys: true,
};
const watchers = new Set<() => void>();
let current = read();

function read(): Preferences {
  try {
    return { ...defaults, ...JSON.parse(localStorage.getItem(key) ?? '{}') };
  } catch {
    return defaults;
  }
}

export function preferences(): Preferences {
  return current;
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(key, JSON.stringify(current));
  } catch {
    // Then it holds until the page is closed.
  }
  for (const watcher of watchers) watcher();
}

export function usePreferences(): Preferences {
  return useSyncExternalStore((watcher) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }, preferences);
}
