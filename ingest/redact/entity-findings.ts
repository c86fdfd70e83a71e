// What a model found, beside what patterns found: their word counts where both see something. And the model's word does not count for titles,
// labels of forms, parts of links, numbers of versions and what the team itself has published.
import type { Entity } from '#core/entity-finder.ts';
import { identifierWords } from './identifier-words.ts';
import type { Finding } from './redact.ts';

/** Titles and joining words name no one. */
export const titles = new Set(
  (
    'mr mrs ms mx miss dr prof sir madam sr sra srta señor señora dra don doña mme mlle madame monsieur herr herrn frau dona senhor senhora ' +
    'the de del la las los da das do dos di du le van von zu bin al el y e and c’est i’m'
  ).split(' '),
);
const identifierTerms = new Set(
  Object.values(identifierWords).flatMap((lines) =>
    lines.flatMap((line) => line.toLowerCase().split(/, | /)),
  ),
);
/** Fewer are a quantity or the number of a thing. */
const leastDigits = 4;
/** A place has a word in it, or is a post code. */
const placeLike = /\p{L}{3}|\p{Lo}|^\d{5}(?:-\d{4})?$|^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$/u;
/** "help.example.com", "settings.json": small letters with dots between them. */
const hostLike = /^[^\s@]*\p{Ll}\.\p{Ll}[^\s@]*$/u;

export interface ModelFindings {
  readonly entities: readonly Entity[];
  /** Of a word in small letters: the team's own articles are full of it, so it names no customer. */
  readonly isPublished?: ((word: string) => boolean) | undefined;
}

/** `findings` and what of the entities lies beside them, in order and without overlaps. */
export function withEntities(
  text: string,
  findings: readonly Finding[],
  { entities, isPublished = () => false }: ModelFindings,
): Finding[] {
  const more = entities
    .flatMap((entity) => [...beside(text, entity, findings)])
    .filter((finding) => isPersonal(text, finding, isPublished));
  return [...findings, ...more].sort((left, right) => left.start - right.start);
}

/** The parts of `entity` that no finding covers, without marks at their ends. */
function* beside(
  text: string,
  { kind, start, end }: Entity,
  findings: readonly Finding[],
): Generator<Finding> {
  let from = start;
  const covering = findings.filter((finding) => finding.start < end && start < finding.end);
  for (const next of [...covering, { start: end, end }]) {
    const part = text.slice(from, Math.max(from, next.start));
    const lead = /^[^\p{L}\p{N}+]*/u.exec(part)![0].length;
    const length = part.replace(/[^\p{L}\p{N}]+$/u, '').length;
    if (length > lead) yield { kind, start: from + lead, end: from + length };
    from = Math.max(from, next.end);
  }
}

function isPersonal(
  text: string,
  { kind, start, end }: Finding,
  isPublished: (word: string) => boolean,
): boolean {
  if (/https?:\/\/\S{0,300}$/i.test(text.slice(Math.max(0, start - 308), start))) return false;
  const found = text.slice(start, end);
  if (kind !== 'name' && kind !== 'address') return (found.match(/\d/g)?.length ?? 0) >= leastDigits;
  if (kind === 'address' && !placeLike.test(found)) return false;
  if (hostLike.test(tokenAround(text, start, end))) return false;
  return wordsOf(found).some((word) => !titles.has(word) && !identifierTerms.has(word) && !isPublished(word));
}

function tokenAround(text: string, start: number, end: number): string {
  const before = /\S{0,80}$/.exec(text.slice(Math.max(0, start - 80), start))![0];
  const after = /^\S{0,80}/.exec(text.slice(end, end + 80))![0];
  return before + text.slice(start, end) + after;
}

export function wordsOf(name: string): string[] {
  return (
    name
      .toLowerCase()
      .replace(/'/g, '’')
      .match(/[\p{L}\p{M}\p{N}’]+/gu) ?? []
  );
}
