// Which units of the passages make the answer: the section that answers best, and of it what belongs to the sentence that answers.
import { codesIn } from '#core/codes.ts';
import type { ScoredChunk } from '#core/document.ts';
import { tokenizeForSearch } from '#core/lexical-tokens.ts';
import { isOfOtherPlatform, platformsIn, platformsOf } from '#core/platforms.ts';
import { answerFromOthers, answerFromSection, isOtherQuestion, replies } from './answer-from-section.ts';
import { withoutLooseEnds } from './loose-ends.ts';
import { isNamedAmongAlike, isOpposite, namedShares } from './named-labels.ts';
import type { Section, Unit } from './passage-blocks.ts';
import type { ScoredUnit } from './score-units.ts';
import type { ChosenBlock } from './shown-part.ts';
import { answerToSame } from './written-answers.ts';

export interface ChosenAnswer {
  readonly passage: number;
  /** What the answer is about, where the question names it and the answer's first block does not. */
  readonly heading?: string;
  /** The sentence, item, row or code that answers best. */
  readonly answering: Unit;
  /** In reading order. */
  readonly blocks: readonly ChosenBlock[];
}

export interface ChooseInput {
  readonly query: string;
  /** The last turn alone. */
  readonly question?: string;
  readonly passages: readonly ScoredChunk[];
  /** Of each passage. */
  readonly sections: readonly (readonly Section[])[];
  /** Best first. */
  readonly scored: readonly ScoredUnit[];
}

/** Added where the question names the heading of a section, or what tells the title of an article from others like it. */
const namedHeadingBonus = 0.08;
const namedTitleBonus = 0.08;
/** Added to it where the question names this section of the article and no other: "on Android", beside one for each device. */
const onlyNamedBonus = 0.12;

/** Undefined where there is nothing to choose from. */
export function chooseAnswer({
  query,
  question: last = query,
  passages,
  sections,
  scored,
}: ChooseInput): ChosenAnswer | undefined {
  const question = new Set(tokenizeForSearch(query));
  const lastTurn = new Set(tokenizeForSearch(last));
  const asked = codesIn(query);
  const isAbout = (text: string) => asked.length > 0 && codesIn(text).some((code) => asked.includes(code));
  const sectionAt = ({ passage, section }: ScoredUnit) => sections[passage]![section]!;
  const unitAt = (at: ScoredUnit) => sectionAt(at).blocks[at.block]!.units[at.unit]!;

  // In a follow-up what the last turn names counts before what the turns before it named.
  const named = [last, query]
    .map((text) => nameSections(new Set(tokenizeForSearch(text)), passages, sections))
    .reduce((byLast, byAll) => (scored.some((at) => byLast.bonus(at) > 0) ? byLast : byAll));
  const platforms = platformsOf([last, query]);
  const isElsewhere = (at: ScoredUnit) => isOfOtherPlatform(platformsIn(sectionAt(at).heading), platforms);
  const ofOthers = scored.filter((at) => !named.isOfOpposite(at) && !isElsewhere(at));
  const byArticle = (ofOthers.length > 0 ? ofOthers : scored)
    .map((at) => ({ ...at, score: at.score + named.bonus(at) }))
    .sort((a, b) => b.score - a.score);
  // Which section of the best article: a word like "delete" is the heading of many another one's.
  const isOfBest = ({ passage }: ScoredUnit) =>
    passages[passage]!.chunk.documentId === passages[byArticle[0]!.passage]!.chunk.documentId;
  const candidates = byArticle
    .map((at) => (isOfBest(at) && named.isOnlyNamed(at) ? { ...at, score: at.score + onlyNamedBonus } : at))
    .sort((a, b) => b.score - a.score);
  // A code in the question is what it is about: what stands under it, else what names it.
  const anchor =
    candidates.find((at) => isAbout(sectionAt(at).heading)) ??
    candidates.find((at) => isAbout(unitAt(at).text)) ??
    candidates.find((at) => isAbout(passages[at.passage]!.chunk.title)) ??
    candidates[0];
  if (!anchor) return undefined;

  const section = sectionAt(anchor);
  const scores = new Map(
    candidates.filter(({ passage }) => passage === anchor.passage).map((at) => [unitAt(at), at.score]),
  );
  const scoreOf = (unit: Unit) => scores.get(unit) ?? 0;
  const isAsked = [section.heading, unitAt(anchor).text].some(isAbout);
  const isAboutSection = isAbout(section.heading);
  const said = answerToSame(unitAt(anchor), passages[anchor.passage]!);
  const blocks = answerFromSection(section, {
    anchor,
    said,
    isCase: passages[anchor.passage]!.chunk.kind === 'transcript',
    scoreOf,
    question,
    lastTurn,
    // What names another code, and not the one asked about, is no part of the answer.
    isOthers: ({ kind, text }: Unit) =>
      kind !== 'code' &&
      asked.length > 0 &&
      !isAboutSection &&
      isAbout(unitAt(anchor).text) &&
      codesIn(text).length > 0 &&
      !isAbout(text),
  });
  const others =
    isAsked || said || passages[anchor.passage]!.chunk.kind === 'transcript'
      ? []
      : answerFromOthers(named.beside(anchor), {
          chosen: blocks,
          scoreOf,
          question,
          lastTurn,
          least: anchor.score,
        });
  const heading = [section.heading, passages[anchor.passage]!.chunk.title].find(
    (text, index) => isAbout(text) || (index === 0 && named.isNamed(anchor)),
  );
  const isOwn = heading && !heading.endsWith('?') && !isSaid(heading, blocks[0]);
  const shown = isOwn ? heading : otherQuestion(section.heading, { question, block: blocks[0] });
  return {
    passage: anchor.passage,
    answering: unitAt(anchor),
    ...(shown ? { heading: shown } : {}),
    blocks: withoutLooseEnds([...blocks, ...others]),
  };
}

/** Which sections the question names among those of the same article, and which articles among those found. */
function nameSections(
  question: ReadonlySet<string>,
  passages: readonly ScoredChunk[],
  sections: ChooseInput['sections'],
) {
  const places = sections.flatMap((list, passage) =>
    list.map(({ heading }, section) => ({ passage, section, heading, ...documentOf(passages[passage]!) })),
  );
  const documents = [...new Map(places.map(({ documentId, title }) => [documentId, title]))];
  const headingShares = new Map<string, number>();
  for (const [documentId] of documents) {
    const own = places.filter((place) => place.documentId === documentId);
    const shares = namedShares(
      own.map(({ heading }) => heading),
      question,
    );
    for (const [index, { passage, section }] of own.entries())
      headingShares.set(`${passage}:${section}`, own.length > 1 ? shares[index]! : 0);
  }
  const namedTitles = new Set(
    documents
      .filter(([documentId, title]) => {
        const others = documents.filter(([id]) => id !== documentId).map(([, other]) => other);
        return isNamedAmongAlike(title, others, question);
      })
      .map(([documentId]) => documentId),
  );
  const opposites = new Set(
    documents
      .filter(([documentId, title]) =>
        isOpposite(
          title,
          documents.filter(([id]) => id !== documentId).map(([, other]) => other),
          question,
        ),
      )
      .map(([documentId]) => documentId),
  );
  const headingShare = ({ passage, section }: Pick<ScoredUnit, 'passage' | 'section'>) =>
    headingShares.get(`${passage}:${section}`) ?? 0;
  /** All of its heading, and of no other of the article a part. */
  const isOnlyNamed = (at: Pick<ScoredUnit, 'passage' | 'section'>) =>
    headingShare(at) === 1 &&
    places.every(
      (place) =>
        headingShare(place) === 0 ||
        place.documentId !== passages[at.passage]!.chunk.documentId ||
        place.heading === sections[at.passage]![at.section]!.heading,
    );
  return {
    isNamed: (at: ScoredUnit) => headingShare(at) > 0,
    isOnlyNamed,
    isOfOpposite: (at: ScoredUnit) => opposites.has(passages[at.passage]!.chunk.documentId),
    bonus(at: ScoredUnit) {
      const isNamed = namedTitles.has(passages[at.passage]!.chunk.documentId);
      return namedHeadingBonus * headingShare(at) + (isNamed ? namedTitleBonus : 0);
    },
    /** Sections of the passage that may say something, too: where the question names this one alone, those under no heading. */
    beside(at: ScoredUnit): readonly Section[] {
      const all = sections[at.passage]!;
      return isOnlyNamed(at)
        ? all.filter(({ heading }, section) => section === at.section || heading === '')
        : all;
    },
  };
}

const documentOf = ({ chunk: { documentId, title } }: ScoredChunk) => ({ documentId, title });

/** The question that a "Yes" or "No" of the article answers, where it is not much the same as was asked. */
function otherQuestion(
  heading: string,
  { question, block }: { readonly question: ReadonlySet<string>; readonly block: ChosenBlock | undefined },
): string | undefined {
  if (!replies.test(block?.units[0]?.text ?? '')) return undefined;
  return isOtherQuestion(heading, question) ? heading : undefined;
}

function isSaid(heading: string, block: ChosenBlock | undefined): boolean {
  const said = new Set(
    tokenizeForSearch(
      (block?.units ?? [])
        .slice(0, 2)
        .map(({ text }) => text)
        .join(' '),
    ),
  );
  return tokenizeForSearch(heading).every((token) => said.has(token));
}
