// `answerdesk cards review FILE`: notes in the file which versions of their sources its cards are true to.
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { loadConfig } from '#app/config.ts';
import { isAddress } from '#core/answer-card.ts';
import { AppError } from '#core/errors.ts';
import { readCardFile } from '#ingest/cards/card-files.ts';
import { documentVersion } from '#ingest/cards/settle-cards.ts';
import { withReviews } from '#ingest/cards/write-cards.ts';
import type { CardItem } from '#ingest/item.ts';
import { findFiles } from '#ingest/sources/find-files.ts';
import { openPublished } from './open-published.ts';

interface ReviewRequest {
  readonly file: string;
  /** Ids; undefined: all. */
  readonly cards?: readonly string[] | undefined;
  readonly reviewer?: string | undefined;
}

export async function reviewCards({ file, cards, reviewer }: ReviewRequest): Promise<void> {
  const [found] = (await findFiles([file])).files;
  if (found?.format !== 'cards-yaml' || found.gzip)
    throw new AppError(
      'bad-input',
      `${file} is no *.answers.yaml. In a table, write the date of the review into the column "reviewer": whoever edits a card has looked at it.`,
    );
  const { documents } = await openPublished(loadConfig().dataDir);
  const versions = new Map(documents.map((document) => [document.id, documentVersion(document)]));
  const items = await Array.fromAsync(readCardFile(found));
  const read = new Map(
    items
      .filter((item): item is CardItem => item.type === 'card')
      .map(({ id, card }) => [id.split('#').at(-1)!, card]),
  );
  const unknown = (cards ?? []).filter((id) => !read.has(id));
  if (unknown.length > 0)
    throw new AppError('bad-input', `${file} has no usable card ${unknown.join(', ')}.`);
  const path = resolve(file);
  const { yaml, reviewed } = withReviews(await readFile(path, 'utf8'), (id) => {
    const card = cards && !cards.includes(id) ? undefined : read.get(id);
    if (!card) return undefined;
    const sources = card.sources.filter((source) => !isAddress(source));
    const missing = sources.filter((source) => !versions.has(source));
    if (missing.length > 0)
      throw new AppError(
        'bad-input',
        `Card "${id}": its source ${missing.join(', ')} is not in the knowledge base. Nothing was written. Correct the source, or ingest it first.`,
      );
    return {
      reviewed: Object.fromEntries(sources.map((source) => [source, versions.get(source)!])),
      ...(reviewer === undefined ? {} : { reviewer }),
    };
  });
  await writeFile(path, yaml);
  process.stderr.write(
    `${reviewed.length} card(s) of ${file} are noted as true to their sources as they are published now. Ingest the folder again.\n`,
  );
}
