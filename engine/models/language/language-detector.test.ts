import { expect, it } from 'vitest';
import { createLanguageDetector } from './language-detector.ts';

const languageOf = createLanguageDetector(['en', 'es', 'fr', 'de', 'pt', 'zh']);

it.each([
  ['en', 'put rechargable AAs in my square stat and now its broken'],
  ['es', '¿Cuánto tarda el envío a España?'],
  ['de', 'Wie lange dauert die Lieferung nach Deutschland?'],
  ['zh', '如何重置恒温器？我已经试过了，请告诉我应该怎么办才好'],
  ['zh', '我可以退货吗？'],
  [undefined, '日本語で質問しています。会員を一時停止できますか？'],
  [undefined, 'F7'],
  [undefined, '🙂'],
])('a message in %s is told by its words', (language, text) => {
  expect(languageOf(text)).toBe(language);
});
