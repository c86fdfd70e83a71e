// What ingestion could not read, by source and reason: of the newest quarantine file of each source. Those files hold no text.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LeftOut } from './data-report.ts';

export async function readLeftOut(dataDir: string): Promise<LeftOut[]> {
  const folder = join(dataDir, 'quarantine');
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const newest = new Map<string, string>();
  for (const name of names.sort()) {
    const source = /^(.+)-\d{4}-\d\d-\d\dT[\d-]+Z\.jsonl$/.exec(name)?.[1];
    if (source !== undefined) newest.set(source, name);
  }
  const left: LeftOut[] = [];
  for (const [source, name] of newest) {
    const reasons = new Map<string, number>();
    for (const line of (await readFile(join(folder, name), 'utf8')).split('\n')) {
      const reason = reasonOf(line);
      if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    for (const [reason, records] of reasons) left.push({ source, reason, records });
  }
  return left.sort((a, b) => b.records - a.records);
}

function reasonOf(line: string): string | undefined {
  try {
    const { reason } = JSON.parse(line) as { reason?: unknown };
    return typeof reason === 'string' ? reason : undefined;
  } catch {
    return undefined;
  }
}
