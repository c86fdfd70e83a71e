import { expect, it } from 'vitest';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { scored } from '../testing/fixtures.ts';
import { reachablePassages } from './reachable-passages.ts';

const own = { modelId: 'answerdesk-embedder-2@test' };
const english = scored(makeChunk({ title: 'Oars', text: 'An oar is rented by the hour.' }));
const greek = scored(makeChunk({ title: 'Κουπιά', text: 'Νοικιάζονται με την ώρα.' }));

it.each([
  ['Πόσο κοστίζει;', [greek]],
  ['ボートを借りられますか？', []],
  ['هل يمكنني استئجار قارب؟', []],
  ['What does an oar cost?', [english]],
  ['oar はいくらですか？', [english]],
  ['4711?', [english, greek]],
])('to "%s" passages in no script of it are out of reach', (question, left) => {
  expect(reachablePassages(question, [english, greek], own)).toEqual(left);
});

it('leaves another embedder what it finds across scripts', () => {
  const other = { modelId: 'openai:multilingual' };
  expect(reachablePassages('ボートを借りられますか？', [english], other)).toEqual([english]);
});
