// The language of a customer's message, which is often a word or two.
import { eld } from 'eld/extrasmall';
import { createLanguageDetector, kana } from './language-detector.ts';
import { shortMessages } from './short-messages.ts';

/** Addresses are in no language. */
const addresses = /(?:https?:\/\/|www\.)\S{1,500}|[\w.+-]{1,64}@[\w.-]{1,253}/gi;
const han = /\p{Script=Han}/gu;
/** Fewer letters are a word that many languages have. */
const leastLetters = 5;
/**
 * A short text is taken for what its words look like only from here on, and where English, which names of products are made of, is less like it
 * by this much. Of 3,024 English messages of fewer than 20 letters 4 were taken for another language, of 4,379 in four others two thirds
 * were told.
 */
const leastScore = 0.7;
const aheadOfEnglish = 0.1;

/** ISO 639-1 code, one of `languages`; undefined where the message does not tell. A short one is taken for English only where it is a word of greeting or thanks. */
export function createMessageLanguage(languages: readonly string[]): (message: string) => string | undefined {
  const ofLong = createLanguageDetector(languages);
  const ofShort = eld.newInstance();
  ofShort.setLanguageSubset([...languages]);
  const known = new Map(
    languages.flatMap((language) => (shortMessages[language] ?? []).map((text) => [plain(text), language])),
  );

  return (message) => {
    const text = message.replace(addresses, ' ');
    if (languages.includes('zh') && isChinese(text)) return 'zh';
    const long = ofLong(text);
    if (long !== undefined) return long;
    const [opening = ''] = text.split(/[,.;!?，。！？]/);
    const greeted = known.get(plain(text)) ?? known.get(plain(opening));
    if (greeted !== undefined) return greeted;
    if (lettersIn(text) < leastLetters) return undefined;
    const found = ofShort.detect(text);
    const { [found.language]: score = 0, en: english = 0 } = found.getScores();
    const isTold = found.isReliable() && score >= leastScore && score - english >= aheadOfEnglish;
    return isTold && found.language !== 'en' ? found.language : undefined;
  };
}

/** Half of its letters, each of which is about a word. */
function isChinese(text: string): boolean {
  const characters = text.match(han)?.length ?? 0;
  return characters > 0 && !kana.test(text) && 2 * characters >= lettersIn(text);
}

const lettersIn = (text: string) => text.match(/\p{L}/gu)?.length ?? 0;

function plain(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[’`´]/g, "'")
    .replace(/[^\p{L}']+/gu, ' ')
    .trim();
}
