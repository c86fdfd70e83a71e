// Names and places that the words around them give away, links to a person's own page, names of photo files. The model finds more names;
// this is what is left where there is none.
import type { PersonalDataKind, Recognizer } from './redact.ts';

const particles =
  'de|del|de la|la|las|los|da|das|do|dos|di|du|le|van|van der|von|zu|zur|bin|ibn|al|el|y|e|ter|ten|Mac|Mc|O';
const capital = "\\p{Lu}[\\p{L}'’]{1,20}(?:-\\p{Lu}?[\\p{L}'’]{1,20}){0,2}";
const fullName = `${capital}(?: (?:(?:${particles}) )?${capital}){0,3}`;
const han = '\\p{Script=Han}';

/** Group 1 is the part to replace. */
const patterns: readonly (readonly [PersonalDataKind, RegExp])[] = [
  [
    'name',
    new RegExp(
      `(?<!\\p{L})(?:[Mm]y (?:full |first |last )?name(?:['’]s| is)|[Mm]e llamo|[Mm]i nombre es|[Jj]e m['’]appelle|[Mm]on nom est|[Ii]ch heiße|[Ii]ch heisse|[Mm]ein [Nn]ame ist|[Mm]eu nome é|[Mm]e chamo|[Tt]his is) (${fullName})(?!\\p{L})`,
      'dgu',
    ),
  ],
  [
    'name',
    new RegExp(
      `(?<!\\p{L})(?:(?:Mr|Mrs|Ms|Mx|Dr|Prof|Sr|Sra|Srta|Dra|Mme|Mlle)\\.?|Miss|Señora?|Madame|Monsieur|Mademoiselle|Herrn?|Frau|Dona|Don|Doña|Senhora?) (${fullName})(?!\\p{L})`,
      'dgu',
    ),
  ],
  [
    'name',
    new RegExp(
      `(?:[Rr]egards|[Ss]incerely|[Cc]heers|[Bb]est wishes|[Uu]n saludo|[Ss]aludos|[Cc]ordialement|Grüßen|Gruß|Grüße|[Aa]braços?|[Aa]tenciosamente),?\\s{1,3}(${fullName})\\s{0,3}$`,
      'dgum',
    ),
  ],
  ['name', new RegExp(`(?:我叫|我是|我的名字是|姓名[:：]?)(${han}{2,4})(?!${han})`, 'dgu')],
  [
    'address',
    new RegExp(`(?:住在|地址[是:：]?|寄到|送到)(${han}{2,30}\\d{0,5}(?:号|弄|栋|室|楼|单元)?)`, 'dgu'),
  ],
  // Post codes of the United Kingdom; a state of the United States with its ZIP.
  ['address', /(?<![\p{L}\p{N}])([A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})(?![\p{L}\p{N}])/dgu],
  ['address', /(?<![\p{L}\p{N}])([A-Z]{2} \d{5}(?:-\d{4})?)(?![\p{L}\p{N}-])/dgu],
  ['address', /(?<!\p{L})((?:P\.? ?O\.? ?Box|Postfach|Apartado) \d{2,6})(?!\p{N})/dgiu],
  [
    'url',
    /((?:https?:\/\/)?(?:[a-z]{1,3}\.)?(?:linkedin\.com\/in|facebook\.com|instagram\.com|tiktok\.com|twitter\.com|x\.com|t\.me|vk\.com|medium\.com|threads\.net)\/@?[\w.%-]{3,80})/dgi,
  ],
  [
    'url',
    /(?<!\p{L})(?:my|mi|mon|ma|meine?|meu|minha)(?:\s\p{L}{1,12})?\s(?:website|site|web|page|homepage|blog|shop|profile|portfolio|página|sitio|perfil|profil|seite|webseite|loja)(?:\s\p{L}{1,10}){0,3}[\s:(]{1,3}((?:https?:\/\/|www\.)[^\s<>"')\],]{3,200}[\w/])/dgiu,
  ],
  [
    'id',
    /(?:photo|selfie|picture|scan|passport|licen[cs]e|foto|pasaporte|dni|passeport|permis|ausweis|anhang|attached|adjunto|jointe|certificate)[^.\n]{0,60}?(?<![\w./-])([\w-]{3,80}\.(?:jpe?g|png|heic|heif|tiff?|bmp|webp))(?!\w)/dgi,
  ],
  [
    'id',
    /(?<![\w./-])([\w-]{0,60}(?:passport|licen[cs]e|selfie|pasaporte|dni|permis|ausweis|passeport)[\w-]{0,60}\.(?:jpe?g|png|heic|heif|tiff?|bmp|webp))(?!\w)/dgi,
  ],
];

/** Words with a capital that follow "This is" and are no names. */
const noName = /^(?:The|A|An|It|Not|What|How|Very|So|My|Your|Our|Because|About|For|In|On|Only|Just)(?: |$)/;

export const personalWordRecognizers: readonly Recognizer[] = patterns.map(([kind, pattern]) => ({
  kind,
  documentKind: 'transcript',
  *find(text) {
    for (const { indices } of text.matchAll(pattern)) {
      const [start, end] = indices![1]!;
      if (kind !== 'name' || !noName.test(text.slice(start, end))) yield { kind, start, end };
    }
  },
}));
