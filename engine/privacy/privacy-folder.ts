// `DATA_DIR/privacy`: the key under which addresses are hashed, who was erased, what is being erased, and receipts. No address stands in it.
import { createHmac, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { normalAddress } from './subject.ts';

const keyBytes = 32;
/** Characters of a hash: 132 bits. */
const hashLength = 22;

export function privacyFolder(dataDir: string): string {
  return join(dataDir, 'privacy');
}

export interface AddressHashes {
  /** The same address gives the same hash in this data folder, and another one in any other. */
  hashOf(address: string): string;
}

/** The key is made at the first hash, where there is none. With the key in hand, whether an address is among the hashes can be tried: they are pseudonyms. */
export function openAddressHashes(dataDir: string): AddressHashes {
  let key: Buffer | undefined;
  return {
    hashOf(address) {
      key ??= readKey(dataDir);
      return hashed(key, normalAddress(address));
    },
  };
}

/** Of all addresses of a person together: what receipts and the audit log call them. */
export function subjectHash(dataDir: string, addresses: readonly string[]): string {
  return hashed(readKey(dataDir), [...addresses].sort().join('\n'));
}

export function hasKey(dataDir: string): boolean {
  return existsSync(keyFile(dataDir));
}

function hashed(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url').slice(0, hashLength);
}

function keyFile(dataDir: string): string {
  return join(privacyFolder(dataDir), 'key');
}

function readKey(dataDir: string): Buffer {
  const path = keyFile(dataDir);
  if (!existsSync(path)) {
    mkdirSync(privacyFolder(dataDir), { recursive: true, mode: 0o700 });
    const temporary = `${path}-${process.pid}-${randomBytes(4).toString('hex')}`;
    writeFileSync(temporary, randomBytes(keyBytes), { mode: 0o600, flush: true });
    try {
      // Whoever comes second takes the key of the first.
      linkSync(temporary, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(temporary);
    }
  }
  return readFileSync(path);
}

/** Hashes of the addresses whose owners were erased: their records are left out of every ingestion. */
export function readErased(dataDir: string): ReadonlySet<string> {
  const path = erasedFile(dataDir);
  if (!existsSync(path)) return new Set();
  return new Set(
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line) =>
        line.startsWith('{') && line.endsWith('}') ? [JSON.parse(line).hash as string] : [],
      ),
  );
}

export function addErased(dataDir: string, hashes: readonly string[], at: string): void {
  const known = readErased(dataDir);
  const lines = hashes.filter((hash) => !known.has(hash)).map((hash) => `${JSON.stringify({ hash, at })}\n`);
  // A line that a full disk has cut must not swallow the next.
  if (lines.length > 0)
    appendFileSync(erasedFile(dataDir), `\n${lines.join('')}`, { mode: 0o600, flush: true });
}

function erasedFile(dataDir: string): string {
  return join(privacyFolder(dataDir), 'erased.jsonl');
}
