// The extractive answer: score the units of the best passages against the question, choose what of one section answers, write it down.
// Where another article is nearly as likely to answer, what it says stands behind. A message that asks several things gets an answer for
// each, under the question.
import type { AnswerWording, Doubt, GroundedPart, Grounding } from '#core/chat-model.ts';
import { codesIn } from '#core/codes.ts';
import type { ScoredChunk } from '#core/document.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { pointsBack } from './answer-from-section.ts';
import { type ChooseInput, type ChosenAnswer, chooseAnswer } from './choose-answer.ts';
import { passageSections, type Unit, wordsOf } from './passage-blocks.ts';
import { asksForPresent, tellsOfYear } from './past-times.ts';
import { type ExtractiveModels, type ScoredUnit, type ScoreOptions, scoreUnits } from './score-units.ts';
import { writeUnits } from './write-units.ts';

const passagesRead = 4;
/** Share of the best unit's score from which on another article is given in place of one that was given before. */
const nextBest = 0.75;
/**
 * Share of the best unit's score from which on another article is heard, too. Measured on 173 questions of three help centres (tuning): facts
 * given .720 without, .749 from .95 on, .769 from .9, .780 from .85; sentences that belong .385, .378, .360, .327. On the sample company's
 * facts .473 without, .503 from .95 on and from .9 on. Siblings that the question tells nothing of are heard, too: on 248 questions of five
 * help centres facts .721 without them, .742 with them; sentences that belong .368 in both.
 */
const nearlyAsGood = 0.95;
/** In doubt more is heard. On 248 questions of five help centres: facts given .742 with .95 here, .746 with .9, .752 with .85 and with .8. */
const nearlyAsGoodInDoubt = 0.85;
/** Words of both together. */
const bothWordLimit = 120;
/** Share of an answer's characters that were said before, from which on it would be the same again. */
const sameAgain = 0.8;
/** The same, where the same is asked. */
const sameToSame = 0.5;
/** Two questions ask the same from this share of the words of both on. */
const sameQuestion = 0.6;
/** A shorter sentence says nothing alone. Words. */
const leastAlone = 3;
/** A question that heads its answer, in UTF-16 code units. */
const longestHeading = 120;

type Composing = ScoreOptions &
  Pick<Grounding, 'said' | 'askedBefore' | 'wording'> & { readonly models: ExtractiveModels };

/**
 * The answer in pieces to stream; `[n]` is the 1-based number of a passage in `grounding`. Empty without passages, and where all that
 * answers was said before.
 */
export async function composeAnswer(
  {
    query,
    question = query,
    passages,
    parts = [],
    said = [],
    askedBefore = [],
    doubt,
    wording,
    cutShort,
  }: Grounding,
  models: ExtractiveModels,
  options: ScoreOptions = {},
): Promise<string[]> {
  const composing = { ...options, models, said, askedBefore, cutShort, ...(wording ? { wording } : {}) };
  // Two questions may have found the same passage: it is one source.
  const numberOf = ({ chunk }: ScoredChunk) =>
    passages.findIndex(({ chunk: { id, text } }) => id === chunk.id && text === chunk.text) + 1;
  if (parts.length < 2) return composeOne({ query, question, passages, doubt }, numberOf, composing);
  const pieces: string[] = [];
  const given = new Set<string>();
  for (const part of parts) {
    const answer = part.settled === undefined ? await composeOne(part, numberOf, composing) : [part.settled];
    const text = answer.join('');
    // Two ways to ask for the same need one answer.
    if (given.has(text) && text !== '') continue;
    given.add(text);
    const heading = part.question
      .replace(/[*_[\]<>`\n]/g, ' ')
      .slice(0, longestHeading)
      .trim();
    pieces.push(`${pieces.length === 0 ? '' : '\n\n'}**${heading}**\n\n`);
    pieces.push(...(answer.length > 0 ? answer : [wording?.unknown ?? '']));
  }
  return pieces;
}

async function composeOne(
  { query, question, passages, doubt }: GroundedPart,
  numberOf: (passage: ScoredChunk) => number,
  { models, said = [], askedBefore = [], wording, ...options }: Composing,
): Promise<string[]> {
  const read = passages.slice(0, passagesRead);
  const sections = read.map(({ chunk }) => passageSections(chunk));
  let scored: readonly ScoredUnit[] = await scoreUnits({ query, question, passages: read }, sections, {
    models,
    ...options,
  });
  const least = (scored[0]?.score ?? 0) * nextBest;
  const isAskedAgain = askedBefore.some((other) => asksTheSame(question, other));
  const titleOf = (passage: number) => read[passage]!.chunk.title;
  while (scored[0] && scored[0].score >= least) {
    const whole = chooseAnswer({ query, question, passages: read, sections, scored });
    if (!whole) return [];
    const chosen = wasSaid(whole, said, isAskedAgain ? sameToSame : sameAgain)
      ? isAskedAgain
        ? undefined
        : sentenceAlone(whole, said)
      : whole;
    if (chosen) {
      const passage = read[chosen.passage]!;
      const notice = languageNotice(passage, wording);
      const written = (answer: ChosenAnswer) =>
        writeUnits(answer, {
          mark: `[${numberOf(read[answer.passage]!)}]`,
          goesOn: wording?.goesOn ?? '',
        });
      const share = doubt ? nearlyAsGoodInDoubt : nearlyAsGood;
      const input = { query, question, passages: read, sections, scored };
      // Beside what is no answer, more of the kind helps nobody.
      const second = doubt === 'notFound' ? undefined : secondAnswer(chosen, input, share);
      const both = underTitles(second ? [chosen, second] : [chosen], read, doubt);
      const pieces = both.flatMap((answer, index) => [...(index === 0 ? [] : ['\n\n']), ...written(answer)]);
      const answer = notice ? [`${notice}\n\n`, ...pieces] : pieces;
      return doubt && wording
        ? [`${wording.doubt[doubt]}\n\n`, ...answer, `\n\n${wording.doubt.behind}`]
        : answer;
    }
    // Another device's article is no second answer where the question names this one.
    scored = scored.filter(
      ({ passage }) =>
        passage !== whole.passage && !isSiblingNamed(titleOf(whole.passage), titleOf(passage), query),
    );
  }
  return [];
}

/** What another article says as well, where it is nearly as likely to be the answer and there is room for it. */
function secondAnswer(first: ChosenAnswer, input: ChooseInput, share: number): ChosenAnswer | undefined {
  // A code is answered once.
  if (codesIn(input.query).length > 0) return undefined;
  const rest = input.scored.filter(({ passage }) => passage !== first.passage);
  if (!rest[0] || rest[0].score < input.scored[0]!.score * share) return undefined;
  const chosen = chooseAnswer({ ...input, scored: rest });
  if (!chosen) return undefined;
  const [one, other] = [first, chosen].map(({ passage }) => input.passages[passage]!.chunk);
  if (other!.kind !== 'article' || isSiblingNamed(one!.title, other!.title, input.query)) return undefined;
  // Passages of one article overlap.
  const said = new Set(first.blocks.flatMap(({ units }) => units.map(({ text }) => text)));
  const own = chosen.blocks.filter(({ units }) => !units.every(({ text }) => said.has(text)));
  if (own.length < chosen.blocks.length && own[0] !== chosen.blocks[0]) return undefined;
  const isPresent = asksForPresent(input.question ?? input.query);
  const holding = isPresent ? own.filter((block) => !tellsOfYear(block)) : own;
  let words = wordsOf(first.blocks.flatMap(({ units }) => units));
  const fitting = holding.findIndex((block) => {
    words += wordsOf(block.units);
    return words > bothWordLimit;
  });
  const blocks = fitting === -1 ? holding : holding.slice(0, fitting);
  return blocks.length > 0 ? { ...chosen, blocks } : undefined;
}

/** What may be about another case says where it is from: each of two articles, and what only comes closest. */
function underTitles(
  answers: readonly ChosenAnswer[],
  passages: readonly ScoredChunk[],
  doubt: Doubt | undefined,
): readonly ChosenAnswer[] {
  const titles = answers.map(({ passage }) => passages[passage]!.chunk.title);
  if (new Set(titles).size < 2 && doubt !== 'notFound') return answers;
  return answers.map((answer, index) => ({ heading: titles[index]!, ...answer }));
}

/** "Reset the Thermostat 1" and "… 2" are answers to different questions, and the question may name which. */
function isSiblingNamed(title: string, other: string, query: string): boolean {
  const [own, theirs, asked] = [title, other, query].map((text) => new Set(tokenizeForSearch(text)));
  const shared = own!.intersection(theirs!).size;
  const areSiblings = shared * 2 >= Math.min(own!.size, theirs!.size);
  return areSiblings && !own!.symmetricDifference(theirs!).isDisjointFrom(asked!);
}

function wasSaid({ blocks }: ChosenAnswer, said: readonly string[], from: number): boolean {
  const units = blocks.flatMap((block) => block.units);
  const before = said.map(inOneLine);
  const count = (list: readonly Unit[]) => list.reduce((sum, { text }) => sum + text.length, 0);
  const again = units.filter((unit) =>
    before.some((other) => partsOf(unit).every((part) => other.includes(part))),
  );
  return count(units) > 0 && count(again) / count(units) >= from;
}

/** A row may have been written as a line of a table. */
function partsOf({ kind, text }: Unit): readonly string[] {
  if (kind !== 'row') return [inOneLine(text)];
  return text
    .replace(/^\s*[-*+•]\s+/, '')
    .split(/ — |; /)
    .map((cell) => inOneLine(cell.slice(cell.indexOf(': ') + 1)).trim())
    .filter((cell) => /[\p{L}\p{N}]/u.test(cell));
}

/**
 * Of what was said, the one sentence that answers another question than before: it stood among the rest. Undefined where it is a step of
 * several, or was all that was said.
 */
function sentenceAlone(answer: ChosenAnswer, said: readonly string[]): ChosenAnswer | undefined {
  const { blocks, answering } = answer;
  const block = blocks.find(({ units }) => units.includes(answering));
  if (!block || answering.kind === 'code' || /^\s*\d{1,3}[.)]\s/.test(answering.text)) return undefined;
  const at = block.units.indexOf(answering);
  const leansBack = answering.kind === 'sentence' && pointsBack.test(answering.text);
  const units = block.units.slice(leansBack ? Math.max(0, at - 1) : at, at + 1);
  const text = inOneLine(units.map((unit) => unit.text).join(' '));
  const isAll = said.some((other) => withoutMarks(inOneLine(other)).trim() === text);
  if (isAll || wordsOf(units) < leastAlone) return undefined;
  return { ...answer, blocks: [{ ...block, units, isCut: false }] };
}

function asksTheSame(question: string, other: string): boolean {
  const [own, theirs] = [question, other].map((text) => new Set(tokenizeForSearch(text)));
  const all = own!.union(theirs!).size;
  return all > 0 && own!.intersection(theirs!).size >= sameQuestion * all;
}

const inOneLine = (text: string) => text.replace(/\s+/g, ' ');
const withoutMarks = (text: string) => text.replace(/ ?\[\d{1,3}\]/g, '');

function languageNotice({ chunk }: ScoredChunk, wording: AnswerWording | undefined): string | undefined {
  const { language } = chunk;
  if (!wording || language === 'und' || language.split('-')[0] === wording.language) return undefined;
  return wording.inOtherLanguage(languageName(language, wording.language));
}

function languageName(code: string, inLanguage: string): string {
  try {
    return new Intl.DisplayNames([inLanguage], { type: 'language' }).of(code) ?? code;
  } catch {
    // What a source states need not be a language.
    return code;
  }
}
