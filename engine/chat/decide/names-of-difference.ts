// "Restart or reset a Thermostat 1" and "Restart or reset a Thermostat 2" are "Thermostat 1" and "Thermostat 2" to one who has to choose.
// Works on words between spaces. Titles in a language without them stay as they are.
import type { Topic } from '#core/conversation.ts';

/** Longer pieces of titles are no names any more, and read worse than the titles. Words. */
const longestName = 6;

/** The topics, named by where their titles differ; in the order of the names, so that "Thermostat 1" is the first of the list. */
export function namesOfDifference(topics: readonly Topic[]): Topic[] {
  const titles = topics.map(({ title }) => title.trim().split(/\s+/));
  const names = differences(titles);
  return topics
    .map((topic, index) => ({ ...topic, title: names[index] ?? topic.title }))
    .sort((a, b) => a.title.localeCompare(b.title, undefined, { numeric: true }));
}

/** Empty where the titles do not differ in a few words after a common beginning. */
function differences(titles: readonly (readonly string[])[]): string[] {
  const begun = sharedAtStart(titles);
  const ended = sharedAtStart(titles.map((words) => words.slice(begun).reverse()));
  const inner = titles.map((words) => words.slice(begun, words.length - ended));
  // "1: lights and batteries" ends at its colon; "monthly plan" is better with its plan.
  const isClosed = ended > 0 && inner.every((words) => /[\p{P}]$/u.test(words.at(-1) ?? ''));
  // A number is no name without the word before it.
  const isNamed = inner.every((words) => /\p{L}{2}/u.test(words.join(' ')));
  const from = isNamed ? begun : begun - 1;
  const names = titles.map((words) =>
    words.slice(Math.max(0, from), isClosed ? words.length - ended : undefined),
  );
  if (begun === 0 || names.some(({ length }) => length === 0 || length > longestName)) return [];
  const plain = names.map((words) => words.join(' ').replace(/^[\p{Pd}:,;.\s]+|[\p{Pd}:,;.?!\s]+$/gu, ''));
  return new Set(plain).size === titles.length && !plain.includes('') ? plain : [];
}

/** How many words all begin with, read without case and marks. */
function sharedAtStart(titles: readonly (readonly string[])[]): number {
  const plain = titles.map((words) => words.map((word) => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')));
  const [first = [], ...others] = plain;
  const at = first.findIndex((word, index) => others.some((words) => words[index] !== word));
  return at === -1 ? first.length : at;
}
