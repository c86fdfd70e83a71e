// The language of a document: what the source says, else a hint in its path, else what its words look like.
import { createLanguageDetector } from '#models/language/language-detector.ts';

/** ISO 639-1. Only languages that support desks write in, so that close kin are not guessed. */
const languages = 'ar bg cs de el en es fr he hi hu id it ja ko nl pl pt ro ru sv th tr uk vi zh'.split(' ');
const detect = createLanguageDetector(languages);

const known = new Set([
  ...languages,
  'da',
  'fi',
  'nb',
  'no',
  'sk',
  'hr',
  'sl',
  'lt',
  'lv',
  'et',
  'sr',
  'ca',
  'eu',
  'gl',
  'fa',
  'ur',
  'bn',
  'ta',
  'ms',
]);

export interface LanguageHints {
  /** From front matter or a field, e.g. `en`, `en-US`, `pt_BR`. */
  readonly stated?: string | undefined;
  /** Id or path. */
  readonly path: string;
  readonly text: string;
}

/** ISO 639-1 code, or `und`. */
export function languageOf({ stated, path, text }: LanguageHints): string {
  return primaryCode(stated) ?? pathHint(path) ?? detect(text) ?? 'und';
}

function primaryCode(tag: string | undefined): string | undefined {
  return /^([a-z]{2})(?:[-_][a-z\d]{2,8})*$/i.exec(tag?.trim() ?? '')?.[1]?.toLowerCase();
}

/** `name._fr.md`, `name.fr.md`, `name-pt_BR.md`, `fr/name.md`, `pt-BR/name.md`; "it" or "no" as a folder may be a word. */
function pathHint(path: string): string | undefined {
  const inName = /(?:[._-]_?([a-z]{2})|[._-]([a-z]{2})[-_][A-Z]{2})\.(?:md|mdx|html?|txt|markdown)$/.exec(
    path,
  );
  const inFolder = /(?:^|[/:])([a-z]{2})(?:[-_][A-Za-z]{2})?\//.exec(path);
  const nameHint = inName && !/-[a-z]{2}\.[a-z]+$/.test(inName[0]) ? (inName[1] ?? inName[2]) : undefined;
  const folder = inFolder?.[1];
  const folderHint =
    folder !== undefined && !['it', 'no', 'id', 'my', 'is', 'in', 'to', 'ms', 'et'].includes(folder)
      ? folder
      : undefined;
  return [nameHint, folderHint].find((code) => code !== undefined && known.has(code));
}
