import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '#core/errors.ts';
import { createTemporaryFolder, type TemporaryFolder } from '#ingest/testing/source-folder.ts';
import { createEntityPass } from './entity-pass.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

/** Takes every word with a capital for a name, and counts the texts that it was given. */
function capitalFinder(modelId = 'capitals@1') {
  const read: string[] = [];
  return {
    modelId,
    read,
    async find(texts: readonly string[]) {
      read.push(...texts);
      return texts.map((text) =>
        Array.from(text.matchAll(/\p{Lu}\p{Ll}+/gu), ({ 0: word, index: start }) => ({
          kind: 'name' as const,
          start,
          end: start + word.length,
        })),
      );
    },
  };
}
const openedBy = (finder: ReturnType<typeof capitalFinder>, file?: string) =>
  createEntityPass({ openFinder: async () => finder, ...(file ? { file } : {}) });

describe('the search for names in one source', () => {
  it('reads a turn once, however often it stands there and its source is ingested', async () => {
    const file = join(folder.path, 'chats', 'entities.jsonl');
    const first = capitalFinder();
    const pass = openedBy(first, file);
    expect(await pass.find(['ask Nell', 'ok', 'ask Nell'])).toEqual([
      [{ kind: 'name', start: 4, end: 8 }],
      [],
      [{ kind: 'name', start: 4, end: 8 }],
    ]);
    await pass.finish();
    const second = capitalFinder();
    const again = openedBy(second, file);
    expect(await again.find(['ask Nell', 'and Ugo'])).toEqual([
      [{ kind: 'name', start: 4, end: 8 }],
      [{ kind: 'name', start: 4, end: 7 }],
    ]);
    expect([first.read, second.read]).toEqual([['ask Nell', 'ok'], ['and Ugo']]);
    expect(again.counts).toEqual({ searched: 1, known: 1 });
  });

  it('keeps no text, and nothing of turns that are gone', async () => {
    const file = join(folder.path, 'chats', 'entities.jsonl');
    const pass = openedBy(capitalFinder(), file);
    await pass.find(['ask Nell Frost', 'ok']);
    await pass.finish();
    expect(await readFile(file, 'utf8')).not.toMatch(/Nell|Frost|ask/);
    const later = openedBy(capitalFinder(), file);
    await later.find(['ok']);
    await later.finish();
    expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(2);
  });

  it('reads all anew with another model, and what was damaged', async () => {
    const file = join(folder.path, 'chats', 'entities.jsonl');
    await openedBy(capitalFinder(), file).find(['ask Nell', 'and Ugo']);
    const other = capitalFinder('capitals@2');
    await openedBy(other, file).find(['ask Nell', 'and Ugo']);
    expect(other.read).toEqual(['ask Nell', 'and Ugo']);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.slice(0, -4));
    const cut = capitalFinder('capitals@2');
    await openedBy(cut, file).find(['ask Nell', 'and Ugo']);
    expect(cut.read).toEqual(['and Ugo']);
  });

  it('keeps nothing of a source that has no conversations any more', async () => {
    const file = join(folder.path, 'chats', 'entities.jsonl');
    await openedBy(capitalFinder(), file).find(['ask Nell']);
    await openedBy(capitalFinder(), file).finish();
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('opens no model where there is no conversation', async () => {
    const pass = createEntityPass({
      openFinder: () => Promise.reject(new Error('opened')),
      file: join(folder.path, 'articles.jsonl'),
    });
    await pass.finish();
    expect(pass.counts).toEqual({ searched: 0, known: 0 });
  });

  it('finds nothing and says why where the model cannot be opened, and tries once', async () => {
    let tries = 0;
    const pass = createEntityPass({
      openFinder: () => {
        tries += 1;
        return Promise.reject(new AppError('model-invalid', 'There is no model.'));
      },
    });
    expect(await pass.find(['ask Nell'])).toEqual([[]]);
    expect(await pass.find(['ask Ugo'])).toEqual([[]]);
    expect([tries, pass.counts.problem]).toEqual([1, 'There is no model.']);
  });
});
