// The team's own intents and products, as a YAML file. Everything that is wrong with it is said at once, with lines.
import { isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';
import type { ProductName } from './product-names.ts';

const name = z.string().trim().min(1).max(100);
const schema = z.strictObject({
  intents: z
    .array(z.strictObject({ name, examples: z.array(z.string().trim().min(1).max(1_000)).min(1).max(200) }))
    .max(200)
    .optional(),
  products: z
    .array(z.union([name, z.strictObject({ name, words: z.array(name).max(50).default([]) })]))
    .max(500)
    .optional(),
});

export interface Taxonomy {
  /** Absent: they are found by clustering. */
  readonly intents?: readonly { readonly name: string; readonly examples: readonly string[] }[];
  /** Absent: they are found in the titles of articles. */
  readonly products?: readonly ProductName[];
}

/** `path` is for messages. Throws `bad-input`. */
export function readTaxonomy(text: string, path: string): Taxonomy {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, maxAliasCount: 0 } as Parameters<
    typeof parseDocument
  >[1]);
  const broken = document.errors.map(({ message }) => message.split('\n')[0]!);
  if (broken.length > 0) throw bad(path, broken);
  const parsed = schema.safeParse(document.toJS() ?? {});
  if (!parsed.success)
    throw bad(
      path,
      parsed.error.issues.map(({ path: at, message }) => {
        const node = document.getIn(at as (string | number)[], true);
        const line = isNode(node) && node.range ? `line ${lines.linePos(node.range[0]).line}: ` : '';
        return `${line}${at.join('.') || 'the file'}: ${message}`;
      }),
    );
  const { intents, products } = parsed.data;
  const repeated = [...repeats(intents ?? []), ...repeats((products ?? []).map(asProduct))];
  if (repeated.length > 0)
    throw bad(
      path,
      repeated.map((one) => `"${one}" stands there twice`),
    );
  return {
    ...(intents && intents.length > 0 ? { intents } : {}),
    ...(products && products.length > 0 ? { products: products.map(asProduct) } : {}),
  };
}

function asProduct(entry: string | { name: string; words: string[] }): ProductName {
  if (typeof entry === 'string') return { name: entry, words: [entry] };
  return { name: entry.name, words: [...new Set([entry.name, ...entry.words])] };
}

function repeats(entries: readonly { readonly name: string }[]): string[] {
  const seen = new Set<string>();
  return entries.flatMap(({ name }) => {
    const key = name.toLowerCase();
    if (seen.has(key)) return [name];
    seen.add(key);
    return [];
  });
}

function bad(path: string, problems: readonly string[]): AppError {
  return new AppError('bad-input', `${path} is no taxonomy that can be used:\n  ${problems.join('\n  ')}`);
}
