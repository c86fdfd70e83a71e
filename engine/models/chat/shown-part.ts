// Of a list, a table or code what an answer shows: what the question names, else all of it, as far as there is room.
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { labelOf, namedOf } from './named-labels.ts';
import { type Block, type Unit, wordsOf } from './passage-blocks.ts';
import type { SaidToAnswer } from './written-answers.ts';

export interface ChosenBlock {
  readonly kind: Block['kind'];
  readonly units: readonly Unit[];
  /** The article's list, table or code is longer than what is shown of it. */
  readonly isCut: boolean;
}

export interface PartChoice {
  readonly anchor: Unit;
  readonly scoreOf: (unit: Unit) => number;
  /** Terms of the question. */
  readonly question: ReadonlySet<string>;
  /** Of the last turn alone: what it names counts before what the turns before it named. */
  readonly lastTurn?: ReadonlySet<string> | undefined;
  /** Where somebody said what answers this question: what belongs to the answer. */
  readonly said?: SaidToAnswer | undefined;
}

/** Words of a list, a table or code: more than of sentences, so that steps come whole. */
const wordLimit = 170;
/** A table with more rows is not shown whole. */
const rowLimit = 12;
/** Cells of a row with more columns than anybody reads. */
const cellLimit = 12;
/** UTF-16 code units of code. */
const codeLimit = 1_200;
/** A list of up to so many words is seen at a glance, and comes whole. */
const glance = 90;
/** Share of the anchor's score from which on an item of a list that no line leads into answers as well. */
const alsoListed = 0.88;

/** An item with the sentences and the inner items that belong to it, a row, or a piece of code. */
type Entry = readonly Unit[];

export function shownPart({ kind, units, ordered }: Block, choice: PartChoice): ChosenBlock {
  if (kind === 'paragraph') return { kind, units, isCut: false };
  // Steps belong together, unless only one of them is what every near question asks for.
  const belongs = ordered ? choice.said?.mayBelong : choice.said?.belongs;
  const leadIn = units[0]!.kind === 'sentence' ? units.slice(0, 1) : [];
  const entries = entriesOf(units.slice(leadIn.length));
  const asked = ordered || kind === 'code' ? [] : namedIn(entries, choice);
  // What answers best may be named in other words: "Every half year" beside "Yearly".
  const wanted =
    asked.length > 0
      ? entries.filter((entry) => asked.includes(entry) || entry.includes(choice.anchor))
      : belongs && kind !== 'code' && entries.some((entry) => entry.some(belongs))
        ? entries.filter((entry) => entry.some(belongs))
        : answering(entries, { ...choice, kind, isOne: ordered || leadIn.length > 0 });
  const shown = withinRoom(wanted, kind, choice.anchor);
  const narrow = shown.flat().map((unit) => (unit.kind === 'row' ? narrowed(unit, choice.question) : unit));
  return {
    kind,
    units: [...leadIn, ...narrow],
    // Rows and items that the question named, or that are sentences of their own, are not the beginning of something.
    isCut: shown.length < wanted.length || narrow.some((unit, index) => unit !== shown.flat()[index]),
  };
}

/** Of a row with very many columns, those that the question names, else the first. */
function narrowed(unit: Unit, question: ReadonlySet<string>): Unit {
  const cells = unit.text.split('; ');
  if (cells.length <= cellLimit) return unit;
  const [first, ...rest] = cells;
  const named = rest.filter((cell) => tokenizeForSearch(cell).some((token) => question.has(token)));
  const shown = (named.length > 0 ? named : rest).slice(0, cellLimit);
  return { ...unit, text: [first, ...shown].join('; ') };
}

function namedIn(entries: readonly Entry[], { question, lastTurn = question }: PartChoice): readonly Entry[] {
  const named = namedOf(entries, labelOfEntry, lastTurn);
  return named.length > 0 ? named : namedOf(entries, labelOfEntry, question);
}

const labelOfEntry = (entry: Entry) => labelOf(entry[0]!);

/** Steps, and what a line leads into, belong together. Items of another list are sentences of their own. */
function answering(
  entries: readonly Entry[],
  { anchor, scoreOf, kind, isOne }: PartChoice & { readonly kind: Block['kind']; readonly isOne: boolean },
): readonly Entry[] {
  const holdsAnchor = (entry: Entry) => entry.includes(anchor);
  if (kind === 'code' || !entries.some(holdsAnchor)) return entries;
  if (kind === 'table') return entries.length <= rowLimit ? entries : entries.filter(holdsAnchor);
  if (isOne || wordsOf(entries.flat()) <= glance) return entries;
  const least = scoreOf(anchor) * alsoListed;
  return entries.filter((entry) => holdsAnchor(entry) || Math.max(...entry.map(scoreOf)) >= least);
}

/** From the first on; where that would leave out the anchor, from the entry before it on. */
function withinRoom(entries: readonly Entry[], kind: Block['kind'], anchor: Unit): readonly Entry[] {
  const fits = (from: number) => {
    let room = kind === 'code' ? codeLimit : wordLimit;
    const shown: Entry[] = [];
    for (const entry of entries.slice(from)) {
      room -= entry.reduce(
        (sum, { text }) => sum + (kind === 'code' ? text.length : text.split(/\s+/).length),
        0,
      );
      if (room < 0 && shown.length > 0) break;
      shown.push(entry);
    }
    return shown;
  };
  const fromFirst = fits(0);
  const at = entries.findIndex((entry) => entry.includes(anchor));
  return at < fromFirst.length ? fromFirst : fits(at - 1);
}

/** Inner items and what is not an item go with the item above. */
function entriesOf(units: readonly Unit[]): Entry[] {
  const outermost = Math.min(...units.map(({ level }) => level));
  const entries: Unit[][] = [];
  for (const unit of units) {
    const begins = (unit.kind === 'row' || unit.kind === 'item') && unit.level <= outermost;
    if (begins || entries.length === 0) entries.push([unit]);
    else entries.at(-1)!.push(unit);
  }
  return entries;
}
