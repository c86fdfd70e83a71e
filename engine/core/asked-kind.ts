// What kind of thing a question asks for by its form: an amount, a time, an address, a number to call, an exception. A text that holds none
// of that kind does not answer it, however much else they share. Forms of words in English, German, Spanish, French and Portuguese; where
// none fits, nothing is said.
import { isDenial, withoutDenial } from './negated-question.ts';

export type AskedKind = 'exception' | 'number' | 'money' | 'time' | 'mail' | 'phone';

/** Undefined where the form of the question asks for no kind of thing: most ask how something is done. */
export function askedKindOf(question: string): AskedKind | undefined {
  if (withoutDenial(question) !== undefined) return 'exception';
  return forms.find(({ asks }) => asks.test(question))?.kind;
}

/** Whether `text` holds something of the kind. */
export function holdsKind(text: string, kind: AskedKind): boolean {
  return kind === 'exception' ? isDenial(text) : signs[kind].test(text);
}

/** A word in Latin letters, with its accents: `\b` takes ü for an end. */
const words = (alternatives: string) => new RegExp(`(?<!\\p{L})(?:${alternatives})(?!\\p{L})`, 'iu');

/** The first that fits. What is asked for in so many words comes before what only sounds like a number. */
const forms: readonly { readonly kind: AskedKind; readonly asks: RegExp }[] = [
  {
    kind: 'phone',
    asks: words(
      '(?:phone|telephone|hotline) ?number|number (?:can|do|should|to) (?:i |we |you )?(?:call|ring|phone)|telefonnummer|número de teléfono|numéro de téléphone|número de telefone',
    ),
  },
  {
    kind: 'mail',
    asks: words(
      "(?:what(?:'s| ?s| is)?|which)(?: \\p{L}+){0,2} e-?mail(?: address)?(?: (?:for|to|of))|(?:welche|wie lautet) (?:die )?e-?mail-?adresse|quelle (?:est l')?adresse e-?mail|cu[aá]l es el correo",
    ),
  },
  {
    kind: 'money',
    asks: words(
      'how much (?:is|are|does|do|did|will|would|for|per|money)|what(?: \\p{L}+){0,6} costs?|(?:price|cost|fee)s? (?:of|for)|was kostet|wie teuer|wie viel kostet|cu[aá]nto (?:cuesta|vale)|combien (?:coûte|coute)|quel est le prix|quanto custa',
    ),
  },
  {
    kind: 'time',
    asks: words(
      'how (?:long|often|soon|old)|what (?:date|day|time)|(?:un)?til when|how many (?:seconds|minutes|hours|days|weeks|months|years)|wie (?:lange|oft)|cu[aá]nto tiempo|combien de temps|quanto tempo',
    ),
  },
  {
    kind: 'number',
    asks: words(
      'how (?:many|much|large|big|far|fast|high|wide|heavy)|(?:what|which) (?:\\p{L}+ ){0,2}(?:number|version|port|ports|size|limit|amount|percentage)|wie ?viele?|wie gro(?:ß|ss)|cu[aá]ntos|cu[aá]ntas|combien|quantos|quantas',
    ),
  },
];

const numeral =
  '\\d|(?<!\\p{L})(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|hundred|thousand|million|unlimited|no limit|once|twice|eine?|zwei|drei|vier|fünf|dos|tres|deux|trois|quatre|dois|três)(?!\\p{L})|[一二两三四五六七八九十百千万]';
const dayOrMonth =
  '(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|june|july|august|september|october|november|december|daily|weekly|monthly|yearly|annually|immediately|instantly|at once|right away|overnight|always|never|every (?:day|week|month|year|hour|night|time)|second|minute|hour|day|week|month|quarter|year';

const signs: Readonly<Record<Exclude<AskedKind, 'exception'>, RegExp>> = {
  number: new RegExp(numeral, 'iu'),
  money:
    /[$€£¥₹₩]|\d\s?(?:%|(?:usd|eur|gbp|cad|aud|pln|chf|inr|jpy|brl|euros?|dollars?|pounds?|cents?)(?!\p{L}))|(?<!\p{L})(?:free|no (?:extra )?(?:cost|charge|fee)|kostenlos|gratis|gratuit|grátis)(?!\p{L})/iu,
  time: new RegExp(
    `${numeral}|(?<!\\p{L})(?:${dayOrMonth})s?(?!\\p{L})|(?<!\\p{L})(?:if|when|after|once|until|as soon as|before) `,
    'iu',
  ),
  mail: /[\w.+-]@[\w-]+\.\w/,
  phone: /(?:\d[\s().–-]{0,2}){6}\d|(?<!\d)\d{3}(?!\d)/,
};
