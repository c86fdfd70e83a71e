// The audit log as a hash chain: each entry holds the SHA-256 of itself and of the one before, so that a changed, removed or inserted
// entry is found. Only the newest entries can be cut off unseen; who keeps the head elsewhere sees that, too.
import { createHash } from 'node:crypto';

/** What stands in place of the hash before the first entry. */
export const firstHash = '0'.repeat(64);

export interface AuditEntry {
  readonly at: string;
  /** User id, `key:ID`, or `system`. */
  readonly actor: string;
  /** Such as `user.role-changed`. */
  readonly action: string;
  /** Id of what it was done to. */
  readonly subject?: string;
  /** Facts without personal data, such as `{ "role": "agent" }`. */
  readonly details?: Readonly<Record<string, string>>;
}

/** An entry as it is stored. */
export interface ChainedEntry extends AuditEntry {
  readonly position: number;
  /** Hexadecimal. */
  readonly hash: string;
}

/** The newest entry: kept elsewhere, it shows whether entries were cut off. */
export interface ChainHead {
  readonly position: number;
  readonly hash: string;
}

export type ChainFinding =
  | { readonly intact: true; readonly entries: number; readonly head?: ChainHead }
  /** The first entry that is not what was written, or behind which something is missing. */
  | { readonly intact: false; readonly entries: number; readonly position: number; readonly reason: string };

/** Action of the entry that says that older ones went by retention; its details name the hash before the first one that is left. */
export const prunedAction = 'audit.pruned';

/**
 * SHA-256 of the entry as canonical JSON (RFC 8785: names sorted, no spaces; all values are strings or null) with the hash of the entry
 * before.
 */
export function chainHash(
  { at, actor, action, subject, details }: AuditEntry,
  { previous, tenantId }: { readonly previous: string; readonly tenantId: string },
): string {
  const sorted = details && Object.fromEntries(Object.entries(details).sort(([a], [b]) => (a < b ? -1 : 1)));
  const canonical = JSON.stringify({
    action,
    actor,
    at,
    details: sorted ?? null,
    previous,
    subject: subject ?? null,
    tenant: tenantId,
  });
  return createHash('sha256').update(canonical).digest('hex');
}

/** `entries` of one tenant, oldest first. `expected`: a head that was noted before. */
export function verifyChain(
  entries: Iterable<ChainedEntry>,
  { tenantId, expected }: { readonly tenantId: string; readonly expected?: ChainHead | undefined },
): ChainFinding {
  const all = [...entries];
  const broken = (position: number, reason: string): ChainFinding => ({
    intact: false,
    entries: all.length,
    position,
    reason,
  });
  const pruned = all.findLast(({ action }) => action === prunedAction)?.details?.before;
  let previous = pruned ?? firstHash;
  let last = 0;
  for (const entry of all) {
    if (entry.position <= last) return broken(entry.position, 'it stands in the wrong place');
    last = entry.position;
    if (chainHash(entry, { previous, tenantId }) !== entry.hash)
      return broken(entry.position, 'it was changed, or an entry before it is missing');
    previous = entry.hash;
  }
  if (expected) {
    const found = all.find(({ position }) => position === expected.position);
    if (!found && expected.position > last)
      return broken(expected.position, `the newest entries are missing: the log ends at ${last}`);
    if (found && found.hash !== expected.hash)
      return broken(expected.position, 'it is not the one whose hash was noted: the log was written anew');
  }
  return {
    intact: true,
    entries: all.length,
    ...(all.length > 0 ? { head: { position: last, hash: previous } } : {}),
  };
}

/** `12:ab34…`, as it is printed and noted. */
export function headText({ position, hash }: ChainHead): string {
  return `${position}:${hash}`;
}

/** Undefined unless `text` is what `headText` writes. */
export function parseHead(text: string): ChainHead | undefined {
  const [, position, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text.trim()) ?? [];
  return position && hash ? { position: Number(position), hash } : undefined;
}
