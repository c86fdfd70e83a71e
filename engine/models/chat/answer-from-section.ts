// Of the section that answers: the sentence that answers, then the rest of a short section, or what else of a long one answers.
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { type Block, type Section, type Unit, wordsOf } from './passage-blocks.ts';
import { type ChosenBlock, shownPart } from './shown-part.ts';
import type { SaidToAnswer } from './written-answers.ts';

export interface SectionChoice {
  /** The unit that answers best. */
  readonly anchor: { readonly block: number; readonly unit: number };
  readonly scoreOf: (unit: Unit) => number;
  /** Terms of the question. */
  readonly question: ReadonlySet<string>;
  /** Of its last turn alone. */
  readonly lastTurn?: ReadonlySet<string>;
  /** Where somebody said what answers this question: what belongs to the answer. Else the scores say it. */
  readonly said?: SaidToAnswer | undefined;
  /** Of a past conversation: what belongs to that customer alone stands around the answer. */
  readonly isCase?: boolean;
  /** What the article says of something else than was asked about. */
  readonly isOthers: (unit: Unit) => boolean;
}

/** Words of an answer: a shorter section comes whole, of a longer one what answers best. */
const wordLimit = 110;
/** Words of an answer with the list, table or code that it announces. */
const announcedWordLimit = 170;
/** A longer sentence before a list is no announcement of it. */
const announcementWordLimit = 35;
/**
 * What a section says in front of the answer stands in front of it where it is no longer. Read by two readers (120 answers of three help centres for testing):
 * what is put behind its place reads like fragments, and what is left out is missed.
 */
const introductionWordLimit = 25;
/**
 * Share of the anchor's score from which on another block of a long section, one of a past conversation, or another section belongs to
 * the answer. Measured on 338 questions of three help centres and the sample company, means of the four: facts given .672 before this
 * order and these limits, .707 with them; the first sentence holds one .42 and .47; sentences that belong .39 and .39; words 75 and 84.
 * With a limit of 90 words facts .686; from .95 on .684, of .6 .691, sentences that belong .35. From .9 on of another section (.85 before) on 156 answers:
 * facts .798 and .795, sentences that belong .394 and .409.
 */
const alsoAnswers = 0.9;
const alsoAnswersInCase = 0.8;
const alsoAnswersElsewhere = 0.9;

/** What answers, with what announces it, and what else of the section belongs to it. */
export function answerFromSection({ blocks }: Section, choice: SectionChoice): ChosenBlock[] {
  const { anchor, scoreOf, isCase = false, isOthers, said } = choice;
  const belongs = said?.belongs;
  const own = blocks[anchor.block]!;
  const anchorUnit = own.units[anchor.unit]!;
  const part = (block: Block) => shownPart(block, { ...choice, anchor: anchorUnit });
  const reply = isParagraph(own) ? openingOf(own, anchor.unit) : 0;
  const asks = isParagraph(own) ? questionBefore(own, reply) : undefined;
  const start = asks && isOtherQuestion(asks.text, choice.question) ? reply - 1 : reply;
  const isOfOpening = (unit: Unit, index: number) =>
    index >= start && (!belongs || index <= anchor.unit || belongs(unit));
  const opening = isParagraph(own)
    ? paragraph(withinWords(own.units.filter(isOfOpening), wordLimit))
    : part(own);
  const lead = leadOf(own, blocks.slice(0, anchor.block), start);
  const isShownOrAsked = (unit: Unit) => unit === asks || lead[0]?.units.includes(unit);
  const before = [...blocks.slice(0, anchor.block), { ...own, units: own.units.slice(0, start) }]
    .map((block) => ({ ...block, units: block.units.filter((unit) => !isShownOrAsked(unit)) }))
    .filter(({ units }) => units.length > 0);
  const beside = [...blocks.slice(anchor.block + 1), ...before];
  const isWhole = !isCase && wordsOf(blocks.flatMap(({ units }) => units)) <= wordLimit;
  const others = (belongs ? whatBelongs(beside, belongs, isWhole) : beside).map(part);
  const least = scoreOf(anchorUnit) * (isCase ? alsoAnswersInCase : alsoAnswers);
  const best = ({ units }: ChosenBlock) => Math.max(...units.map(scoreOf));
  let words = wordsOf([...lead, opening].flatMap(({ units }) => units));
  const added = new Set<ChosenBlock>();
  for (const block of others.toSorted((a, b) => best(b) - best(a))) {
    const size = wordsOf(block.units);
    if (words + size > wordLimit || !(belongs || isWhole || best(block) >= least)) continue;
    words += size;
    added.add(block);
  }
  const chosen = [...lead, opening, ...others.filter((block) => added.has(block))];
  const shown = chosen.flatMap((one) => {
    const next = blockAnnounced(one, blocks);
    if (!next || chosen.some(({ units }) => units.some((unit) => next.units.includes(unit)))) return [one];
    const announced = part(next);
    const size = wordsOf(announced.units);
    if (words + size > announcedWordLimit) return [one];
    words += size;
    return [one, announced];
  });
  return inOrder([...lead, opening], shown.slice(lead.length + 1))
    .map((block) => ({ ...block, units: block.units.filter((unit) => !isOthers(unit)) }))
    .filter((block) => block.units.length > 0 && !isLeadInAlone(block));
}

/** Of paragraphs the sentences; lists, tables and code as they are. The steps of a short section say what to do about what was asked. */
function whatBelongs(blocks: readonly Block[], belongs: (unit: Unit) => boolean, isShort: boolean): Block[] {
  return blocks
    .filter(({ units, ordered }) => (ordered && isShort) || units.some(belongs))
    .map((block) => (isParagraph(block) ? { ...block, units: block.units.filter(belongs) } : block));
}

/** "Use the following workaround." says nothing without what follows. */
const announces =
  /[:：]\W*$|\b(?:following|below|as follows|siguientes?|a continuación|suivante?s?|ci-dessous|folgende[nrs]?|wie folgt|seguintes?|a seguir|abaixo)(?![\p{L}-])|如下|以下/iu;

/** The list, table or code right behind what ends with its announcement. */
function blockAnnounced({ units }: ChosenBlock, blocks: readonly Block[]): Block | undefined {
  const last = units.at(-1)!;
  if (last.kind !== 'sentence' || !announces.test(last.text)) return undefined;
  const at = blocks.findIndex((block) => block.units.at(-1) === last);
  const next = at === -1 ? undefined : blocks[at + 1];
  return next && !isParagraph(next) ? next : undefined;
}

/** Of a list, a table or code. */
const isLeadInAlone = ({ kind, units }: ChosenBlock) =>
  kind !== 'paragraph' &&
  units.length === 1 &&
  units[0]!.kind === 'sentence' &&
  /[:：]\W*$/.test(units[0]!.text);

/** As the article has it; but what is long and stands in front of the answer comes behind it. A table comes first: the text behind it takes the citation. */
function inOrder(answer: readonly ChosenBlock[], others: readonly ChosenBlock[]): ChosenBlock[] {
  const start = ({ units }: ChosenBlock) => units[0]!.start;
  const first = answer[0]!;
  const introduction = others.filter((block) => start(block) < start(first));
  const isShort = wordsOf(introduction.flatMap(({ units }) => units)) <= introductionWordLimit;
  const all = [...answer, ...others];
  const isText = answer.every(({ kind }) => kind === 'paragraph' || kind === 'list');
  return isShort && isText && !replies.test(first.units[0]!.text)
    ? rejoined(all.toSorted((a, b) => start(a) - start(b)))
    : all;
}

/** Sentences of one paragraph, taken apart for the choice, are one again. */
function rejoined(blocks: readonly ChosenBlock[]): ChosenBlock[] {
  const whole: ChosenBlock[] = [];
  for (const block of blocks) {
    const last = whole.at(-1);
    const between = block.units[0]!.start - (last?.units.at(-1)?.end ?? -Infinity);
    if (last && isParagraph(last) && isParagraph(block) && between <= 1)
      whole[whole.length - 1] = paragraph([...last.units, ...block.units]);
    else whole.push(block);
  }
  return whole;
}

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
    lastTurn = question,
    least,
  }: Pick<SectionChoice, 'scoreOf' | 'question' | 'lastTurn'> & {
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
      {
        anchor: { block: 0, unit: block.units.indexOf(best) },
        scoreOf,
        question,
        lastTurn,
        isOthers: () => false,
      },
    );
    if (!part || words + wordsOf(part.units) > wordLimit) continue;
    words += wordsOf(part.units);
    added.push(part);
  }
  return added;
}

/** The sentence to begin with: a "No." just before, or behind a question of the article, and where one points back ("This also …") those before it. */
function openingOf(block: Block, unit: number): number {
  const near = Math.max(0, unit - replyReach);
  const reply = block.units.slice(near, unit).findIndex(({ text }) => replies.test(text));
  if (reply !== -1) return near + reply;
  if (isQuestion(block.units[unit]!.text) && replies.test(block.units[unit + 1]?.text ?? '')) return unit + 1;
  let from = unit;
  while (from > 0 && unit - from < 2 && pointsBack.test(block.units[from]!.text)) from -= 1;
  return from;
}

/** The question that a "Yes" or "No" in the same paragraph answers. */
function questionBefore({ units }: Block, reply: number): Unit | undefined {
  const asks = units[reply - 1];
  return asks && replies.test(units[reply]!.text) && isQuestion(asks.text) ? asks : undefined;
}

const isQuestion = (text: string) => /[?？][\s*_"'”»)\]]*$/.test(text);

/** A question of the article asks much the same from this share of its words on. */
const sameQuestion = 0.6;

/** Whether a question of the article is not much the same as was asked. */
export function isOtherQuestion(text: string, question: ReadonlySet<string>): boolean {
  if (!isQuestion(text)) return false;
  const asked = tokenizeForSearch(text);
  return asked.filter((token) => question.has(token)).length < sameQuestion * asked.length;
}

/** So many sentences before the one that answers a "Yes" or "No" is the answer to the same question. */
const replyReach = 3;
/** Yes and no, and what stands for them, in the languages of the desk's own words. */
export const replies =
  /^(?:(?:yes|no|yep|nope|sí|ja|nein|oui|non|sim|não)(?=\s*[.,!;:–—])|(?:unfortunately|not (?:yet|currently|at the moment)|the short answer|lamentablemente|leider|malheureusement|infelizmente)(?!\p{L})|(?:是的|不是|可以|不可以|很遗憾))/iu;
/** Says nothing without the sentence before it. */
export const pointsBack =
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
