// Quantities in a sentence, comparable: durations in days, money by currency, shares, dates, times of day, and numbers with what they count.

export interface Quantity {
  /** Only quantities of one kind can differ: `days`, `money EUR`, `percent`, `date`, `clock`, or the unit or word counted. */
  readonly kind: string;
  /** `date`: month and day as MMDD, with the year in front where it is stated; `clock`: minutes since midnight. */
  readonly value: number;
  /** `at least` and `at most` bound different things. */
  readonly bound: 'least' | 'most' | 'none';
  readonly start: number;
  readonly end: number;
}

const numberWords: Readonly<Record<string, number>> = Object.fromEntries(
  [
    'one two three four five six seven eight nine ten eleven twelve',
    'ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf',
    'un dos tres cuatro cinco seis siete ocho nueve diez once doce',
    'un deux trois quatre cinq six sept huit neuf dix onze douze',
    'um dois três quatro cinco seis sete oito nove dez onze doze',
  ].flatMap((line) => line.split(' ').map((word, at): [string, number] => [word, at + 1])),
);
const daysIn: readonly (readonly [RegExp, number])[] = [
  [/^(?:seconds?|secs?|sekunden?|segundos?|secondes?)$/i, 1 / 86_400],
  [/^(?:minutes?|mins?|minuten?|minutos?)$/i, 1 / 1_440],
  [/^(?:hours?|hrs?|stunden?|horas?|heures?)$/i, 1 / 24],
  [
    /^(?:(?:working|business|calendar)[ -])?days?$|^(?:tagen?|tage|werktagen?|werktage|días?|dias?|jours?)$/i,
    1,
  ],
  [/^(?:weeks?|wochen?|semanas?|semaines?)$/i, 7],
  [/^(?:months?|monate?n?|mes(?:es)?|mois)$/i, 30.4375],
  [/^(?:years?|jahre?n?|años?|anos?|ans?|années?)$/i, 365.25],
];
const currencies: Readonly<Record<string, string>> = {
  '€': 'EUR',
  eur: 'EUR',
  euro: 'EUR',
  euros: 'EUR',
  $: 'USD',
  usd: 'USD',
  dollars: 'USD',
  '£': 'GBP',
  gbp: 'GBP',
  pounds: 'GBP',
};
const bytes: Readonly<Record<string, number>> = { kb: 1e-3, mb: 1, gb: 1e3, tb: 1e6 };
const months = [
  'jan(?:uary|uar)?|enero|janvier|janeiro',
  'feb(?:ruary|ruar)?|febrero|février|fevereiro',
  'mar(?:ch)?|märz|marzo|mars|março',
  'apr(?:il)?|abril|avril',
  'may|mai|mayo|maio',
  'june?|juni|junio|juin|junho',
  'july?|juli|julio|juillet|julho',
  'aug(?:ust)?|agosto|août',
  'sept?(?:ember)?|septiembre|septembre|setembro',
  'oct(?:ober)?|okt(?:ober)?|octubre|octobre|outubro',
  'nov(?:ember)?|noviembre|novembre|novembro',
  'dec(?:ember)?|dez(?:ember)?|diciembre|décembre|dezembro',
];
const monthPattern = `(?:${months.join('|')})`;
const least =
  /(?:at least|minimum(?: of)?|no (?:less|fewer) than|more than|over|mindestens|al menos|mínimo|au moins|pelo menos|over|from)\s+$/i;
const most =
  /(?:at most|up to|maximum(?: of)?|no more than|less than|under|höchstens|bis zu|maximal|hasta|máximo|jusqu'à|au plus|até|no máximo)\s+$/i;

const dayFirst = new RegExp(
  `\\b(\\d{1,2})(?:st|nd|rd|th|\\.)?(?: de| of)? (${monthPattern})\\b\\.?(?:,? (?:de )?((?:19|20)\\d\\d))?`,
  'giu',
);
const monthFirst = new RegExp(
  `\\b(${monthPattern}) (\\d{1,2})(?:st|nd|rd|th)?\\b(?:,? ((?:19|20)\\d\\d))?`,
  'giu',
);
const isoDate = /\b((?:19|20)\d\d)-(\d\d)-(\d\d)\b/g;
const clock =
  /\b(\d{1,2})(?:[:.](\d\d))?\s?(am|pm|a\.m\.|p\.m\.|uhr|h)(?![\p{L}\d])|\b([01]?\d|2[0-3]):([0-5]\d)\b/giu;
const money = /([€$£])\s?(\d[\d.,]*)|(\d[\d.,]*)\s?(€|\$|£|EUR\b|USD\b|GBP\b|euros?\b|dollars\b|pounds\b)/giu;
const percent = /(\d+(?:[.,]\d+)?)\s?(?:%|percent\b|per cent\b|prozent\b|por ciento\b|pour cent\b)/giu;
const counted = new RegExp(
  String.raw`(?<![\p{L}\d.,#-])(-?\d[\d.,]*|${Object.keys(numberWords).join('|')})(?:\s?[-–]\s?|\s(?:to|and|bis|a|à|or|oder|und)\s)?(\d[\d.,]*)?[\s-]?((?:(?:working|business|calendar)[ -])?(?:°\s?[CF]|[\p{L}²³]{1,20}))(?![\p{L}\d])`,
  'giu',
);

/** In order of their place. What is found as a date is no number besides. */
export function findQuantities(text: string): Quantity[] {
  const found: Quantity[] = [];
  const isFree = (start: number, end: number) =>
    found.every((other) => end <= other.start || start >= other.end);
  const take = (match: RegExpMatchArray, kind: string, value: number) => {
    const start = match.index!;
    const end = start + match[0].length;
    if (!Number.isFinite(value) || !isFree(start, end)) return;
    const before = text.slice(Math.max(0, start - 25), start);
    const bound = most.test(before) ? 'most' : least.test(before) ? 'least' : 'none';
    found.push({ kind, value, bound, start, end });
  };
  for (const match of text.matchAll(isoDate))
    take(match, 'date', Number(match[1]) * 1e4 + Number(match[2]) * 100 + Number(match[3]));
  for (const match of text.matchAll(dayFirst)) take(match, 'date', dateValue(match[1]!, match[2]!, match[3]));
  for (const match of text.matchAll(monthFirst))
    take(match, 'date', dateValue(match[2]!, match[1]!, match[3]));
  for (const match of text.matchAll(money)) {
    const sign = (match[1] ?? match[4])!.toLowerCase();
    take(match, `money ${currencies[sign] ?? sign}`, numberOf((match[2] ?? match[3])!));
  }
  for (const match of text.matchAll(percent)) take(match, 'percent', numberOf(match[1]!));
  for (const match of text.matchAll(clock)) take(match, 'clock', clockValue(match));
  for (const match of text.matchAll(counted)) takeCounted(match, take);
  return found.sort((a, b) => a.start - b.start);
}

/** A number that belongs to a name is no quantity: "Version 3 ends", "Router 2 blinks", "issue 12 is fixed". */
const numbered =
  /(?:(?<=[\p{Ll}\p{N}][,;]? )\p{Lu}[\p{L}\p{N}-]*|(?<!\p{L})(?:[Vv]ersion|[Rr]elease|[Ss]tep|[Ii]ssue|[Cc]hapter|[Ss]ection|[Ff]igure|[Tt]able|[Pp]age|[Nn]o|[Nn]r|[Ll]evel|[Tt]ier|[Pp]hase|[Pp]art|[Cc]ode|[Ee]rror|Schritt|Seite|[Pp]aso|[Pp]ágina|[ÉéE]tape|[Pp]asso)|#)\.?\s?$/u;

function takeCounted(
  match: RegExpMatchArray,
  take: (match: RegExpMatchArray, kind: string, value: number) => void,
): void {
  const [, first, second, unit] = match;
  const word = numberWords[first!.toLowerCase()];
  const value = word ?? (/^-?\d/.test(first!) ? numberOf(first!) : Number.NaN);
  const { kind, factor } = unitOf(unit!);
  if (kind === '') return;
  const before = match.input!.slice(Math.max(0, match.index! - 30), match.index!);
  // "One" is an article as often as a number.
  if (!measures.has(kind) && (word === 1 || numbered.test(before))) return;
  // "5 to 7 days" is its upper end: what a customer may count on.
  const upper = second === undefined ? value : numberOf(second);
  take(match, kind, upper * factor);
}

const measures = new Set(['days', 'MB', 'm']);

function unitOf(unit: string): { readonly kind: string; readonly factor: number } {
  const lower = unit.toLowerCase().replace(/\s/g, '');
  const duration = daysIn.find(([pattern]) => pattern.test(unit));
  if (duration) return { kind: 'days', factor: duration[1] };
  if (bytes[lower] !== undefined) return { kind: 'MB', factor: bytes[lower] };
  if (/^(?:m|metres?|meters?|metern?|metros?|mètres?)$/.test(lower)) return { kind: 'm', factor: 1 };
  if (
    /^(?:to|and|or|of|in|on|at|is|are|the|a|an|by|for|with|und|oder|bis|der|die|das|de|la|le|les|el|los|y|o|et|ou|e|you|your|it|per|x|am|pm)$/.test(
      lower,
    )
  )
    return { kind: '', factor: 1 };
  // Plural and singular count the same.
  return { kind: lower.length > 3 ? lower.replace(/(?:es|s|en|n)$/, '') : lower, factor: 1 };
}

function dateValue(day: string, month: string, year: string | undefined): number {
  const number = months.findIndex((pattern) => new RegExp(`^(?:${pattern})$`, 'iu').test(month)) + 1;
  return (year === undefined ? 0 : Number(year) * 1e4) + number * 100 + Number(day);
}

function clockValue(match: RegExpMatchArray): number {
  if (match[4] !== undefined) return Number(match[4]) * 60 + Number(match[5]);
  const hour = Number(match[1]);
  const half = match[3]!.toLowerCase().replace(/\./g, '');
  const shifted = half === 'pm' && hour < 12 ? hour + 12 : half === 'am' && hour === 12 ? 0 : hour;
  return shifted * 60 + Number(match[2] ?? 0);
}

/** `1,500.50`, `1.500,50`, `3,99`. A single separator before three digits groups thousands. */
function numberOf(text: string): number {
  const plain = text.replace(/[.,]+$/, '');
  const last = Math.max(plain.lastIndexOf('.'), plain.lastIndexOf(','));
  if (last === -1) return Number(plain);
  const separators = plain.match(/[.,]/g)!;
  const groups = plain.length - last - 1 === 3 && (separators.length === 1 || new Set(separators).size === 1);
  if (groups) return Number(plain.replace(/[.,]/g, ''));
  return Number(`${plain.slice(0, last).replace(/[.,]/g, '')}.${plain.slice(last + 1)}`);
}
