// What the report on bias takes from an evals run.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { oneCase, writeEvalsRun } from '../testing/evals-run.ts';
import { readEvalsCases } from './evals-cases.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evals-run-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('counts a citation only where something was answered, and only questions that have an answer', async () => {
  await writeEvalsRun(folder, {
    answers: [oneCase('a', 'answer', 1), oneCase('b', 'answer', 0), oneCase('c', 'decline', 0)],
    abstention: [oneCase('a', 'answer', 1), oneCase('unanswerable', 'decline', 0)],
  });
  const cases = await readEvalsCases(folder, 'nowhere');
  expect(cases.map(({ record, outcome }) => [record.problem, outcome])).toEqual([
    ['Where is parcel a?', { answered: true, declined: false, handedOver: false, citedRight: true }],
    ['Where is parcel b?', { answered: true, declined: false, handedOver: false, citedRight: false }],
    ['Where is parcel c?', { answered: false, declined: true, handedOver: false }],
  ]);
});

it('refuses a run without that suite, and one that is not there, and says what to do', async () => {
  await writeEvalsRun(folder, { retrieval: [oneCase('a', 'answer', 1)] });
  await expect(readEvalsCases(folder, 'nowhere')).rejects.toThrow('answerdesk evals answers');
  await expect(readEvalsCases('no-such-run', folder)).rejects.toThrow('There is no run no-such-run');
});
