// Which sources of files have changed on disk. The system's events wake; what counts is that a file is another one than before. Now
// and then it is looked without an event: network drives send none, and watching can fail.
import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { settingsFile } from './source-settings.ts';
import { isBelow } from './sources/below.ts';
import { findFiles } from './sources/find-files.ts';

export interface WatchedSource {
  readonly name: string;
  readonly paths: readonly string[];
}

export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Nothing below it counts: the data folder may lie in a watched one, and each run writes there. */
  readonly ignore: string;
  /** After an event, until files are no longer being written. Default 1 s. */
  readonly quietMs?: number;
  /** Files that are written without end are read all the same. Default 30 s. */
  readonly longestWaitMs?: number;
  /** Default 60 s. */
  readonly pollMs?: number;
}

/** Yields the names of those that have changed, all of them first. Rejects when the signal aborts. */
export async function* watchSources(
  sources: readonly WatchedSource[],
  { signal, ignore, quietMs = 1_000, longestWaitMs = 30_000, pollMs = 60_000 }: WatchOptions,
): AsyncGenerator<readonly string[]> {
  let lastEvent: number | undefined;
  let wake = () => {};
  const onEvent = (path: string) => {
    if (isBelow(path, ignore)) return;
    lastEvent = performance.now();
    wake();
  };
  const watchers = sources.flatMap(({ paths }) => paths.flatMap((path) => startWatcher(path, onEvent)));
  const known = new Map<string, string>();
  try {
    for (;;) {
      const first = lastEvent;
      while (lastEvent !== undefined && performance.now() - first! < longestWaitMs) {
        const quiet = performance.now() - lastEvent;
        if (quiet >= quietMs) break;
        await setTimeout(quietMs - quiet, undefined, { signal });
      }
      lastEvent = undefined;
      const changed: string[] = [];
      for (const { name, paths } of sources) {
        const state = await stateOf(paths, ignore);
        if (known.get(name) !== state) changed.push(name);
        known.set(name, state);
      }
      if (changed.length > 0) yield changed;
      signal.throwIfAborted();
      if (lastEvent !== undefined) continue;
      const woken = new AbortController();
      wake = () => woken.abort();
      await setTimeout(pollMs, undefined, { signal: AbortSignal.any([signal, woken.signal]) }).catch(() =>
        signal.throwIfAborted(),
      );
    }
  } finally {
    for (const watcher of watchers) watcher.close();
  }
}

/** None where the system cannot watch: too many folders, or the path is not there now. */
function startWatcher(path: string, onEvent: (path: string) => void): FSWatcher[] {
  try {
    const watcher = watch(path, { recursive: true }, (_event, name) =>
      onEvent(name ? `${path}/${name}` : path),
    );
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}

/** Names, sizes and times of the files, settings included. A file that goes while this looks is seen the next time. */
async function stateOf(paths: readonly string[], ignore: string): Promise<string> {
  const files = await findFiles(paths).then(
    ({ files }) => files.map(({ path }) => path).filter((path) => !isBelow(path, ignore)),
    () => [],
  );
  const settings = await Promise.all(paths.map(settingsFile));
  const facts: string[] = [];
  for (const path of [...files, ...settings]) {
    const fact = await stat(path).catch(() => undefined);
    facts.push(fact ? `${path} ${fact.size} ${fact.mtimeMs}` : `${path} gone`);
  }
  return facts.join('\n');
}
