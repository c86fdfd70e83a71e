// Which sentences of a support conversation are general: true for another customer, and about nobody's case, order, place, day or name.

const particular = [
  // What redaction left in the place of personal data.
  /\[[A-Z][A-Z _-]{2,20}\]/,
  // Numbers of orders, cases, devices; times and dates.
  /\b[A-Z]{1,5}-?\d{4,}/,
  /\b\d{5,}\b/,
  /#\d{3,}/,
  /\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b/,
  /\b\d{1,2}(?:st|nd|rd|th)?\.? (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|\b(?:jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d{1,2}(?:st|nd|rd|th)?\b/i,
  /\b(?:today|tonight|tomorrow|yesterday|this (?:morning|afternoon|evening|week)|last (?:night|week)|next week|right now|just now|a moment ago)\b/i,
  /\b(?:heute|morgen|gestern|hoy|mañana|ayer|aujourd['’]hui|demain|hier)\b/i,
  // What somebody of the team did or sees, and what is this customer's.
  /\b(?:I|we)(?:['’]ve| have|['’]ll| will|['’]m| am|['’]re| are| can see| see|['’]d)\b/i,
  /\b(?:ich|wir) (?:habe|haben|werde|werden|sehe|sehen|bin|sind)\b/i,
  /\byour (?:order|parcel|case|ticket|son|daughter|wife|husband|mother|father|street|town|house number|address|invoice|payment|refund of)\b/i,
  /\b(?:yours|as you (?:say|said|wrote)|in your case|you (?:said|wrote|mentioned|bought|ordered|told))\b/i,
  /\b(?:Mr|Mrs|Ms|Dr|Herr|Frau)\.? \p{Lu}/u,
];
/** Fewer say nothing by themselves. */
const fewestWords = 5;

export function isGeneral(sentence: string): boolean {
  const words = sentence.match(/\p{L}+/gu)?.length ?? 0;
  return (
    words >= fewestWords && !/\?\s*$/.test(sentence) && !particular.some((pattern) => pattern.test(sentence))
  );
}
