// Tiny real ONNX models that know a list of topics: every word of a topic has that topic's direction, words of several have none.

import { knownPairs } from '../store/known-pairs.ts';
import { type TinyModelOptions, writeTinyModel } from './tiny-model.ts';

/** Vectors for `writeTinyModel`. Each topic is a list of texts that belong together. */
export function topicVectors(topics: readonly (readonly string[])[]): Record<string, number[]> {
  const owners = new Map<string, Set<number>>();
  for (const [topic, texts] of topics.entries()) {
    for (const word of texts
      .join(' ')
      .toLowerCase()
      .match(/[a-z]+/g) ?? [])
      owners.set(word, (owners.get(word) ?? new Set()).add(topic));
  }
  return Object.fromEntries(
    [...owners].map(([word, of]) => {
      const vector = new Array<number>(topics.length + 1).fill(0);
      // The first column is where the words without a topic are, weakly.
      if (of.size === 1) vector[[...of][0]! + 1] = 1;
      else vector[0] = 0.01;
      return [word, vector];
    }),
  );
}

/** Passes the self-test. */
export function writeKnowingModel(folder: string, options: TinyModelOptions = {}): Promise<void> {
  const vectors = topicVectors(knownPairs.map(({ question, passage }) => [question, passage]));
  return writeTinyModel(folder, {
    vectors,
    answerdesk: { name: 'knowing', pooling: 'mean', max_tokens: 64 },
    ...options,
  });
}
