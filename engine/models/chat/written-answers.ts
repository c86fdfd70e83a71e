// What the questions that were written for the passages say of their units: which of them answer what is asked.
import type { ScoredChunk, WrittenAnswer } from '#core/document.ts';
import type { Unit } from './passage-blocks.ts';

/** Cosine of the written question and what is asked from which on its answer counts. */
const leastCosine = 0.3;
/** What belongs to the words that answer counts so much less than they. */
const nextShare = 0.9;
/** From this cosine on what is asked is the written question, and its answer is the answer. */
const sameQuestion = 0.75;
/** So much farther away another written question may be the one that is asked. */
const nearlyAsNear = 0.1;

/**
 * Of a unit and the number of its passage: how near the nearest written question is that the unit answers, above the least that counts.
 * A passage that nobody wrote answers for counts as if each of its units were as near as the nearest answers of the others in the mean:
 * it is neither preferred nor passed over.
 */
export function createWrittenScore(
  passages: readonly Pick<ScoredChunk, 'answers'>[],
): (unit: Unit, passage: number) => number {
  const best = passages.flatMap(({ answers }) => (answers ? [Math.max(...answers.map(worthOf))] : []));
  const usual = best.length > 0 ? best.reduce((sum, worth) => sum + worth, 0) / best.length : 0;
  return (unit, passage) => {
    const { answers } = passages[passage]!;
    if (!answers) return usual;
    const own = answers.flatMap((answer) => {
      const place = answer.ranges.findIndex((range) => overlaps(unit, range));
      return place === -1 ? [] : [worthOf(answer) * (place === 0 ? 1 : nextShare)];
    });
    return Math.max(0, ...own);
  };
}

const worthOf = ({ cosine }: WrittenAnswer) => Math.max(0, cosine - leastCosine);

/** Of a unit: whether it is of the answer. */
export interface SaidToAnswer {
  readonly belongs: (unit: Unit) => boolean;
  /** Of it, or of the answer to a written question that is nearly as near. */
  readonly mayBelong: (unit: Unit) => boolean;
}

/** The answer to the written question that is asked, if the unit is what answers it. */
export function answerToSame(
  unit: Unit,
  { answers = [] }: Pick<ScoredChunk, 'answers'>,
): SaidToAnswer | undefined {
  const same = answers.find(
    ({ cosine, ranges }) => cosine >= sameQuestion && ranges.some((range) => overlaps(unit, range)),
  );
  if (!same) return undefined;
  const nearly = answers.filter(({ cosine }) => cosine >= same.cosine - nearlyAsNear);
  const belongsTo = (list: readonly WrittenAnswer[]) => (other: Unit) =>
    list.some(({ ranges }) => ranges.some((range) => overlaps(other, range)));
  return { belongs: belongsTo([same]), mayBelong: belongsTo(nearly) };
}

function overlaps({ start, end }: Unit, range: { readonly start: number; readonly end: number }): boolean {
  return range.start < end && range.end > start;
}
