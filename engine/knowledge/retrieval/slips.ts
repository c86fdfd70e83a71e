// What is a misspelling of what: letters left out, added, exchanged or swapped with their neighbour. And all terms of a vocabulary that a word may
// stand for, without comparing it with each of them.

/** Letters of a word from which on one exchanged letter and two slips are told from another word ("smart" is not "start"). */
const exchangeFrom = 6;
const twoSlipsFrom = 9;
/** Characters of the longest word that is compared; longer ones are no slips of anything. */
const mostCharacters = 62;

export interface NearTerm {
  /** Position in the vocabulary. */
  readonly number: number;
  readonly slips: number;
}

/**
 * The function that gives the terms that a word is a slip of, in the order of `terms`, of those that begin as it does: hardly anybody mistypes the
 * first letter. Terms of a letter are grouped when the first word with it comes.
 */
export function createNearTerms(terms: readonly string[]): (word: string) => NearTerm[] {
  const byInitial = new Map<string, ReadonlyMap<number, TermGroup>>();

  function groupsOf(initial: string): ReadonlyMap<number, TermGroup> {
    const known = byInitial.get(initial);
    if (known) return known;
    const numbers = new Map<number, number[]>();
    for (let number = 0; number < terms.length; number++) {
      const term = terms[number]!;
      if (term[0] !== initial) continue;
      const sameLength = numbers.get(term.length);
      if (sameLength) sameLength.push(number);
      else numbers.set(term.length, [number]);
    }
    const groups = new Map(
      [...numbers].map(([length, ofLength]) => [
        length,
        { numbers: ofLength, letters: Uint32Array.from(ofLength, (number) => lettersOf(terms[number]!)) },
      ]),
    );
    byInitial.set(initial, groups);
    return groups;
  }

  return (word) => {
    const groups = groupsOf(word[0]!);
    const most = mostSlips(word);
    const letters = lettersOf(word);
    const near: NearTerm[] = [];
    for (let length = word.length - most; length <= word.length + most; length++) {
      const group = groups.get(length);
      if (!group) continue;
      for (let index = 0; index < group.numbers.length; index++) {
        // A slip changes two letters at most.
        if (bitCount(letters ^ group.letters[index]!) > 2 * most) continue;
        const number = group.numbers[index]!;
        const slips = slipsOf(word, terms[number]!);
        if (slips !== undefined) near.push({ number, slips });
      }
    }
    return near.sort((a, b) => a.number - b.number);
  };
}

interface TermGroup {
  readonly numbers: readonly number[];
  /** Of each, `lettersOf`. */
  readonly letters: Uint32Array;
}

/** How many slips make `other` of `word`; undefined if they are two different words. */
export function slipsOf(word: string, other: string): number | undefined {
  const most = mostSlips(word);
  if (Math.abs(word.length - other.length) > most || Math.max(word.length, other.length) > mostCharacters)
    return undefined;
  const slips = slipsBetween(word, other, most);
  if (slips > most) return undefined;
  const isExchange = word.length === other.length && sortedLetters(word) !== sortedLetters(other);
  return word.length >= exchangeFrom || !isExchange ? slips : undefined;
}

function mostSlips(word: string): number {
  return word.length >= twoSlipsFrom ? 2 : 1;
}

const sortedLetters = (word: string) => [...word].sort().join('');

/** A bit for each letter that is in the word; letters of other alphabets share theirs. */
function lettersOf(word: string): number {
  let letters = 0;
  for (let index = 0; index < word.length; index++) letters |= 1 << (word.charCodeAt(index) & 31);
  return letters;
}

function bitCount(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

const rows = [0, 1, 2].map(() => new Uint8Array(mostCharacters + 1));

/** Optimal string alignment; more than `most` once it is clear that it is more. */
function slipsBetween(a: string, b: string, most: number): number {
  let [before, last, row] = rows as [Uint8Array, Uint8Array, Uint8Array];
  for (let j = 0; j <= b.length; j++) last[j] = j;
  let leastBefore = 0;
  for (let i = 1; i <= a.length; i++) {
    row[0] = i;
    let leastOfRow = i;
    const letter = a.charCodeAt(i - 1);
    for (let j = 1; j <= b.length; j++) {
      const other = b.charCodeAt(j - 1);
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (letter === other ? 0 : 1));
      if (i > 1 && j > 1 && letter === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === other)
        least = Math.min(least, before[j - 2]! + 1);
      row[j] = least;
      if (least < leastOfRow) leastOfRow = least;
    }
    // A swap reaches back two rows, so both must be too far.
    if (leastOfRow > most && leastBefore > most) return leastOfRow;
    leastBefore = leastOfRow;
    [before, last, row] = [last, row, before];
  }
  return last[b.length]!;
}
