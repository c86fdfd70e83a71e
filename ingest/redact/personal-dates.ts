// Dates that belong to a person: of birth, of a stay in hospital, of a death. Other dates stay: a sale, a release, a delivery.
import type { Recognizer } from './redact.ts';

const months =
  'jan(?:uary|uar|vier|eiro)?|enero|ene|feb(?:ruary|ruar|rero)?|f[ée]v(?:rier|ereiro)?|mar(?:ch|ço|s|zo)?|märz|apr(?:il)?|abril?|avr(?:il)?|may|mayo|mai|maio|june?|juni?o?|juin|junho|july?|juli?o?|juil(?:let)?|julho|aug(?:ust)?|agosto|août|sep(?:t|tember|tembre|tiembre)?|setembro|oct(?:ober|obre|ubre)?|okt(?:ober)?|outubro|nov(?:ember|embre|iembre|embro)?|d[ée]c(?:ember|embre)?|dez(?:ember|embro)?|dic(?:iembre)?';
const ordinals =
  '(?:twenty[ -]|thirty[ -])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth';
const spokenYear =
  '(?:nineteen|twenty|two thousand)(?:[ -](?:and|hundred|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|one|two|three|four|five|six|seven|eight|nine|oh)){1,4}';
const dayNumber = `(?:the )?\\d{1,2}(?:st|nd|rd|th|er|º|ª)?\\.?`;
const monthName = `(?:${months})\\.?`;
const shapes = [
  '\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}',
  '\\d{1,2}[-/.]\\d{1,2}[-/.](?:\\d{4}|\\d{2})',
  `(?:${dayNumber}|(?:the )?(?:${ordinals}))(?: (?:of|de|d['’]))? ?${monthName}(?:,? (?:(?:of|de) )?(?:\\d{4}|${spokenYear}))?`,
  `${monthName} (?:the )?\\d{1,2}(?:st|nd|rd|th)?(?:,? \\d{4})?`,
  '\\d{1,2}\\.\\d{1,2}\\.',
  '\\d{1,2}\\.? ?月 ?\\d{1,2}日|\\d{4}年\\d{1,2}月\\d{1,2}日',
  '(?:19|20)\\d\\d',
];
const date = new RegExp(
  `(?<![\\p{Script=Latin}\\p{N}/.-])(?:${shapes.join('|')})(?![\\p{Script=Latin}\\p{N}/-])`,
  'giu',
);
/** A year alone says nothing about one person, unless it is the year of birth. */
const yearAlone = /^\d{4}$/;

/** Words of birth, death, illness and the like, as stems. A space stands for any white space. */
const personalWords = [
  'born|birth|bday|dob|d\\.o\\.b|died|passed away|death|deceased|admi(?:tted|ssion)|discharg|hospital|surger|operat(?:ion|ed)|clinic|doctor|diagnos|married|wedding|anniversary|turn(?:ed|s|ing) \\d{1,3}|prescri',
  'nac[ií]|nacimiento|cumpleaños|falleci|muri[óo]|ingres(?:é|o|ado|ada)|hospital|operaron|operad[oa]|cirugía|médic|doctora|clínica|cita',
  'née?|naissance|anniversaire|décéd|mort[e]?|hospitalis|opér(?:é|ée|ation)|médecin|docteur|clinique|ordonnance',
  'geboren|geburt|gestorben|verstorben|operiert|operation|eingeliefert|krankenhaus|entlassen|hochzeit|rezept|klinik|arzt|ärztin',
  'nasc[ie]|nascimento|aniversário|faleceu|internad|cirurgia|hospital|médic',
  '出生|生日|住院|手术|去世',
];
const birthWords = /(?<!\p{L})(?:born|birth|dob|nac[ií]|nacimiento|née?|naissance|geboren|geburt|nasc)/iu;
const personal = new RegExp(
  `(?<!\\p{Script=Latin})(?:${personalWords.join('|').replace(/ /g, '\\s{1,3}')})`,
  'giu',
);
/** How far such a word may stand from its date, in characters. */
const reach = 70;

export const personalDateRecognizer: Recognizer = {
  kind: 'date',
  documentKind: 'transcript',
  *find(text) {
    const places = Array.from(text.matchAll(personal), ({ index }) => index);
    let next = 0;
    for (const { 0: found, index: start } of text.matchAll(date)) {
      while (next < places.length && places[next]! < start - reach) next += 1;
      const near = places[next] !== undefined && places[next]! < start + found.length + reach;
      const around = text.slice(Math.max(0, start - reach), start);
      const isPersonal = yearAlone.test(found) ? near && birthWords.test(around) : near || isLongAgo(found);
      if (isPersonal) yield { kind: 'date', start, end: start + found.length };
    }
  },
};

/** A day before 2010 in a support chat is hardly anything else than somebody's birthday. */
function isLongAgo(found: string): boolean {
  const [year] = /(?:19\d\d|200\d)/.exec(found) ?? [];
  return year !== undefined && found.length > 4;
}
