import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReranker } from '../reranker/open-reranker.ts';
import { tinyRerankerSettings, writeTinyReranker } from '../testing/tiny-reranker.ts';
import { openGroundednessModel } from './groundedness-model.ts';
import { nearestWindows } from './passage-windows.ts';

const settings = { ...tinyRerankerSettings, kind: 'groundedness', max_tokens: 160, question_tokens: 32 };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundedness-'));
  await writeTinyReranker(join(folder, 'model'), { answerdesk: settings });
  await writeTinyReranker(join(folder, 'reranker'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const open = (name: string, isFixed = true) => openGroundednessModel({ model: join(folder, name), isFixed });

describe('the groundedness model', () => {
  it('gives a probability, of the part of a passage that supports the sentence best', async () => {
    await using model = await open('model');
    const { scorer } = model!;
    const near = await scorer.score('Red.', 'It is red.');
    expect(near).toBeGreaterThan(0.99);
    // Orthogonal vectors: a logit of 0.
    expect(await scorer.score('Red.', 'It is green.')).toBeLessThan(near);
    const filler = `${'Nothing of it stands in here at all. '.repeat(20)}`;
    expect(await scorer.score('Red.', `${filler}It is **red**. ${filler}`)).toBeGreaterThan(0.99);
  });

  it('stops with the reason of the signal', async () => {
    await using model = await open('model');
    const reason = new Error('gone');
    await expect(model!.scorer.score('Red.', 'Red.', { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });

  it('is not there where it is off, or where nobody chose it and the folder is missing', async () => {
    expect(await openGroundednessModel({ model: 'off', isFixed: true })).toBeUndefined();
    expect(await open('nowhere', false)).toBeUndefined();
    await expect(open('nowhere')).rejects.toMatchObject({ code: 'model-invalid' });
  });

  it('is not mistaken for a reranker, nor a reranker for it', async () => {
    await expect(open('reranker')).rejects.toMatchObject({
      code: 'model-invalid',
      message: expect.stringContaining('ANSWERDESK_GROUNDEDNESS_MODEL'),
    });
    await expect(
      openReranker({ model: join(folder, 'model'), isFixed: true, threads: 1 }),
    ).rejects.toMatchObject({ code: 'model-invalid' });
  });
});

describe('what is read of a passage', () => {
  const sentence = fc.string({
    unit: fc.constantFrom('red ', 'blue ', 'dial ', '20 '),
    minLength: 1,
    maxLength: 60,
  });
  it('are whole sentences, all of them where they fit, never nothing', () => {
    fc.assert(
      fc.property(fc.array(sentence, { maxLength: 12 }), fc.integer({ min: 1, max: 3 }), (said, most) => {
        const passage = said.map((one) => `The ${one.trim()}.`).join(' ');
        const windows = nearestWindows('The red dial.', passage, most);
        expect(windows.length).toBeGreaterThan(0);
        expect(windows.length).toBeLessThanOrEqual(most);
        for (const window of windows) expect(passage).toContain(window);
        if (passage.split(' ').length <= 90) expect(windows).toEqual([passage]);
      }),
    );
  });

  it('is the part that has most words of the sentence', () => {
    const filler = 'Nothing of it stands in here at all. '.repeat(30);
    const [window] = nearestWindows('Hold the dial.', `${filler}You hold the dial. ${filler}`, 1);
    expect(window).toContain('hold the dial');
  });
});
