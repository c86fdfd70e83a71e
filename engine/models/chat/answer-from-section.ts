// Of the section that answers: a short one whole, of a longer one the sentence that answers and what goes on from there.

import { type Block, type Section, type Unit, wordsOf } from './passage-blocks.ts';
import { type ChosenBlock, shownPart } from './shown-part.ts';

export interface SectionChoice {
  /** The unit that answers best. */
  readonly anchor: { readonly block: number; readonly unit: number };
  readonly scoreOf: (unit: Unit) => number;
  /** Terms of the question. */
  readonly question: ReadonlySet<string>;
  /** Of a past conversation: what belongs to that customer alone stands around the answer. */
  readonly isCase?: boolean;
  /** What the article says of something else than was asked about. */
  readonly isOthers: (unit: Unit) => boolean;
}

/** A section of up to so many words comes whole; of a longer one as many. */
const wordLimit = 90;
/** A paragraph of up to so many words is one thought, and comes whole. */
const paragraphWordLimit = 60;
/** What other paragraphs may stand in front of the one that answers; a reader has to get past it. */
const introWordLimit = 25;
/** A longer sentence before a list is no announcement of it. */
const announcementWordLimit = 35;
/** Share of the anchor's score from which on another block of a long section, or another section, belongs to the answer. */
const alsoAnswers = 0.8;
const alsoAnswersElsewhere = 0.85;

export function answerFromSection({ blocks }: Section, choice: SectionChoice): ChosenBlock[] {
  const { anchor, scoreOf, isOthers } = choice;
  const own = blocks[anchor.block]!;
  const anchorUnit = own.units[anchor.unit]!;
  const part = (block: Block) => shownPart(block, { ...choice, anchor: anchorUnit });
  const isWhole = !choice.isCase && wordsOf(blocks.flatMap(({ units }) => units)) <= wordLimit;
  const start = wordsOf(own.units) <= paragraphWordLimit ? 0 : openingOf(own, anchor.unit);
  const before = blocks.slice(0, anchor.block);
  const intro = wordsOf(before.flatMap(({ units }) => units));
  const withIntro = isWhole && intro <= introWordLimit && before.every(isParagraph);

  const opening = isParagraph(own) ? paragraph(withinWords(own.units.slice(start), wordLimit)) : part(own);
  const chosen: ChosenBlock[] = withIntro
    ? [...before.map(part), opening]
    : [...announced(own, before), opening];
  let words = wordsOf(chosen.flatMap(({ units }) => units));
  const least = scoreOf(anchorUnit) * alsoAnswers;
  for (const block of blocks.slice(anchor.block + 1)) {
    const next = part(block);
    words += wordsOf(next.units);
    const belongs = isWhole || Math.max(...block.units.map(scoreOf)) >= least;
    if (!belongs || words > wordLimit) break;
    chosen.push(next);
  }
  return chosen
    .map((block) => ({ ...block, units: block.units.filter((unit) => !isOthers(unit)) }))
    .filter(({ units }) => units.length > 0);
}

/** A list says nothing without the sentence before it, which says of what it is one. */
function announced(own: Block, before: readonly Block[]): ChosenBlock[] {
  const sentence = before.at(-1)?.units.at(-1);
  const isMissing = own.kind === 'list' && own.units[0]?.kind !== 'sentence';
  if (!isMissing || sentence?.kind !== 'sentence' || wordsOf([sentence]) > announcementWordLimit) return [];
  return [paragraph([sentence])];
}

/** A short answer has room for what the same passage says about it elsewhere: paragraphs and lists of other sections, best first. */
export function answerFromOthers(
  sections: readonly Section[],
  {
    chosen,
    scoreOf,
    question,
    least,
  }: Pick<SectionChoice, 'scoreOf' | 'question'> & {
    readonly chosen: readonly ChosenBlock[];
    /** The score of the unit that answers best. */
    readonly least: number;
  },
): ChosenBlock[] {
  let words = wordsOf(chosen.flatMap(({ units }) => units));
  const said = new Set(chosen.flatMap(({ units }) => units));
  const others = sections
    .flatMap(({ blocks }) => blocks)
    .map((block) => ({ block, best: block.units.reduce((a, b) => (scoreOf(b) > scoreOf(a) ? b : a)) }))
    .filter(
      ({ block, best }) =>
        scoreOf(best) >= least * alsoAnswersElsewhere && !block.units.some((unit) => said.has(unit)),
    )
    .sort((a, b) => scoreOf(b.best) - scoreOf(a.best));
  const added: ChosenBlock[] = [];
  for (const { block, best } of others) {
    const [part] = answerFromSection(
      { heading: '', blocks: [block] },
      { anchor: { block: 0, unit: block.units.indexOf(best) }, scoreOf, question, isOthers: () => false },
    );
    if (!part || words + wordsOf(part.units) > wordLimit) continue;
    words += wordsOf(part.units);
    added.push(part);
  }
  return added;
}

/** The sentence to begin with: one that points back ("This also …") needs those before it. */
function openingOf(block: Block, unit: number): number {
  let from = unit;
  while (from > 0 && unit - from < 2 && pointsBack.test(block.units[from]!.text)) from -= 1;
  return from;
}

const pointsBack =
  /^(?:this|that|these|those|it|they|he|she|however|but|also|then|otherwise|instead|in (?:this|that) case|if so|if not|after that|afterwards|as a result|therefore|so)\b/i;

/** The first always, then as many as there is room for. */
function withinWords(units: readonly Unit[], limit: number): Unit[] {
  let words = 0;
  return units.filter((unit, index) => {
    words += wordsOf([unit]);
    return index === 0 || words <= limit;
  });
}

const isParagraph = ({ kind }: Block) => kind === 'paragraph';
const paragraph = (units: readonly Unit[]): ChosenBlock => ({ kind: 'paragraph', units, isCut: false });
