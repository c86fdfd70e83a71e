import { describe, expect, it } from 'vitest';
import { makeChunk } from '#core/testing/make-chunk.ts';
import { scored } from '../testing/fixtures.ts';
import { realAlternatives } from './real-alternatives.ts';

const article = (documentId: string, title: string, score = 1) =>
  scored(makeChunk({ documentId, title }), {}, score);
const ids = (question: string, ...passages: ReturnType<typeof article>[]) =>
  realAlternatives(question, passages).map(({ documentId }) => documentId);

describe('real alternatives', () => {
  const two = [article('a', 'Reset the kettle 1'), article('b', 'Reset the kettle 2', 0.9)];

  it('are articles that say the same of different things', () => {
    expect(ids('how do I reset the kettle', ...two)).toEqual(['a', 'b']);
  });

  it('are none where the question names one of them', () => {
    expect(ids('how do I reset the kettle 2', ...two)).toEqual([]);
  });

  it('are none where one title only says more than the other', () => {
    expect(ids('codes', article('a', 'Backup codes'), article('b', 'Issues with backup codes'))).toEqual([]);
  });

  it('are none among articles on other subjects, or far behind', () => {
    expect(ids('reset', article('a', 'Reset the kettle'), article('c', 'Delivery times'))).toEqual([]);
    expect(ids('reset', article('a', 'Reset the kettle 1'), article('b', 'Reset the kettle 2', 0.2))).toEqual(
      [],
    );
    expect(ids('reset')).toEqual([]);
  });
});
