import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryFolder, type TemporaryFolder } from './testing/source-folder.ts';
import { watchSources } from './watch.ts';

let folder: TemporaryFolder;
let controller: AbortController;
beforeEach(async () => {
  folder = await createTemporaryFolder();
  controller = new AbortController();
});
afterEach(async () => {
  controller.abort();
  await folder[Symbol.asyncDispose]();
});

const start = (
  names: readonly string[],
  times: { quietMs?: number; longestWaitMs?: number; pollMs?: number } = {},
) =>
  watchSources(
    names.map((name) => ({ name, paths: [join(folder.path, name)] })),
    { signal: controller.signal, ignore: join(folder.path, 'a/var'), quietMs: 20, ...times },
  );

describe('watching folders', () => {
  it.each([
    ['the events of the system', { pollMs: 1_000_000 }],
    ['looking now and then', { pollMs: 20, quietMs: 1_000_000, longestWaitMs: 0 }],
  ])(
    'tells which source has a file that is new, changed, gone or set otherwise, by %s',
    async (_how, times) => {
      await folder.write('a/deep/one.md', 'One.');
      await folder.write('b/two.md', 'Two.');
      const changes = start(['a', 'b'], times);
      const next = async () => (await changes.next()).value;
      expect(await next()).toEqual(['a', 'b']);
      await folder.write('a/deep/one.md', 'One and more.');
      expect(await next()).toEqual(['a']);
      await folder.write('b/three.md', 'Three.');
      expect(await next()).toEqual(['b']);
      await rm(join(folder.path, 'b/two.md'));
      expect(await next()).toEqual(['b']);
      await folder.write('a/answerdesk.source.yaml', 'language: en');
      expect(await next()).toEqual(['a']);
      await rm(join(folder.path, 'a'), { recursive: true });
      expect(await next()).toEqual(['a']);
    },
  );

  it('sees what changes while a run is under way, and nothing in what the run itself writes', async () => {
    await folder.write('a/one.md', 'One.');
    const changes = start(['a'], { pollMs: 1_000_000 });
    await changes.next();
    await folder.write('a/var/documents.jsonl', '{}');
    await folder.write('a/one.md', 'One, again.');
    expect((await changes.next()).value).toEqual(['a']);
    await folder.write('a/var/documents.jsonl', '{"more":1}');
    const none = changes.next();
    controller.abort();
    await expect(none).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('begins with a folder that is not there yet', async () => {
    const changes = start(['later'], { pollMs: 20 });
    expect((await changes.next()).value).toEqual(['later']);
    await mkdir(join(folder.path, 'later'));
    await folder.write('later/a.md', 'Now.');
    expect((await changes.next()).value).toEqual(['later']);
  });
});
