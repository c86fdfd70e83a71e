// A fact: a sentence that states a quantity, with what it is about.

import { withoutMarkup } from '#core/inline-markup.ts';
import { splitSentences } from '#core/sentences.ts';
import { findQuantities, type Quantity } from './quantities.ts';

export interface Fact {
  readonly documentId: string;
  readonly title: string;
  /** Title and headings. */
  readonly about: string;
  readonly text: string;
  /** The sentence with `#` for each quantity: two facts about the same are alike without them. */
  readonly masked: string;
  readonly quantities: readonly Quantity[];
  /** Words that carry meaning, of the sentence and of what it is about. */
  readonly words: ReadonlySet<string>;
  readonly aboutWords: ReadonlySet<string>;
}

export interface FactSource {
  readonly documentId: string;
  readonly title: string;
  readonly headingPath: readonly string[];
  readonly text: string;
}

/** Longer ones are lists that lost their marks. UTF-16 code units. */
const longestSentence = 300;
const mostQuantities = 4;
const leastWords = 1;
/** In all: fewer are a value in a table, a code or a search term. */
const leastWordsInAll = 3;
/** An example is no rule: another article may have another one. */
const example =
  /(?<!\p{L})(?:for example|example|e\.g\.|for instance|such as|imagine|suppose|zum Beispiel|z\. ?B\.|beispielsweise|por ejemplo|par exemple|por exemplo)(?!\p{L})/iu;

export function factsIn({ documentId, title, headingPath, text }: FactSource): Fact[] {
  const about = [title, ...headingPath].join(' > ');
  return splitSentences(text).flatMap(({ start, end }): Fact[] => {
    const sentence = withoutMarkup(text.slice(start, end))
      .replace(/^\s*(?:[-*+•]|\d{1,3}[.)])\s+/, '')
      .trim();
    if (sentence.length > longestSentence || /^#{1,6} /.test(sentence)) return [];
    const quantities = findQuantities(sentence);
    if (quantities.length === 0 || quantities.length > mostQuantities || example.test(sentence)) return [];
    const masked = maskedText(sentence, quantities);
    // What is counted belongs to what is said: "10 members".
    const words = meaningWords(
      `${masked} ${quantities.map(({ kind }) => (/^\p{L}{3,}$/u.test(kind) && !plainKinds.has(kind) ? kind : '')).join(' ')}`,
    );
    if (words.size < leastWords || (masked.match(/\p{L}{2,}/gu)?.length ?? 0) < leastWordsInAll) return [];
    return [
      {
        documentId,
        title,
        about,
        text: sentence,
        masked,
        quantities,
        words,
        aboutWords: meaningWords(about),
      },
    ];
  });
}

/** Kinds that say nothing of the matter. */
const plainKinds = new Set(['days', 'date', 'clock', 'percent']);

function maskedText(text: string, quantities: readonly Quantity[]): string {
  let masked = '';
  let at = 0;
  for (const { start, end } of quantities) {
    masked += `${text.slice(at, start)}#`;
    at = end;
  }
  return masked + text.slice(at);
}

const grammar = new Set(
  (
    'the a an and or of in on at to for with by from is are was were be been being can could may might must will would shall should do does did ' +
    'have has had you your yours we our ours us it its they their them this that these those there here if when then than as so not no any all each ' +
    'every some more most up down out into within about after before until between during per only also just very i my me he she who what which how where why ' +
    'get gets got make makes made take takes taken use uses used using need needs please usually ' +
    'der die das den dem des ein eine einen einem einer und oder von im in am an zu zum zur für mit auf aus bei nach vor bis ist sind war wird werden kann können ' +
    'sie ihr ihre ihren wir uns unser es er nicht kein keine wenn dann als so auch nur innerhalb dauert beträgt ' +
    'el la los las un una unos y o de del en al a para por con es son se su sus lo que si no más como tiene puede usted ' +
    'le les des du et ou dans pour par avec est sont vous votre vos nous il elle se ce cette sur sous qui que ne pas plus ' +
    'um uma os as da do das dos em no na para por com é são seu sua que não mais tem'
  ).split(' '),
);

/** Stems: what a plural, a third person and a participle add is taken off. Two-letter codes and words with digits stay as they are. */
export function meaningWords(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? [];
  return new Set(words.filter((word) => !grammar.has(word)).map(stem));
}

export function stem(word: string): string {
  if (/\d/.test(word)) return word;
  const plain = word.replace(/['’]s$/, '');
  for (const ending of [
    'ations',
    'ation',
    'ments',
    'ment',
    'ings',
    'ing',
    'ieren',
    'ies',
    'ied',
    'ed',
    'es',
    'en',
    'er',
    's',
    'e',
    'y',
  ])
    if (plain.endsWith(ending) && plain.length - ending.length >= 4) return plain.slice(0, -ending.length);
  return plain;
}
