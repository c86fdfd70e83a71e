// A customer who says that the last reply was of no use: that is no question to look anything up for.
import { contentWords } from './content-words.ts';

const no =
  "(?:did ?n['’]?t|did not|does ?n['’]?t|does not|is ?n['’]?t|is not|was ?n['’]?t|was not|has ?n['’]?t|not|no)";
const unhelped = [
  new RegExp(
    `(?:(?:^|[.,!;]|\\b(?:sorry|but|still|really|unfortunately)\\b)\\s*|\\b(?:that|this|it|which|these|those|you|they)(?:['’](?:s|re)| is| was| are| were)? (?:still |really )?)${no}(?: \\w+)? ` +
      '(?:help(?:ful|ing|ed)?|work(?:ed|ing)?|useful|(?:any|of any|much) (?:help|use)|what i (?:asked|mean|meant|wanted|needed|need|was asking)(?: for| about)?|my question|answer(?:ing|ed)?(?: (?:my|the) question)?|(?:the|my) problem)\\b',
    'giu',
  ),
  /\b(?:unhelpful|no (?:help|use|good)|useless(?: answer)?|wrong answer|that(?:['’]s| is) wrong)\b/giu,
  /\bstill (?:not (?:working|solved|fixed)|(?:does ?n['’]?t|does not|wo ?n['’]?t|will not) work|broken|the same(?: problem)?|no(?:thing| luck)?|stuck)\b/giu,
  /\b(?:i(?:['’]ve)?|we) (?:have )?(?:already )?(?:tried|done|did|read) (?:all )?(?:of )?(?:that|this|it|those)(?: already)?\b|\btried (?:that|this|it)(?: already)?\b/giu,
  /\b(?:no me ha ayudado|no (?:me )?(?:ayuda|ayudó|sirve|funciona))(?![\p{L}])/giu,
  /\b(?:[cç]a ne (?:m['’]aide|marche|fonctionne) pas|pas utile|ne m['’]a pas aid[ée])(?![\p{L}])/giu,
  /\b(?:das )?(?:hat|hilft|hilf|funktioniert|geht) (?:mir )?(?:(?:immer noch|leider|gar) )*nicht(?: geholfen| weiter| funktioniert)?(?![\p{L}])/giu,
];
const besides = new Set(
  'sorry unfortunately nope but though however well actually either me lol ugh again thats this its afraid hmm sadly leider pero mais aber'.split(
    ' ',
  ),
);

export function saysUnhelped(text: string): boolean {
  return unhelped.some((pattern) => text.search(pattern) >= 0);
}

/** "That did not help", without a word of what is wrong. */
export function saysNoMoreThanUnhelped(text: string): boolean {
  if (text.length > 200 || !saysUnhelped(text)) return false;
  const rest = unhelped.reduce((left, pattern) => left.replace(pattern, ' '), text);
  return [...contentWords(rest)].every((word) => besides.has(word));
}
