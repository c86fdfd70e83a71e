// The language of a text by what its words look like.
import { eld } from 'eld/extrasmall';

/** Fewer letters are a name or a word that many languages have. */
const leastLetters = 20;
/** More would not change the verdict and is most of what reading an article costs. UTF-16 code units. */
const sampleLength = 500;

/** ISO 639-1 code, one of `languages`; undefined where the text is too short to tell. */
export function createLanguageDetector(languages: readonly string[]): (text: string) => string | undefined {
  const detector = eld.newInstance();
  detector.setLanguageSubset([...languages]);
  return (text) => {
    const sample = text.slice(0, sampleLength);
    if ((sample.match(/\p{L}/gu)?.length ?? 0) < leastLetters) return undefined;
    return detector.detect(sample).language || undefined;
  };
}
