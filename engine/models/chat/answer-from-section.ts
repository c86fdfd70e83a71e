// Of the section that answers: what answers, with the rest of a short section, or with what else of a long one answers.
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

/** Words of an answer: a shorter section comes whole, of a longer one what answers best. */
const wordLimit = 110;
/** A longer sentence before a list is no announcement of it. */
const announcementWordLimit = 35;
/** What a section says in front of the answer, where it is so short that the answer still comes at once. */
const introductionWordLimit = 25;
/**
 * Share of the anchor's score from which on another block of a long section, one of a past conversation, one in front of the answer, or
 * another section belongs to the answer. Measured on 156 answers of three help centres (tuning), before this order and these limits and
 * with them: facts given .798 and .779; one of them in the first two sentences .705 and .699; sentences that belong .39 and .43; what
 * belongs to a neighbouring case .35 and .28; words 80 and 72.
 */
const alsoAnswers = 0.9;
const alsoAnswersInCase = 0.8;
const alsoAnswersBefore = 0.97;
const alsoAnswersElsewhere = 0.95;

/** What answers, with what announces it, and what goes on from there or answers as well: as the article has it, in its order. */
export function answerFromSection({ blocks }: Section, choice: SectionChoice): ChosenBlock[] {
  const { anchor, scoreOf, isCase = false, isOthers } = choice;
  const own = blocks[anchor.block]!;
  const anchorUnit = own.units[anchor.unit]!;
  const part = (block: Block) => shownPart(block, { ...choice, anchor: anchorUnit });
  const start = isParagraph(own) ? openingOf(own, anchor.unit) : 0;
  const opening = isParagraph(own) ? paragraph(withinWords(own.units.slice(start), wordLimit)) : part(own);
  const lead = leadOf(own, blocks.slice(0, anchor.block), start);
  const before = [...blocks.slice(0, anchor.block), { ...own, units: own.units.slice(0, start) }]
    .map((block) => ({ ...block, units: block.units.filter((unit) => !lead[0]?.units.includes(unit)) }))
    .filter(({ units }) => units.length > 0)
    .map(part);
  const after = blocks.slice(anchor.block + 1).map(part);

  const isWhole = !isCase && wordsOf(unitsOf(blocks)) <= wordLimit;
  const first = [...lead, opening][0]?.units[0];
  const isReply = first !== undefined && replies.test(first.text);
  const isIntroduced = isWhole && !isReply && wordsOf(unitsOf(before)) <= introductionWordLimit;
  const best = ({ units }: ChosenBlock) => Math.max(...units.map(scoreOf));
  const answers = (block: ChosenBlock, share: number) => best(block) >= scoreOf(anchorUnit) * share;
  const belonging = [
    ...before.filter((block) => isIntroduced || answers(block, alsoAnswersBefore)),
    ...after.filter((block) => isWhole || answers(block, isCase ? alsoAnswersInCase : alsoAnswers)),
  ];
  const chosen = [...lead, opening];
  let words = wordsOf(unitsOf(chosen));
  for (const block of belonging.toSorted((a, b) => best(b) - best(a))) {
    const size = wordsOf(block.units);
    if (words + size > wordLimit) continue;
    words += size;
    chosen.push(block);
  }
  return chosen
    .toSorted((a, b) => a.units[0]!.start - b.units[0]!.start)
    .map((block) => ({ ...block, units: block.units.filter((unit) => !isOthers(unit)) }))
    .filter(({ units }) => units.length > 0);
}

const unitsOf = (blocks: readonly Pick<Block, 'units'>[]) => blocks.flatMap(({ units }) => units);

/** A "No." in a paragraph of its own belongs to the one behind it. */
function leadOf(own: Block, before: readonly Block[], start: number): ChosenBlock[] {
  const [only, ...more] = before.at(-1)?.units ?? [];
  const isReply = start === 0 && only?.kind === 'sentence' && more.length === 0 && replies.test(only.text);
  return isReply ? [paragraph([only])] : announced(own, before);
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
  let words = wordsOf(unitsOf(chosen));
  const said = new Set(unitsOf(chosen));
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

/**
 * The sentence to begin with: the first of the paragraph where the answer is the next one; else a "No." just before, and where the
 * sentence points back ("This also …") those before it.
 */
function openingOf(block: Block, unit: number): number {
  if (unit <= 1) return 0;
  const near = Math.max(0, unit - replyReach);
  const reply = block.units.slice(near, unit).findIndex(({ text }) => replies.test(text));
  if (reply !== -1) return near + reply;
  let from = unit;
  while (unit - from < 2 && pointsBack.test(block.units[from]!.text)) from -= 1;
  return from;
}

/** So many sentences before the one that answers a "Yes" or "No" is the answer to the same question. */
const replyReach = 3;
/** Yes and no, and what stands for them, in the languages of the desk's own words. */
const replies =
  /^(?:(?:yes|no|yep|nope|sí|ja|nein|oui|non|sim|não)(?=\s*[.,!;:–—])|(?:unfortunately|not (?:yet|currently|at the moment)|the short answer|lamentablemente|leider|malheureusement|infelizmente)(?!\p{L})|(?:是的|不是|可以|不可以|很遗憾))/iu;
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

const isParagraph = ({ kind }: Pick<Block, 'kind'>) => kind === 'paragraph';
const paragraph = (units: readonly Unit[]): ChosenBlock => ({ kind: 'paragraph', units, isCut: false });
