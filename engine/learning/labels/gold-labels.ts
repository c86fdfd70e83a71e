// Labels that people gave: `labels/gold.jsonl` of the data folder, appended to and never rewritten. What a machine votes is in another
// file and never touches this one. Every change is a line of its own with who made it, when, and the version it makes of that label.
import { appendFile, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { labelKinds } from './label-kinds.ts';

const lineSchema = z.object({
  conversation: z.string().min(1),
  kind: z.enum(labelKinds),
  /** Null: the annotator took the label back. */
  value: z.string().min(1).nullable(),
  annotator: z.string().min(1),
  at: z.string(),
  version: z.int().min(1),
});
export type GoldLabel = z.infer<typeof lineSchema>;

export type NewGoldLabel = Pick<GoldLabel, 'conversation' | 'kind' | 'value' | 'annotator'>;

export interface GoldLabels {
  /** What each annotator says now, in the order of their first label. */
  readonly current: readonly GoldLabel[];
  /** All lines, oldest first. */
  readonly history: readonly GoldLabel[];
  /** Lines that cannot be read; the last one of a full disk may be cut. */
  readonly unreadable: number;
}

export function goldFile(folder: string): string {
  return join(folder, 'gold.jsonl');
}

export async function readGoldLabels(folder: string): Promise<GoldLabels> {
  const text = await readFile(goldFile(folder), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const history: GoldLabel[] = [];
  let unreadable = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const parsed = lineSchema.safeParse(parsedOrNothing(line));
    if (parsed.success) history.push(parsed.data);
    else unreadable += 1;
  }
  const latest = new Map<string, GoldLabel>();
  for (const label of history) {
    const key = keyOf(label);
    latest.set(key, label);
  }
  return { current: [...latest.values()].filter(({ value }) => value !== null), history, unreadable };
}

/** Appends what differs from what the annotator said last, durably, and returns it. Two programs may append at once. */
export async function appendGoldLabels(
  folder: string,
  labels: readonly NewGoldLabel[],
  { now = () => new Date() }: { readonly now?: () => Date } = {},
): Promise<GoldLabel[]> {
  const { history } = await readGoldLabels(folder);
  const latest = new Map(history.map((label) => [keyOf(label), label]));
  const at = now().toISOString();
  const changed: GoldLabel[] = [];
  for (const label of labels) {
    const before = latest.get(keyOf(label));
    if ((before?.value ?? null) === label.value) continue;
    const next = { ...label, at, version: (before?.version ?? 0) + 1 };
    latest.set(keyOf(label), next);
    changed.push(next);
  }
  if (changed.length === 0) return [];
  await mkdir(folder, { recursive: true });
  const path = goldFile(folder);
  // A line that was cut by a crash spoils itself only.
  const start = (await endsInLine(path)) ? '' : '\n';
  await appendFile(path, start + changed.map((label) => `${JSON.stringify(label)}\n`).join(''), {
    flush: true,
  });
  return changed;
}

/** The value most annotators gave, by conversation and kind; undefined where they are even. */
export function agreedValues(current: readonly GoldLabel[]): Map<string, string | undefined> {
  const groups = Map.groupBy(current, ({ conversation, kind }) => goldKey(conversation, kind));
  return new Map(
    [...groups].map(([key, labels]) => {
      const counts = [...Map.groupBy(labels, ({ value }) => value!)]
        .map(([value, { length }]) => ({ value, count: length }))
        .sort((a, b) => b.count - a.count);
      const even = counts[1]?.count === counts[0]!.count;
      return [key, even ? undefined : counts[0]!.value];
    }),
  );
}

/** For `agreedValues`. */
export function goldKey(conversation: string, kind: string): string {
  return `${kind}\n${conversation}`;
}

function keyOf({
  conversation,
  kind,
  annotator,
}: Pick<GoldLabel, 'conversation' | 'kind' | 'annotator'>): string {
  return `${goldKey(conversation, kind)}\n${annotator}`;
}

function parsedOrNothing(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function endsInLine(path: string): Promise<boolean> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    if (size === 0) return true;
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] === 10;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}
