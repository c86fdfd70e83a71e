// Which sentences of a support conversation are general: true for another customer, and about nobody's case, order, place, day or name.

const particular = [
  // What redaction left in the place of personal data.
  /\[[A-Z][A-Z _-]{2,20}\]/,
  // Numbers of orders, cases, devices; times and dates.
  /\b[A-Z]{1,5}-?\d{4,}/,
  /\b\d{5,}\b/,
  /#\d{3,}/,
  /\b\d{1,2}(?:st|nd|rd|th)\b/i,
  /\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b/,
  /\b\d{1,2}(?:st|nd|rd|th)?\.? (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|\b(?:jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d{1,2}(?:st|nd|rd|th)?\b/i,
  /\b(?:today|tonight|tomorrow|yesterday|this (?:morning|afternoon|evening|week)|last (?:night|week)|next week|right now|just now|a moment ago)\b/i,
  /\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:january|february|april|june|july|august|september|october|november|december)\b/i,
  /\b\d+ (?:min(?:ute)?s?|hours?|days?|weeks?|months?|years?) (?:old|ago)\b/i,
  /\b(?:heute|morgen|gestern|hoy|mañana|ayer|aujourd['’]hui|demain|hier)\b/i,
  // What somebody of the team did or sees, and what is this customer's.
  /\b(?:I|we)(?:['’]ve| have|['’]ll| will|['’]m| am|['’]re| are| can see| see|['’]d)\b/i,
  /\b(?:ich|wir) (?:habe|haben|werde|werden|sehe|sehen|bin|sind)\b/i,
  /\byour (?:order|parcel|case|ticket|son|daughter|wife|husband|mother|father|street|town|house number|address|invoice|payment|refund of)\b/i,
  /\b(?:yours|as you (?:say|said|wrote)|in your case|you (?:said|wrote|mentioned|bought|ordered|told))\b/i,
  /\b(?:my|our|his|her|your) (?:wife|husband|partner|son|daughter|mum|mom|dad|mother|father|parents|brother|sister|baby|neighbour|neighbor|friend|boss)s?\b/i,
  /\b(?:Mr|Mrs|Ms|Dr|Herr|Frau)\.? \p{Lu}/u,
];
/** A sentence that goes on from another one says nothing alone. */
const continues =
  /^(?:so|then|that|this|that['’]s|those|let['’]s|not at all|perfect|ok(?:ay)?|right|sorry|also|and|but|it|they|both)\b/i;
/** Fewer say nothing by themselves. */
const fewestWords = 5;

/** `sentence`: somebody's, of the team or a customer. */
export function isGeneral(sentence: string): boolean {
  const words = sentence.match(/\p{L}+/gu)?.length ?? 0;
  return (
    words >= fewestWords && !/\?\s*$/.test(sentence) && !particular.some((pattern) => pattern.test(sentence))
  );
}

/** To be quoted without the ones before it. */
export function standsAlone(sentence: string): boolean {
  return !continues.test(sentence) && !/:\s*$/.test(sentence);
}
