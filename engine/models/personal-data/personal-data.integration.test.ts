// The model that ships, as ingestion calls it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EntityFinder } from '#core/entity-finder.ts';
import { packagePath } from '#core/package-root.ts';
import { openOnnxEntityFinder } from './onnx-entity-finder.ts';

let finder: EntityFinder;
beforeAll(async () => {
  finder = await openOnnxEntityFinder(packagePath('data/models/personal-data'), 1);
});
afterAll(() => finder.close());

const found = async (...texts: string[]) =>
  (await finder.find(texts)).map((entities, index) =>
    entities.map(({ kind, start, end }) => `${kind} ${texts[index]!.slice(start, end)}`),
  );

describe('the model of personal data', () => {
  it('finds names and addresses as they are written, whole', async () => {
    expect(
      await found(
        'Hi, I am Nell O’Hara-Frost from 5 Mill Lane, Leeds LS6 3HN.',
        'Ich heiße Jürgen Vogel, Lindenweg 8, 50667 Köln',
        'Press the button for ten seconds.',
        '',
      ),
    ).toEqual([
      ['name Nell O’Hara-Frost', 'address 5 Mill Lane, Leeds LS6 3HN'],
      ['name Jürgen Vogel', 'address Lindenweg 8, 50667 Köln'],
      [],
      [],
    ]);
  });

  it('reads a long text to its end, and finds what lies where two windows meet', async () => {
    const filler = 'the radiator stays cold although the valve is open and the pump runs, ';
    for (const before of [0, 7, 8, 9, 40]) {
      const text = `${filler.repeat(before)}my name is Nell Frost, ${filler.repeat(5)}`;
      expect(await found(text)).toEqual([['name Nell Frost']]);
    }
  });

  it('says the same of a text alone and among others', async () => {
    const texts = ['I am Nell Frost', 'ask Okan about it', 'thanks', 'Calle Mayor 5, Madrid', 'no'];
    const alone = await Promise.all(texts.map(async (text) => (await found(text))[0]));
    expect(await found(...texts)).toEqual(alone);
  });

  it('stops when its signal is aborted', async () => {
    const controller = new AbortController();
    const search = finder.find(
      Array.from({ length: 2_000 }, (_, index) => `turn ${index} of Nell Frost`),
      { signal: controller.signal },
    );
    controller.abort(new Error('enough'));
    await expect(search).rejects.toThrow('enough');
    expect(await found('I am Nell Frost')).toEqual([['name Nell Frost']]);
  });

  it('is refused with what to do where its folder is empty', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'answerdesk-model-'));
    await expect(openOnnxEntityFinder(folder, 1)).rejects.toMatchObject({
      code: 'model-invalid',
      message: expect.stringContaining('ANSWERDESK_PERSONAL_DATA_MODEL'),
    });
    await rm(folder, { recursive: true });
  });
});
