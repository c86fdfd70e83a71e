// What makes no sense in an answer without what stood behind it in the article: a heading in bold, or a few words that lead into something
// that is not shown. And what says nothing: a picture's place, the name of a box.

import type { Unit } from './passage-blocks.ts';
import type { ChosenBlock } from './shown-part.ts';

/** As plain texts of mails and pages have it in a picture's place. */
const pictureOnly =
  /^(?:[-*+•]\s+|\d{1,3}[.)]\s+)?\[(?:image|picture|screenshot|cid)(?::[^\]\n]{0,500})?\][.\s]*$/i;
/** The name of a box, whose text is the next paragraph; as readers of pages leave it behind. */
const boxOnly =
  /^\W{0,4}(?:info|note|tip|hint|warning|caution|important|hinweis|tipp|achtung|wichtig|nota|consejo|aviso|importante|remarque|astuce|attention|dica|atenção|注意|提示|说明)\W{0,4}$/iu;
const boldOnly = /^\*\*[^*]{1,200}\*\*[:：]?$/;
/** "The result looks like this:" A longer sentence says something by itself. */
const leadsOn = /^(?:\S+\s+){0,7}\S+[:：]$/;
/** Between two sentences that follow each other stands no more than a line end or two, in UTF-16 code units. */
const mostBetween = 6;
/** As much of a list, a table or code may stand between its lead-in and what of it is shown. */
const mostOfList = 600;

/** All of it where nothing else would be left. */
export function withoutLooseEnds(blocks: readonly ChosenBlock[]): ChosenBlock[] {
  const seen = blocks
    .map((block) => ({ ...block, units: block.units.filter(({ text }) => !saysNothing(text.trim())) }))
    .filter(({ units }) => units.length > 0);
  const kept: ChosenBlock[] = [];
  // From the end on: what leads to a loose end is one, too.
  for (const block of seen.toReversed()) {
    let next = kept[0]?.units[0];
    // Of a list that is led into, the items shown need not be the first.
    const leadsInto = kept[0]?.kind === 'paragraph' ? mostBetween : mostOfList;
    const units: Unit[] = [];
    for (const unit of block.units.toReversed()) {
      if (block.kind === 'paragraph' && isLoose(unit, next, units.length > 0 ? mostBetween : leadsInto))
        continue;
      units.unshift(unit);
      next = unit;
    }
    if (units.length > 0) kept.unshift({ ...block, units });
  }
  return kept.length > 0 ? kept : [...blocks];
}

const saysNothing = (text: string) => pictureOnly.test(text) || boxOnly.test(text);

function isLoose({ text, kind, end }: Unit, next: Unit | undefined, between: number): boolean {
  if (kind !== 'sentence' || !(boldOnly.test(text.trim()) || leadsOn.test(text.trim()))) return false;
  return next === undefined || next.start < end || next.start - end > between;
}
