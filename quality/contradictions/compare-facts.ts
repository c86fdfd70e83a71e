// Whether two facts say different things about the same. Their vectors say how alike they are; words say what keeps them apart.
import { type Fact, stem } from './facts.ts';
import type { Quantity } from './quantities.ts';

export interface FactPair {
  readonly first: Fact;
  readonly second: Fact;
  /** Cosine of the masked sentences, each behind what it is about. */
  readonly cosine: number;
  /** Cosine of the masked sentences alone. */
  readonly sentenceCosine: number;
}

export interface Thresholds {
  readonly cosine: number;
  readonly sentenceCosine: number;
  /** Share of the words of the shorter sentence that the other one has, too. */
  readonly overlap: number;
}

/** Fitted on the `tune` half of data/evals/contradictions.jsonl: docs/data-quality.md. */
export const shippedThresholds: Thresholds = { cosine: 0.65, sentenceCosine: 0.74, overlap: 0.5 };

/** The quantities that differ; undefined where the facts agree or are about different things. */
export function contradictionOf(
  { first, second, cosine, sentenceCosine }: FactPair,
  thresholds: Thresholds = shippedThresholds,
): { readonly first: Quantity; readonly second: Quantity } | undefined {
  if (cosine < thresholds.cosine || sentenceCosine < thresholds.sentenceCosine) return undefined;
  const overlap = wordOverlap(first, second);
  if (overlap < thresholds.overlap) return undefined;
  if (keptApart(first, second)) return undefined;
  return differing(first.quantities, second.quantities);
}

export function wordOverlap(first: Fact, second: Fact): number {
  const [short, long] = first.words.size <= second.words.size ? [first, second] : [second, first];
  let shared = 0;
  for (const word of short.words) if (long.words.has(word) || long.aboutWords.has(word)) shared += 1;
  return shared / short.words.size;
}

/** Of one kind and with the same bound, and no value of that kind in common. */
function differing(first: readonly Quantity[], second: readonly Quantity[]) {
  for (const one of first) {
    const others = second.filter(({ kind, bound }) => kind === one.kind && boundsMeet(bound, one.bound));
    const own = first.filter(({ kind }) => kind === one.kind);
    const meets = second
      .filter(({ kind }) => kind === one.kind)
      .some(({ value }) => own.some((mine) => sameValue(one.kind, mine.value, value)));
    if (others.length > 0 && !meets) return { first: one, second: others[0]! };
  }
  return undefined;
}

function boundsMeet(one: Quantity['bound'], other: Quantity['bound']): boolean {
  return one === other || one === 'none' || other === 'none';
}

/** Two weeks are 14 days, and 24 months two years; a date without a year is that day of any year. */
function sameValue(kind: string, one: number, other: number): boolean {
  if (kind === 'date') return one < 1e4 || other < 1e4 ? one % 1e4 === other % 1e4 : one === other;
  if (kind === 'clock') return one === other;
  return Math.abs(one - other) <= 0.015 * Math.max(Math.abs(one), Math.abs(other));
}

/**
 * Each sentence, or what it stands under, names something that the other does not: another plan, another product, another country.
 * Words that say the same in other words are no such thing, so it takes a pair that excludes each other, a name, a code or a number.
 */
function keptApart(first: Fact, second: Fact): boolean {
  const [one, other] = [ownWords(first, second), ownWords(second, first)];
  if (
    alternatives.some(
      (set) => [...one].some((word) => set.has(word)) && [...other].some((word) => set.has(word)),
    )
  )
    return true;
  const [names, otherNames] = [namesOf(first, second), namesOf(second, first)];
  if (names.size > 0 && otherNames.size > 0) return true;
  return isSameButForOneWord(first.masked, second.masked);
}

/** "Delivery to # takes #": the same statement about two things. */
function isSameButForOneWord(first: string, second: string): boolean {
  const [one, other] = [first, second].map((text) => text.toLowerCase().match(/[\p{L}\p{N}#]+/gu) ?? []);
  if (one!.length !== other!.length) return false;
  return one!.filter((word, at) => word !== other![at]).length === 1;
}

/** Words of one sentence and of what it is about that the other has neither here nor there. */
function ownWords(fact: Fact, other: Fact): Set<string> {
  return new Set(
    [...fact.words, ...fact.aboutWords].filter(
      (word) => !other.words.has(word) && !other.aboutWords.has(word),
    ),
  );
}

/** Names, codes and numbers: with a capital inside a sentence, or with a digit. */
function namesOf(fact: Fact, other: Fact): Set<string> {
  const text = `${fact.about}. ${fact.masked}`;
  const theirs = `${other.about} ${other.masked}`.toLowerCase();
  const names = text.match(/(?<=[\p{Ll}\p{N},] )\p{Lu}[\p{L}\p{N}-]{2,}|\b\p{L}{0,4}\d+\b/gu) ?? [];
  return new Set(names.filter((name) => !theirs.includes(name.toLowerCase())));
}

/** Words of one line exclude each other, whatever the company sells. Stems, as `stem` makes them. */
const alternatives: readonly ReadonlySet<string>[] = (
  [
    'month year week annual weekly monthly yearly daily',
    'minimum maximum least most min max',
    'standard express basic pro premium free paid plus professional enterprise busi privat personal family student',
    'upload download import export',
    'open unopen opened unopened used unused new old refurbish',
    'card transfer paypal cash bank',
    'email e-mail text sms phone chat',
    'adult child children',
    'indoor outdoor inside outside domestic international',
    'restart reset',
    'first second third last',
    'owner admin editor guest member view',
    'red green blue orange yellow white',
    'image video audio photo',
    'windows mac macos linux ios android iphone ipad',
    'monday tuesday wednesday thursday friday saturday sunday weekend weekday',
    'winter summer spring autumn',
    'before after until from',
    'geöffnet ungeöffnet monatlich jährlich inland ausland privat geschäft',
    'básico profesional mensual anual estándar exprés',
    'standard express mensuel annuel',
  ] as const
).map((line) => new Set(line.split(' ').flatMap((word) => [word, stem(word)])));
