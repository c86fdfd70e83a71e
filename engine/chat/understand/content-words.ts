// The words of a customer's message that say what it is about.

const stopWords = new Set(
  (
    'a an the and or but so if of to in on at by for with from as is are was were be been do does did can could will would should may might must have has had i me my we our you your he she ' +
    'it its they them their this that these those there here what which who when where why how about also just not no yes ok okay please thanks thank you hi hello hey want need get got go going know tell say help still even only really very much many any some all too then than now again else like im ive dont cant doesnt isnt wont didnt'
  ).split(' '),
);

/** Lower case; numbers count as words. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}'’]+/gu) ?? [];
}

/** Without the words that nearly every English message has. */
export function contentWords(text: string): Set<string> {
  return new Set(
    wordsOf(text)
      .map((word) => word.replace(/['’]/g, ''))
      .filter((word) => word !== '' && !stopWords.has(word)),
  );
}
