import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createUploadedFiles } from './uploaded-files.ts';

function open() {
  const dataDir = mkdtempSync(join(tmpdir(), 'answerdesk-uploads-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  return { dataDir, ...createUploadedFiles(dataDir) };
}
const bytes = (...pieces: string[]) => Readable.from(pieces.map((piece) => Buffer.from(piece)));

describe('uploaded files', () => {
  it('are kept under their names, the last of a name alone, until they are removed', async () => {
    const { put, list, remove, folder } = open();
    await put('Über uns.md', bytes('# Old'));
    await put('Über uns.md', bytes('# New', ' text'));
    await put('prices.CSV', bytes('a,b'));
    expect(await list()).toEqual([
      { name: 'prices.CSV', bytes: 3 },
      { name: 'Über uns.md', bytes: 10 },
    ]);
    expect(readFileSync(join(folder, 'Über uns.md'), 'utf8')).toBe('# New text');
    expect(await remove('prices.CSV')).toBe(true);
    expect(await remove('prices.CSV')).toBe(false);
    expect(await list()).toHaveLength(1);
  });

  it.each([
    '../evil.md',
    '/etc/x.md',
    '.hidden.md',
    'a\\b.md',
    'run.sh',
    'noending',
    'a\u0000.md',
    'x'.repeat(200),
  ])('are refused under the name %j', async (name) => {
    const { put, remove, dataDir } = open();
    await expect(put(name, bytes('x'))).rejects.toMatchObject({ code: 'bad-input' });
    expect(await remove(name)).toBe(false);
    expect(existsSync(join(dataDir, '../evil.md'))).toBe(false);
  });

  it('leave nothing behind when they are empty, too large, or cut off', async () => {
    const { put, list, dataDir } = open();
    await expect(put('empty.md', bytes())).rejects.toMatchObject({ code: 'bad-input' });
    const large = Readable.from(
      (function* () {
        const piece = Buffer.alloc(1_048_576);
        for (let count = 0; count < 51; count += 1) yield piece;
      })(),
    );
    await expect(put('large.md', large)).rejects.toMatchObject({ code: 'message-too-long' });
    let isFirst = true;
    const cut = new Readable({
      read() {
        if (isFirst) this.push('# Half');
        else this.destroy(new Error('The line is gone.'));
        isFirst = false;
      },
    });
    await expect(put('cut.md', cut)).rejects.toThrow('The line is gone.');
    expect(await list()).toEqual([]);
    expect(readdirSync(join(dataDir, 'uploads-incoming'))).toEqual([]);
  });
});
