// Counts what a hosted model costs each day (UTC), in a file, so that a restart does not begin anew. A crash counts what was reserved.
import { readFile, rename } from 'node:fs/promises';
import { z } from 'zod';
import { writeDurably } from '#core/durable-file.ts';
import type { Spending, TokenCount } from '#core/spending.ts';

export interface SpendingCaps {
  /** Of prompts and answers together. */
  readonly tokens?: number | undefined;
  /** In the currency of the prices. */
  readonly money?: number | undefined;
  /** For a million tokens. */
  readonly inputPrice: number;
  readonly outputPrice: number;
}

export interface DailySpendingOptions {
  readonly path: string;
  readonly caps: SpendingCaps;
  readonly now?: () => Date;
}

const count = z.number().int().min(0);
const daySchema = z.object({ day: z.string(), input: count, output: count });
type Day = z.infer<typeof daySchema>;

export async function openDailySpending({
  path,
  caps,
  now = () => new Date(),
}: DailySpendingOptions): Promise<Spending> {
  const today = () => now().toISOString().slice(0, 10);
  let spent = (await readDay(path)) ?? { day: today(), input: 0, output: 0 };
  let writing: Promise<void> = Promise.resolve();

  function save(): Promise<void> {
    writing = writing
      .catch(() => {})
      .then(async () => {
        await writeDurably(`${path}.new`, [Buffer.from(`${JSON.stringify(spent)}\n`)]);
        await rename(`${path}.new`, path);
      });
    return writing;
  }

  function add({ input, output }: TokenCount, sign: 1 | -1): void {
    spent = {
      ...spent,
      input: Math.max(0, spent.input + sign * input),
      output: Math.max(0, spent.output + sign * output),
    };
  }

  return {
    async reserve(most) {
      const day = today();
      if (spent.day !== day) spent = { day, input: 0, output: 0 };
      if (!fits({ input: spent.input + most.input, output: spent.output + most.output }, caps))
        return undefined;
      add(most, 1);
      await save();
      return {
        async settle(used) {
          // What was begun yesterday is yesterday's.
          if (spent.day !== day) return;
          add(most, -1);
          add(used, 1);
          await save();
        },
      };
    },
  };
}

function fits(
  { input, output }: TokenCount,
  { tokens, money, inputPrice, outputPrice }: SpendingCaps,
): boolean {
  const cost = (input * inputPrice + output * outputPrice) / 1e6;
  return (tokens === undefined || input + output <= tokens) && (money === undefined || cost <= money);
}

/** A file that cannot be read counts as nothing spent: the desk goes on, and writes it anew. */
async function readDay(path: string): Promise<Day | undefined> {
  try {
    return daySchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
