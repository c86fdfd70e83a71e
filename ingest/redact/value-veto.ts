// Whether a sentence speaks of one case: of a person, a place, a company or a day. Such a sentence of an agent is no answer for another customer.
import { createDefaultRedactor } from './redaction-profile.ts';

const redactor = createDefaultRedactor();
/** What redaction has left: "[NAME 1]", "[EMAIL]". */
const placeholder = /\[[A-Z]{2,8}(?: \d{1,3})?\]/;
/** Legal forms, and forms of address with a name behind them. */
const organisation =
  /\p{L} (?:Inc|Ltd|LLC|LLP|PLC|Corp|Co|GmbH|AG|KG|UG|SE|SA|SAS|SARL|SL|SpA|Srl|Ltda|BV|NV|AB|Oy)(?:\.|(?![\p{L}\p{N}]))/u;
const addressed =
  /(?<!\p{L})(?:Mr|Mrs|Ms|Mx|Dr|Prof|Sr|Sra|Mme|Mlle|Madame|Monsieur|Herrn?|Frau|Señora?|Senhora?|Dona)\.? \p{Lu}/u;
const months =
  'january|february|march|april|june|july|august|september|october|november|december|' +
  'enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|' +
  'janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|' +
  'januar|februar|märz|juni|juli|oktober|dezember|janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro';
const day = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:\\d{4}-\\d{2}-\\d{2}|\\d{1,2}[./]\\d{1,2}[./](?:\\d{2}|\\d{4})|\\d{1,2}(?:st|nd|rd|th|er)?\\.?(?: de| of)? (?:${months}|may)|(?:${months}|may) \\d{1,2}(?:st|nd|rd|th)?)(?![\\p{L}\\p{N}])|\\d{1,2}月\\d{1,2}日`,
  'iu',
);
const today =
  /(?<!\p{L})(?:yesterday|tomorrow|last (?:night|week|month)|next (?:week|month)|ayer|mañana por|hier soir|demain|gestern|morgen früh|ontem|amanhã)(?!\p{L})|昨天|明天/iu;

/**
 * `sentence` may be redacted already or not. Sees patterns and placeholders only: a name that only the model finds is one once the
 * conversation was redacted with it.
 */
export function speaksOfOneCase(sentence: string): boolean {
  return (
    placeholder.test(sentence) ||
    addressed.test(sentence) ||
    organisation.test(sentence) ||
    day.test(sentence) ||
    today.test(sentence) ||
    redactor.findings(sentence, 'transcript').length > 0
  );
}
