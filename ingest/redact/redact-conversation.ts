// A whole conversation redacted together: a name has the same placeholder in every turn, "[NAME 1]", and a name that was found once is
// found wherever it is said again.
import type { Entity } from '#core/entity-finder.ts';
import { titles, withEntities, wordsOf } from './entity-findings.ts';
import { nameOrWord } from './names-that-are-words.ts';
import { addCounts, type Finding, type RedactionCounts, type Redactor, replaceFindings } from './redact.ts';

const shortestName = 3;
/** A conversation has few people in it; what is more is a list. */
const mostNames = 100;

export interface RedactedConversation {
  readonly texts: readonly string[];
  readonly counts: RedactionCounts;
}

export interface ConversationRedaction {
  readonly redactor: Redactor;
  /** Those of each text; absent where no model has read it. */
  readonly entities?: readonly (readonly Entity[])[] | undefined;
  /** Of a word in small letters: the team's own articles are full of it, so it names no customer. */
  readonly isPublished?: ((word: string) => boolean) | undefined;
}

export function redactConversation(
  texts: readonly string[],
  { redactor, entities = [], isPublished }: ConversationRedaction,
): RedactedConversation {
  const counts: RedactionCounts = {};
  const first = texts.map((text, turn) =>
    withEntities(text, redactor.findings(text, 'transcript'), {
      entities: entities[turn] ?? [],
      isPublished,
    }),
  );
  const names = createNames(isPublished);
  for (const [turn, findings] of first.entries()) {
    for (const { kind, start, end } of findings)
      if (kind === 'name') names.add(texts[turn]!.slice(start, end));
  }
  const pattern = names.pattern();
  const redacted = texts.map((text, turn) => {
    const findings = pattern ? withRepeats(text, first[turn]!, pattern) : first[turn]!;
    const result = replaceFindings(text, findings, (kind, value) =>
      kind === 'name' ? `[NAME ${names.add(value)}]` : `[${kind.toUpperCase()}]`,
    );
    addCounts(counts, result.counts);
    return result.text;
  });
  return { texts: redacted, counts };
}

function withRepeats(text: string, findings: readonly Finding[], pattern: RegExp): Finding[] {
  const repeats: Finding[] = [];
  for (const { 0: name, index: start } of text.matchAll(pattern)) {
    const end = start + name.length;
    if (!findings.some((finding) => finding.start < end && start < finding.end))
      repeats.push({ kind: 'name', start, end });
  }
  return [...findings, ...repeats].sort((left, right) => left.start - right.start);
}

/** The people of one conversation, numbered in the order in which they are named. "Anna", "Anna Berg" and "Ms Berg" are one. */
function createNames(isPublished: (word: string) => boolean = () => false) {
  const people: Set<string>[] = [];
  const spellings = new Set<string>();
  return {
    /** Its number, from 1. */
    add(name: string): number {
      const words = wordsOf(name).filter((word) => !titles.has(word));
      // One word alone may be the model's mistake; said again, it would be so in every turn.
      if (words.length > 1 && spellings.size < mostNames) {
        spellings.add(name);
        for (const word of name.match(/[\p{L}\p{M}]+/gu) ?? []) {
          const plain = word.toLowerCase();
          const isTelling = !nameOrWord.has(plain) && !titles.has(plain) && !isPublished(plain);
          if (word.length >= shortestName && isTelling) spellings.add(word);
        }
      }
      const known = people.findIndex(
        (person) =>
          words.every((word) => person.has(word)) ||
          (words.length > 1 && [...person].every((word) => words.includes(word))),
      );
      if (known === -1) return people.push(new Set(words));
      for (const word of words) people[known]!.add(word);
      return known + 1;
    },
    /** Where one of them is named again; undefined for nobody. Small letters where it was written so. */
    pattern(): RegExp | undefined {
      const words = [...spellings]
        .filter((spelling) => spelling.length >= shortestName && !nameOrWord.has(spelling.toLowerCase()))
        .flatMap((spelling) => [spelling, spelling.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase())])
        .sort((left, right) => right.length - left.length)
        .map((spelling) => spelling.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
      return words.length === 0
        ? undefined
        : new RegExp(
            `(?<![\\p{Script=Latin}\\p{N}])(?:${words.join('|')})(?![\\p{Script=Latin}\\p{N}])`,
            'gu',
          );
    },
  };
}
