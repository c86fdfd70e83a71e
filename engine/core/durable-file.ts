// Files that survive a power cut. With package-root.ts, this is the part of core that touches a disk: knowledge and models both publish
// folders, and neither may import the other.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

export interface FileDigest {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** A hash takes less than 2 GiB at once. */
const mostBytesAtOnce = 1 << 26;

/** Writes and fsyncs; a full disk rejects. The hash is of what was meant to be written, not of what the disk made of it. */
export async function writeDurably(path: string, pieces: Iterable<Uint8Array>): Promise<FileDigest> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'w');
  try {
    for (const whole of pieces) {
      for (let start = 0; start < whole.byteLength; start += mostBytesAtOnce) {
        const piece = whole.subarray(start, start + mostBytesAtOnce);
        await file.writeFile(piece);
        hash.update(piece);
        bytes += piece.byteLength;
      }
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** For a file that another library wrote. */
export async function hashFile(path: string): Promise<FileDigest> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path);
  for await (const piece of file.createReadStream()) {
    hash.update(piece as Buffer);
    bytes += (piece as Buffer).length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes renames in a folder survive a power cut. Windows cannot open folders and needs no such call. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
