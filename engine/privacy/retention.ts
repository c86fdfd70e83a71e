// Removes what is older than it may be kept. A wrong clock must not empty the desk: without somebody's word, no run removes more than a
// share of a kind, and none removes anything while the clock contradicts the data.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CallOptions } from '#core/call-options.ts';
import { writeDurably } from '#core/durable-file.ts';
import { AppError } from '#core/errors.ts';
import { type RetentionDays, type RetentionKind, retentionKinds } from '#core/retention.ts';
import { openRetentionTables } from '#storage/sqlite/sqlite-retention.ts';
import { unknownNames } from './data-folder.ts';
import { databaseFile } from './find-subject.ts';
import { privacyFolder } from './privacy-folder.ts';
import { openStores, type RetentionStore, type Stores } from './retention-stores.ts';

export interface RetentionOptions extends CallOptions, Stores {
  readonly days: RetentionDays;
  readonly now?: () => Date;
  /** `look`: changes nothing. `bounded`: what a schedule may do. `all`: somebody has looked at it and said yes. */
  readonly mode: 'look' | 'bounded' | 'all';
}

export interface KindReport {
  readonly kind: RetentionKind;
  /** Absent: kept until somebody removes it. */
  readonly days?: number;
  /** Older than that. */
  readonly old: number;
  readonly all: number;
  readonly oldest?: string;
  readonly removed: number;
  /** Cannot be dated, and stays. */
  readonly undated?: number;
  /** Why what is old was not removed. */
  readonly refused?: string;
}

export interface RetentionReport {
  readonly at: string;
  readonly mode: RetentionOptions['mode'];
  readonly kinds: readonly KindReport[];
  /** Why the clock is not believed. */
  readonly clock?: string;
  /** In the data folder, but not of Answerdesk: nobody removes it by age. */
  readonly unknown: readonly string[];
}

/** Of a kind, in one run of a schedule. */
const largestShare = 0.2;
/** As many may always go. */
const alwaysAllowed = 20;
const dayMs = 86_400_000;
/** Clocks of machines differ a little. */
const clockToleranceMs = dayMs;
/** Longer without a run, the desk was off, or the clock was wrong. */
const longestPauseMs = 60 * dayMs;

export async function runRetention({
  days,
  now = () => new Date(),
  mode,
  signal,
  ...stores
}: RetentionOptions): Promise<RetentionReport> {
  const { dataDir } = stores;
  const at = now();
  const clock = clockProblem(dataDir, at);
  const kinds: KindReport[] = [];
  await using opened = openStores(stores, at);
  for (const kind of retentionKinds) {
    signal?.throwIfAborted();
    kinds.push(await applyKind(opened.stores[kind], { kind, days: days[kind], at, mode, clock }));
  }
  if (mode === 'all' || (mode === 'bounded' && clock === undefined)) await noteRun(dataDir, at);
  return {
    at: at.toISOString(),
    mode,
    kinds,
    ...(clock ? { clock } : {}),
    unknown: await unknownNames(dataDir),
  };
}

interface KindRequest {
  readonly kind: RetentionKind;
  readonly days: number | undefined;
  readonly at: Date;
  readonly mode: RetentionOptions['mode'];
  readonly clock: string | undefined;
}

async function applyKind(
  store: RetentionStore,
  { kind, days, at, mode, clock }: KindRequest,
): Promise<KindReport> {
  const before = new Date(at.getTime() - (days ?? Number.POSITIVE_INFINITY) * dayMs);
  const since = days === undefined ? '' : before.toISOString();
  const { old, all, oldest, undated } = await store.look(since);
  const facts = {
    kind,
    ...(days === undefined ? {} : { days }),
    old,
    all,
    ...(oldest === undefined ? {} : { oldest }),
    ...(undated ? { undated } : {}),
  };
  if (old === 0 || mode === 'look') return { ...facts, removed: 0 };
  const refused = mode === 'bounded' ? (clock ?? tooMany(old, all)) : undefined;
  if (refused) return { ...facts, removed: 0, refused };
  try {
    return { ...facts, removed: await store.remove(since) };
  } catch (error) {
    // The next run tries again, and the other kinds need not wait.
    if (error instanceof AppError && (error.code === 'job-locked' || error.code === 'busy'))
      return { ...facts, removed: 0, refused: error.message };
    throw error;
  }
}

function tooMany(old: number, all: number): string | undefined {
  if (old <= Math.max(alwaysAllowed, all * largestShare)) return undefined;
  return `${old} of ${all} at once is more than ${largestShare * 100} %. If the clock is right and that is meant: answerdesk retention --yes`;
}

function clockProblem(dataDir: string, at: Date): string | undefined {
  const last = lastRun(dataDir);
  const newest = newestData(dataDir);
  const shown = at.toISOString();
  const ahead = [last, newest].filter(
    (time) => time !== undefined && time.getTime() > at.getTime() + clockToleranceMs,
  );
  if (ahead.length > 0)
    return `The clock says ${shown}, but there are data of ${ahead[0]!.toISOString()}: it was set back, or was wrong before. Nothing is removed until it is right, or "answerdesk retention --yes" says so.`;
  if (last && at.getTime() - last.getTime() > longestPauseMs)
    return `The last run was ${last.toISOString()} and the clock says ${shown}: the desk was off for long, or the clock jumped. Look at it, then: answerdesk retention --yes`;
  return undefined;
}

function newestData(dataDir: string): Date | undefined {
  if (!existsSync(databaseFile(dataDir))) return undefined;
  using tables = openRetentionTables(databaseFile(dataDir));
  const newest = tables.newest();
  return newest === undefined ? undefined : new Date(newest);
}

function runFile(dataDir: string): string {
  return join(privacyFolder(dataDir), 'retention.json');
}

function lastRun(dataDir: string): Date | undefined {
  try {
    const time = Date.parse((JSON.parse(readFileSync(runFile(dataDir), 'utf8')) as { at: string }).at);
    return Number.isNaN(time) ? undefined : new Date(time);
  } catch {
    return undefined;
  }
}

async function noteRun(dataDir: string, at: Date): Promise<void> {
  mkdirSync(privacyFolder(dataDir), { recursive: true, mode: 0o700 });
  await writeDurably(runFile(dataDir), [Buffer.from(`${JSON.stringify({ at: at.toISOString() })}\n`)]);
}
