// A document to passages that follow its headings and sentences, each small enough to be embedded whole with its context.
import { type Chunk, chunkOf, type Document } from '#core/document.ts';
import { blocksWithin, packBlocks } from '#core/text-blocks.ts';
import { estimateTokens, tokenFactor } from '#parse/estimate-tokens.ts';
import type { ParsedBlock } from '#parse/parsed-text.ts';
import { withPaths } from '#parse/plain-text.ts';
import { readSections, type Section, type Unit } from '#parse/sections.ts';

export interface ChunkSizes {
  /** Estimated tokens a passage should have: about 150 words. */
  readonly target: number;
  /** Estimated tokens of context and passage together; embedders read 256. */
  readonly max: number;
  /** Sections with fewer are joined with a neighbour. */
  readonly tiny: number;
}

const defaultChunkSizes: ChunkSizes = { target: 190, max: 240, tiny: 40 };

export interface ChunkOptions {
  /** Of the document's text, as its parser found them; default: what its lines look like. */
  readonly blocks?: readonly ParsedBlock[] | undefined;
  /** For English. */
  readonly sizes?: ChunkSizes;
}

/** Never empty for a document with visible text; chunks are in order and do not overlap. */
export function chunkDocument(
  document: Document,
  { blocks = withPaths(document.pageContent), sizes: englishSizes = defaultChunkSizes }: ChunkOptions = {},
): Chunk[] {
  const { id, pageContent, metadata } = document;
  const sizes = sizesFor(metadata.language, englishSizes);
  const version = versionHeading(metadata);
  const budgetOf = (headingPath: readonly string[]) => {
    const context = estimateTokens([metadata.title, ...version, ...headingPath].join(' > '));
    return Math.max(sizes.max - context, Math.floor(sizes.max / 2));
  };
  const sections = readSections(pageContent, blocks, {
    title: metadata.title,
    maxUnitTokens: Math.floor(sizes.max / 2),
  });
  const passages = joinTinySections(sections, sizes, budgetOf).flatMap(({ headingPath, units }) =>
    splitUnits(units, Math.min(sizes.target, budgetOf(headingPath)), budgetOf(headingPath)).map((range) => ({
      headingPath,
      ...range,
    })),
  );
  return passages.map(({ headingPath, start, end }, ordinal) =>
    chunkOf(document, {
      id: `${id}#${ordinal}`,
      ordinal,
      headingPath: [...version, ...headingPath],
      start,
      end,
      blocks: packBlocks(blocksWithin(blocks, start, end)),
    }),
  );
}

/** A passage says of which version it is, unless its title does. */
function versionHeading({ title, version }: Document['metadata']): string[] {
  return version === undefined || title.includes(version) ? [] : [`Version ${version}`];
}

function sizesFor(language: string, { target, max, tiny }: ChunkSizes): ChunkSizes {
  const factor = tokenFactor(language);
  return { target: target / factor, max: max / factor, tiny: tiny / factor };
}

interface Passage {
  readonly headingPath: readonly string[];
  readonly units: readonly Unit[];
}

/** A tiny section joins its neighbour under the same parent; the headings between them then belong to the passage's text. */
function joinTinySections(
  sections: readonly Section[],
  { target, tiny }: ChunkSizes,
  budgetOf: (path: readonly string[]) => number,
): Passage[] {
  const passages: (Passage & { tokens: number; tiny: boolean; standsAlone?: boolean })[] = [];
  for (const section of sections) {
    const tokens = sum(section.units);
    const { headingPath, units } = section;
    const standsAlone = section.standsAlone || isQuestion(section);
    const isTiny = tokens < tiny && !standsAlone;
    const last = passages.at(-1);
    const shared = last ? commonPath(last.headingPath, section.headingPath) : [];
    const related =
      last !== undefined &&
      !standsAlone &&
      !last.standsAlone &&
      shared.length >= Math.min(last.headingPath.length, section.headingPath.length) - 1;
    const heading = section.heading ? [section.heading] : [];
    const joined = (last?.tokens ?? 0) + sum(heading) + tokens;
    if (last && related && (isTiny || last.tiny) && joined <= Math.min(target, budgetOf(shared))) {
      const opening =
        last.headingPath.length > shared.length && last.units[0]!.heading ? [last.units[0]!.heading] : [];
      const joinedUnits = [...opening, ...last.units, ...heading, ...units];
      passages[passages.length - 1] = {
        headingPath: shared,
        units: joinedUnits,
        tokens: joined + sum(opening),
        tiny: joined < tiny,
      };
    } else passages.push({ headingPath, units, tokens, tiny: isTiny, standsAlone });
  }
  return passages;
}

/** A question with its answer is complete, however short. */
function isQuestion(section: Section): boolean {
  return /\?\s*$/.test(section.headingPath.at(-1) ?? '');
}

function commonPath(left: readonly string[], right: readonly string[]): readonly string[] {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length += 1;
  return left.slice(0, length);
}

/** What a cut before a unit costs; between paragraphs it is free. The unit is a share of a passage's ideal size, squared. */
const cutCosts: Readonly<Record<Unit['before'], number>> = {
  paragraph: 0,
  item: 0.06,
  sentence: 0.12,
  inItem: 0.4,
  glued: 2,
};

/** Cuts so that passages come near the target at the cheapest places: shortest path over the units, as in line breaking (Knuth and Plass, 1981). */
function splitUnits(
  units: readonly Unit[],
  target: number,
  budget: number,
): { start: number; end: number }[] {
  const total = sum(units);
  if (total <= budget) return [{ start: units[0]!.start, end: units.at(-1)!.end }];
  const ideal = Math.min(target, total / Math.ceil(total / target));
  const best: { cost: number; from: number }[] = [{ cost: 0, from: -1 }];
  for (let end = 1; end <= units.length; end += 1) {
    let tokens = 0;
    let choice = { cost: Number.POSITIVE_INFINITY, from: end - 1 };
    for (let from = end - 1; from >= 0; from -= 1) {
      tokens += units[from]!.tokens;
      if (tokens > budget && from < end - 1) break;
      const cut = from === 0 ? 0 : cutCosts[units[from]!.before];
      const cost = best[from]!.cost + cut + ((tokens - ideal) / ideal) ** 2;
      if (cost < choice.cost) choice = { cost, from };
    }
    best.push(choice);
  }
  const ranges: { start: number; end: number }[] = [];
  for (let end = units.length; end > 0; end = best[end]!.from) {
    ranges.unshift({ start: units[best[end]!.from]!.start, end: units[end - 1]!.end });
  }
  return ranges;
}

function sum(units: readonly Unit[]): number {
  return units.reduce((total, unit) => total + unit.tokens, 0);
}
