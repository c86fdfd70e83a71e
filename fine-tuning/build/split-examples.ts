// Which examples are learnt from, and which judge what was learnt: the newest customers are held out, each with all that they asked.
import type { MadeExample } from './make-examples.ts';

export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

export interface SplitShares {
  /** Of the examples made of conversations. */
  readonly validation: number;
  readonly test: number;
}

/**
 * A model is used on what customers ask after it was trained, so what judges it is newer than what it learnt from. Articles are learnt from
 * alone: they are in the prompts of every split anyway.
 */
export function splitExamples(
  examples: readonly MadeExample[],
  shares: SplitShares,
): Record<SplitName, MadeExample[]> {
  const asked = examples.filter(({ from }) => from.kind === 'conversation');
  const customers = [...Map.groupBy(asked, ({ from }) => from.group)]
    .map(([group, own]) => ({ group, own, last: own.reduce((at, { from }) => later(at, from.at), '') }))
    .sort((a, b) => (a.last === b.last ? (a.group < b.group ? -1 : 1) : a.last < b.last ? 1 : -1));
  const splits: Record<SplitName, MadeExample[]> = {
    train: examples.filter(({ from }) => from.kind === 'article'),
    validation: [],
    test: [],
  };
  const wanted = { test: shares.test * asked.length, validation: shares.validation * asked.length };
  for (const { own, last } of customers) {
    // Without a date nobody knows that it is newer.
    const split =
      last === ''
        ? 'train'
        : splits.test.length < wanted.test
          ? 'test'
          : splits.validation.length < wanted.validation
            ? 'validation'
            : 'train';
    splits[split].push(...own);
  }
  return splits;
}

const later = (one: string, other = '') => (other > one ? other : one);
