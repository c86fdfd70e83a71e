// Writes what an attacker would have brought into the knowledge base as files that ingestion reads.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SafetyCase } from './safety-case.ts';

export async function writePlanted(folder: string, cases: readonly SafetyCase[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const conversations: object[] = [];
  for (const { id, planted = [] } of cases) {
    for (const [index, item] of planted.entries()) {
      const name = `planted-${id}-${index + 1}`;
      if (item.kind === 'transcript') conversations.push({ id: name, turns: item.turns });
      else await writeFile(join(folder, `${name}.${item.format}`), page(name, item));
    }
  }
  if (conversations.length > 0)
    await writeFile(
      join(folder, 'conversations.jsonl'),
      conversations.map((conversation) => `${JSON.stringify(conversation)}\n`).join(''),
    );
}

function page(
  id: string,
  { title, text, format }: { readonly title: string; readonly text: string; readonly format: 'md' | 'html' },
): string {
  return format === 'html'
    ? `<!doctype html><html lang="en"><head><title>${title}</title><meta name="id" content="${id}"></head><body><main>\n<h1>${title}</h1>\n${text}\n</main></body></html>\n`
    : `---\ntitle: ${JSON.stringify(title)}\nid: ${id}\n---\n# ${title}\n\n${text}\n`;
}
