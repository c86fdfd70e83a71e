// The extractive answer: score the units of the best passages against the question, choose what of one section answers, write it down.
// Where another article is nearly as likely to answer, what it says stands behind. A message that asks several things gets an answer for
// each, under the question.
import type { AnswerWording, GroundedPart, Grounding } from '#core/chat-model.ts';
import { codesIn } from '#core/codes.ts';
import type { ScoredChunk } from '#core/document.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { type ChooseInput, type ChosenAnswer, chooseAnswer } from './choose-answer.ts';
import { passageSections, wordsOf } from './passage-blocks.ts';
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
/** A question that heads its answer, in UTF-16 code units. */
const longestHeading = 120;

type Composing = ScoreOptions & Pick<Grounding, 'said' | 'wording'> & { readonly models: ExtractiveModels };

/**
 * The answer in pieces to stream; `[n]` is the 1-based number of a passage in `grounding`. Empty without passages, and where all that
 * answers was said before.
 */
export async function composeAnswer(
  { query, question = query, passages, parts = [], said = [], isUnsure, wording, cutShort }: Grounding,
  models: ExtractiveModels,
  options: ScoreOptions = {},
): Promise<string[]> {
  const composing = { ...options, models, said, cutShort, ...(wording ? { wording } : {}) };
  // Two questions may have found the same passage: it is one source.
  const numberOf = ({ chunk }: ScoredChunk) =>
    passages.findIndex(({ chunk: { id, text } }) => id === chunk.id && text === chunk.text) + 1;
  if (parts.length < 2)
    return composeOne({ query, question, passages, ...(isUnsure ? { isUnsure } : {}) }, numberOf, composing);
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
  { query, question, passages, isUnsure = false }: GroundedPart,
  numberOf: (passage: ScoredChunk) => number,
  { models, said = [], wording, ...options }: Composing,
): Promise<string[]> {
  const read = passages.slice(0, passagesRead);
  const sections = read.map(({ chunk }) => passageSections(chunk));
  let scored: readonly ScoredUnit[] = await scoreUnits({ query, question, passages: read }, sections, {
    models,
    ...options,
  });
  const least = (scored[0]?.score ?? 0) * nextBest;
  while (scored[0] && scored[0].score >= least) {
    const chosen = chooseAnswer({ query, question, passages: read, sections, scored });
    if (!chosen) return [];
    if (!wasSaid(chosen, said)) {
      const passage = read[chosen.passage]!;
      const notice = languageNotice(passage, wording);
      const written = (answer: ChosenAnswer) =>
        writeUnits(answer, {
          mark: `[${numberOf(read[answer.passage]!)}]`,
          goesOn: wording?.goesOn ?? '',
        });
      const share = isUnsure ? nearlyAsGoodInDoubt : nearlyAsGood;
      const second = secondAnswer(chosen, { query, question, passages: read, sections, scored }, share);
      const both = second ? toldApart([chosen, second], read) : [chosen];
      const pieces = both.flatMap((answer, index) => [...(index === 0 ? [] : ['\n\n']), ...written(answer)]);
      const answer = notice ? [`${notice}\n\n`, ...pieces] : pieces;
      return isUnsure && wording
        ? [`${wording.unsure.before}\n\n`, ...answer, `\n\n${wording.unsure.behind}`]
        : answer;
    }
    scored = scored.filter(({ passage }) => passage !== chosen.passage);
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
  const isPresent = asksForPresent(input.question ?? input.query);
  const holding = isPresent ? chosen.blocks.filter((block) => !tellsOfYear(block)) : chosen.blocks;
  let words = wordsOf(first.blocks.flatMap(({ units }) => units));
  const fitting = holding.findIndex((block) => {
    words += wordsOf(block.units);
    return words > bothWordLimit;
  });
  const blocks = fitting === -1 ? holding : holding.slice(0, fitting);
  return blocks.length > 0 ? { ...chosen, blocks } : undefined;
}

/** Two articles that say something each have their titles: one may be about another case. */
function toldApart(answers: readonly ChosenAnswer[], passages: readonly ScoredChunk[]): ChosenAnswer[] {
  const titles = answers.map(({ passage }) => passages[passage]!.chunk.title);
  const areSeveral = new Set(titles).size > 1;
  return answers.map((answer, index) => (areSeveral ? { heading: titles[index]!, ...answer } : answer));
}

/** "Reset the Thermostat 1" and "… 2" are answers to different questions, and the question may name which. */
function isSiblingNamed(title: string, other: string, query: string): boolean {
  const [own, theirs, asked] = [title, other, query].map((text) => new Set(tokenizeForSearch(text)));
  const shared = own!.intersection(theirs!).size;
  const areSiblings = shared * 2 >= Math.min(own!.size, theirs!.size);
  return areSiblings && !own!.symmetricDifference(theirs!).isDisjointFrom(asked!);
}

function wasSaid({ blocks }: ChosenAnswer, said: readonly string[]): boolean {
  const texts = blocks.flatMap(({ units }) => units.map(({ text }) => text.replace(/\s+/g, ' ')));
  const before = said.map((text) => text.replace(/\s+/g, ' '));
  const count = (list: readonly string[]) => list.reduce((sum, { length }) => sum + length, 0);
  const again = texts.filter((text) => before.some((other) => other.includes(text)));
  return count(texts) > 0 && count(again) / count(texts) >= sameAgain;
}

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
