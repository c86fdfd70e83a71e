// `answerdesk data card`: what the snapshot in use was made of.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '#app/config.ts';
import { AppError } from '#core/errors.ts';
import { readCurrentId } from '#knowledge/generations/generation-folder.ts';
import { dataCardMarkdown, makeDataCard } from '#quality/report/data-card.ts';

export async function cardCommand({ out = '.' }: { readonly out: string | undefined }): Promise<void> {
  const { dataDir } = loadConfig();
  const id = await readCurrentId(dataDir);
  if (id === undefined)
    throw new AppError(
      'knowledge-base-missing',
      `Nothing is published in ${dataDir} yet: run "answerdesk ingest FOLDER".`,
    );
  const card = await makeDataCard(dataDir, id);
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'data-card.json'), `${JSON.stringify(card, null, 2)}\n`);
  await writeFile(join(out, 'data-card.md'), dataCardMarkdown(card));
  process.stdout.write(`${join(out, 'data-card.md')} and data-card.json are of ${id}.\n`);
}
