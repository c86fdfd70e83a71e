// What a model says of each word, put together into names, addresses and numbers.
import type { Entity, EntityKind } from '#core/entity-finder.ts';
import type { Piece } from './word-pieces.ts';

/** What the labels of the model mean here. A state alone names no one and is left out: it only belongs to an address beside it. */
const kindsByLabel: Readonly<Record<string, EntityKind | 'state'>> = {
  GIVEN_NAME: 'name',
  SURNAME: 'name',
  EMAIL: 'email',
  PHONE: 'phone',
  URL: 'url',
  TAX_ID: 'id',
  BANK_ACCOUNT: 'id',
  ROUTING_NUMBER: 'id',
  GOVERNMENT_ID: 'id',
  PASSPORT: 'id',
  DRIVERS_LICENSE: 'id',
  BUILDING_NUMBER: 'address',
  STREET_NAME: 'address',
  SECONDARY_ADDRESS: 'address',
  CITY: 'address',
  STATE: 'state',
  ZIP_CODE: 'address',
};

export type PieceKind = EntityKind | 'state';

/** The kind of each output of the model; undefined for "nothing". Throws for a label that is not known. */
export function kindsOfLabels(labels: readonly string[]): (PieceKind | undefined)[] {
  return labels.map((label) => {
    const kind = kindsByLabel[label.replace(/^[BI]-/, '')];
    if (kind === undefined && label !== 'O') throw new Error(`the label ${label} is not known`);
    return kind;
  });
}

export interface PieceScore {
  readonly kind: PieceKind;
  /** 0 to 1: that the word is of this kind. */
  readonly probability: number;
}

/**
 * From which probability a word counts, chosen on data/evals/personal-data/tuning.jsonl. The model does not see capitals: one makes a name
 * or a place likelier. What is missed is published, so a name may be a guess; a number may not.
 */
const leastProbability = { capital: 0.2, small: 0.6, other: 0.5 };
/** What may stand between two words of one name or one address. */
const joints: Readonly<Partial<Record<EntityKind, RegExp>>> = {
  name: /^[ .'’\u00a0-]{0,3}$/,
  address: /^[\s.,/'’()#-]{0,4}$/,
  id: /^[ ./-]{0,2}$/,
  phone: /^[ ()./-]{0,3}$/,
  email: /^[ .@_-]{0,3}$/,
  url: /^[./:-]{0,3}$/,
};

/** `scores` has one entry for each piece. */
export function entitiesOf(
  text: string,
  pieces: readonly Piece[],
  scores: readonly (PieceScore | undefined)[],
): Entity[] {
  const spans: { kind: PieceKind; start: number; end: number }[] = [];
  for (const [index, piece] of pieces.entries()) {
    const score = scores[index];
    if (!score || score.probability < leastFor(score.kind, text, piece)) continue;
    const last = spans.at(-1);
    const sameThing =
      last !== undefined &&
      (last.kind === score.kind || (isPlace(last.kind) && isPlace(score.kind))) &&
      joints[kindOf(score.kind)]?.test(text.slice(last.end, piece.start));
    if (!sameThing) spans.push({ kind: score.kind, start: piece.start, end: piece.end });
    else {
      last.end = piece.end;
      if (last.kind === 'state') last.kind = score.kind;
    }
  }
  return spans
    .filter(({ kind }) => kind !== 'state')
    .map(({ kind, start, end }) => wholeWords(text, { kind: kindOf(kind), start, end }))
    .filter(({ kind, start, end }) => couldBe(kind, text.slice(start, end)));
}

function leastFor(kind: PieceKind, text: string, { start, end }: Piece): number {
  if (kind !== 'name' && !isPlace(kind)) return leastProbability.other;
  if (!/^[\p{Lu}\p{Lo}\p{N}]/u.test(text.slice(start, end))) return leastProbability.small;
  // Every sentence begins with a capital; two in a row say more.
  const begins = /(?:^|[.!?:"“„>*•-])\s*$/.test(text.slice(Math.max(0, start - 4), start));
  return begins && !/^[-.'’]?\s?\p{Lu}/u.test(text.slice(end, end + 3))
    ? leastProbability.other
    : leastProbability.capital;
}

function isPlace(kind: PieceKind): boolean {
  return kind === 'address' || kind === 'state';
}

/** A number has digits; e-mail addresses and links are patterns' work, and the model takes parts of both for them. */
function couldBe(kind: EntityKind, found: string): boolean {
  if (kind === 'id' || kind === 'phone') return (found.match(/\d/g)?.length ?? 0) >= 3;
  return kind !== 'email' && kind !== 'url' && /[\p{L}\p{N}]/u.test(found);
}

function kindOf(kind: PieceKind): EntityKind {
  return kind === 'state' ? 'address' : kind;
}

/** Without marks at its ends, and with the other half of "Meier-Schulz" or "O’Brien". */
function wholeWords(text: string, { kind, start, end }: Entity): Entity {
  const before = /(?:[\p{L}\p{N}]{1,30}[-'’])?$/u.exec(text.slice(Math.max(0, start - 31), start))![0];
  const after = /^(?:[-’'](?!s\b)[\p{L}\p{N}]{1,30})?/u.exec(text.slice(end, end + 31))![0];
  const found = text.slice(start, end);
  const lead = /^[^\p{L}\p{N}(+]*/u.exec(found)![0].length;
  const trail = /[^\p{L}\p{N})]*$/u.exec(found)![0].length;
  return {
    kind,
    start: lead > 0 ? start + lead : start - before.length,
    end: trail > 0 ? Math.max(start + lead, end - trail) : end + after.length,
  };
}
