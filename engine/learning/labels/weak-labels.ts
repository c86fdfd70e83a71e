// Labels that machines gave: `labels/weak.jsonl` of the data folder, a line a conversation, written anew as a whole by each update. No
// text of a conversation is in it.
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { weakKinds } from './label-kinds.ts';

const voteSchema = z.tuple([z.string(), z.string(), z.number()]);
const labelSchema = z.tuple([z.string(), z.number()]);

const rowSchema = z.object({
  conversation: z.string(),
  origin: z.enum(['chat', 'past']),
  source: z.string(),
  at: z.string().optional(),
  /** Of everything that the votes depend on: what is as it was is not read by models again. */
  hash: z.string(),
  characters: z.int(),
  turns: z.int(),
  nearest: z.object({ documentId: z.string(), cosine: z.number() }).optional(),
  outcome: z.object({
    answered: z.boolean().optional(),
    declined: z.boolean().optional(),
    handedOver: z.boolean().optional(),
    waitSeconds: z.number().optional(),
  }),
  /** By kind: function, value, confidence. */
  votes: z.partialRecord(z.enum(weakKinds), z.array(voteSchema)),
  /** By kind: value and probability. Absent where every function abstained. */
  labels: z.partialRecord(z.enum(weakKinds), labelSchema),
});
export type WeakRow = z.infer<typeof rowSchema>;

export function weakFile(folder: string): string {
  return join(folder, 'weak.jsonl');
}

/** One at a time; nothing if there is no file. A line that cannot be read is passed over: the next update writes it anew. */
export async function* readWeakRows(path: string): AsyncGenerator<WeakRow> {
  const stream = createReadStream(path, 'utf8');
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      const row = parsed(line);
      if (row) yield row;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    stream.destroy();
  }
}

function parsed(line: string): WeakRow | undefined {
  try {
    const result = rowSchema.safeParse(JSON.parse(line));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}
