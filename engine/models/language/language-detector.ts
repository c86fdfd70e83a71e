// The language of a text by what its words look like.
import { eld } from 'eld/extrasmall';

/** Fewer letters are a name or a word that many languages have. */
const leastLetters = 20;
/** A character of Chinese says as much as so many letters. */
const lettersOfHan = 4;
/** Japanese is half in Chinese characters. */
export const kana = /[\p{Script=Hiragana}\p{Script=Katakana}]/u;
/** More would not change the verdict and is most of what reading an article costs. UTF-16 code units. */
const sampleLength = 500;

/** ISO 639-1 code, one of `languages`; undefined where the text is too short to tell. */
export function createLanguageDetector(languages: readonly string[]): (text: string) => string | undefined {
  const detector = eld.newInstance();
  detector.setLanguageSubset([...languages]);
  const count = (sample: string, sign: RegExp) => sample.match(sign)?.length ?? 0;
  return (text) => {
    const sample = text.slice(0, sampleLength);
    // Without Japanese among the languages it would be taken for Chinese.
    if (!languages.includes('ja') && kana.test(sample)) return undefined;
    const letters = count(sample, /\p{L}/gu) + (lettersOfHan - 1) * count(sample, /\p{Script=Han}/gu);
    if (letters < leastLetters) return undefined;
    return detector.detect(sample).language || undefined;
  };
}
