// `--if-empty` fills a data folder that is new. A folder that was used before and has no knowledge base has lost it. What a start brings in,
// such as the sample company, would be told to customers in its place.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '#core/errors.ts';
import { readCurrentId } from '#knowledge/generations/generation-folder.ts';
import { stampFileName } from '../embed/embedder-stamp.ts';

/** What a desk that answered customers, and a published generation, leave in a data folder outside its index. */
const traces = ['conversations.db', stampFileName];

/** Throws `knowledge-base-missing` if the folder was used and has no knowledge base, `knowledge-base-damaged` if that is not sure, `bad-input` if it has one. */
export async function refuseUsedFolder(dataDir: string): Promise<void> {
  const id = await readCurrentId(dataDir);
  if (id !== undefined)
    throw new AppError(
      'bad-input',
      `There is a knowledge base in ${dataDir} meanwhile, ${id}. It stays as it is.`,
    );
  const found = traces.filter((name) => existsSync(join(dataDir, name)));
  if (found.length === 0) return;
  throw new AppError(
    'knowledge-base-missing',
    [
      `There is no knowledge base in ${dataDir}, but the folder was used before (it holds ${found.join(' and ')}), so --if-empty brought nothing in.`,
      'To get back what it had: put its folder "index" back from a backup.',
      'To fill it now: answerdesk ingest PATH... without --if-empty.',
      `To begin anew, conversations included: remove ${dataDir}, or set ANSWERDESK_DATA_DIR to another folder.`,
    ].join('\n'),
  );
}
