// Which written question is nearest to what a customer asks, and which passages it was written for.
import type { TextRange, WrittenAnswer } from '#core/document.ts';
import type { AnswerPlace } from '#core/section-questions.ts';
import { dotProduct, type VectorMatrix } from '#core/vector-matrix.ts';
import { rowsByNumber } from '../generations/passages.ts';
import type { VectorIndex } from '../index/search-indexes.ts';

export interface QuestionSearch {
  /**
   * Rows of the passages whose questions are nearest to the vector, nearest first, at most about `count`. `accepts` leaves out passages
   * that a filter excludes.
   */
  nearestPassages(
    vector: Float32Array,
    count: number,
    accepts?: ((passage: number) => boolean) | undefined,
  ): number[];
  /** Cosine of the nearest question of a passage; undefined if it has none. */
  nearestQuestion(passage: number, vector: Float32Array): number | undefined;
  /** Of a passage the answers to its questions, those of the nearest questions first, at most `count`. */
  nearestAnswers(passage: number, vector: Float32Array, count: number): WrittenAnswer[];
}

/** The questions of one section. */
export interface QuestionGroup {
  readonly count: number;
  /** Rows. */
  readonly passages: readonly number[];
  /** Of each question. */
  readonly places?: readonly (readonly AnswerPlace[])[] | undefined;
}

export interface QuestionSearchParts {
  /** Question by question, in the order of the groups. */
  readonly vectors: VectorMatrix;
  readonly vectorIndex: VectorIndex;
  readonly groups: Iterable<QuestionGroup>;
  /** The words of a question, by its group and its number in it. */
  readonly textOf: (group: number, index: number) => string;
  /** How many passages there are. */
  readonly passages: number;
}

/** Of one section, several questions are near together: so many are looked at for each passage that is wanted. */
const questionsForPassage = 4;

/** Kept in numbers, not in objects: a large knowledge base has millions of questions. */
export function createQuestionSearch({
  vectors,
  vectorIndex,
  groups,
  textOf,
  passages,
}: QuestionSearchParts): QuestionSearch {
  const { dimensions, values } = vectors;
  /** Of each question its group; of each group its first question, and its first pair. */
  const groupOf = new Uint32Array(vectors.size);
  const firstQuestion: number[] = [0];
  const firstPair: number[] = [0];
  /** A pair is a group and one of its passages. */
  const passageOfPair: number[] = [];
  const groupOfPair: number[] = [];
  /** Of each question its first place; of each place passage, start and end. */
  const firstPlace = new Uint32Array(vectors.size + 1);
  const placed: number[] = [];
  for (const group of groups) {
    const number = firstQuestion.length - 1;
    const first = firstQuestion.at(-1)!;
    for (let index = 0; index < group.count; index++) {
      for (const { passage, start, end } of group.places?.[index] ?? []) placed.push(passage, start, end);
      firstPlace[first + index + 1] = placed.length;
    }
    groupOf.fill(number, first, first + group.count);
    for (const passage of group.passages) {
      passageOfPair.push(passage);
      groupOfPair.push(number);
    }
    firstQuestion.push(first + group.count);
    firstPair.push(passageOfPair.length);
  }
  const pairsOf = rowsByNumber(Uint32Array.from(passageOfPair), passages);
  const passagesOf = (question: number) => {
    const group = groupOf[question]!;
    return passageOfPair.slice(firstPair[group], firstPair[group + 1]);
  };

  const places = Uint32Array.from(placed);
  function rangesIn(passage: number, question: number): TextRange[] {
    const ranges: TextRange[] = [];
    for (let at = firstPlace[question]!; at < firstPlace[question + 1]!; at += 3)
      if (places[at] === passage) ranges.push({ start: places[at + 1]!, end: places[at + 2]! });
    return ranges;
  }
  function* questionsOf(passage: number): Generator<number> {
    for (const pair of pairsOf(passage)) {
      const group = groupOfPair[pair]!;
      for (let question = firstQuestion[group]!; question < firstQuestion[group + 1]!; question++)
        yield question;
    }
  }
  const cosineOf = (question: number, vector: Float32Array) =>
    dotProduct(values, question * dimensions, vector, 0, dimensions);

  return {
    nearestPassages(vector, count, accepts = () => true) {
      const found = vectorIndex.search(vector, count * questionsForPassage, (question) =>
        passagesOf(question).some(accepts),
      );
      const nearest = new Set<number>();
      for (const { row: question } of found) {
        if (nearest.size >= count) break;
        for (const passage of passagesOf(question)) if (accepts(passage)) nearest.add(passage);
      }
      return [...nearest];
    },
    nearestQuestion(passage, vector) {
      let nearest: number | undefined;
      for (const question of questionsOf(passage)) {
        const cosine = cosineOf(question, vector);
        if (nearest === undefined || cosine > nearest) nearest = cosine;
      }
      return nearest;
    },
    nearestAnswers(passage, vector, count) {
      const answers: { question: number; cosine: number; ranges: TextRange[] }[] = [];
      for (const question of questionsOf(passage)) {
        const ranges = rangesIn(passage, question);
        if (ranges.length > 0) answers.push({ question, cosine: cosineOf(question, vector), ranges });
      }
      return answers
        .sort((a, b) => b.cosine - a.cosine)
        .slice(0, count)
        .map(({ question, ...answer }) => {
          const group = groupOf[question]!;
          return { question: textOf(group, question - firstQuestion[group]!), ...answer };
        });
    },
  };
}
