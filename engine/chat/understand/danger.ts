// Messages that say that somebody may come to harm (gas, fire, a stranger in the account, …), and what the articles say about that and nothing else.
// It knows phrases, of four languages and of the company: other words for a danger are looked up like any question. A false alarm costs a hand-over. See docs/danger.md.
import type { ScoredChunk } from '#core/document.ts';
import { type DangerKind, type DangerLanguage, dangerPhrases } from './danger-phrases.ts';

export interface Danger {
  readonly kind: DangerKind;
  /** Of the words that told of it. */
  readonly language: DangerLanguage;
}

/** A message says early what it is about; more is not read. UTF-16 code units. */
const charactersRead = 5_000;

const alternatives = (sources: readonly string[]) => sources.map((source) => `(?:${source})`).join('|');
/** Letters of any alphabet end a word; `\b` knows those of English only. */
const words = (source: string, flags = 'iu') =>
  new RegExp(`(?<![\\p{L}\\p{N}])(?:${source})(?![\\p{L}\\p{N}])`, flags);

const languages = Object.keys(dangerPhrases) as DangerLanguage[];
const tables = languages.map((language) => {
  const { signs, harmless, denials, emergency, subjects } = dangerPhrases[language];
  return {
    language,
    harmless: words(alternatives(harmless), 'giu'),
    signs: (Object.keys(signs) as DangerKind[]).map((kind) => {
      // Whoever says that they do not want to harm themselves speaks of it all the same.
      const denied = kind === 'self-harm' ? '' : `(?<!(?<![\\p{L}\\p{N}])${denials} )`;
      return { kind, pattern: words(`${denied}(?:${alternatives(signs[kind])})`) };
    }),
    emergency: words(alternatives(emergency)),
    subjects,
  };
});

/** Undefined where no phrase tells of one. */
export type DangerFinder = (message: string) => Danger | undefined;

/** By the phrases of every language, which come with the desk. */
export function dangerIn(message: string): Danger | undefined {
  const text = plain(message.slice(0, charactersRead));
  for (const { language, harmless, signs } of tables) {
    const telling = text.replace(harmless, ' , ');
    const sign = signs.find(({ pattern }) => pattern.test(telling));
    if (sign) return { kind: sign.kind, language };
  }
  return undefined;
}

/** What is dangerous at one company, in plain words. */
export interface CompanyDanger {
  readonly phrases: readonly {
    readonly kind: DangerKind;
    readonly phrase: string;
    /** Of the reply. */
    readonly language: DangerLanguage;
  }[];
  /** What sounds alike and is harmless there. */
  readonly harmless: readonly string[];
}

/** The company's own phrases first, then those of every language. */
export function createDangerFinder({ phrases, harmless }: CompanyDanger): DangerFinder {
  const plainWords = (phrase: string) =>
    plain(phrase)
      .trim()
      .replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const signs = phrases.map(({ phrase, ...danger }) => ({ danger, pattern: words(plainWords(phrase)) }));
  const alike = harmless.length > 0 ? words(alternatives(harmless.map(plainWords)), 'giu') : undefined;
  return (message) => {
    const read = plain(message.slice(0, charactersRead));
    const text = alike ? read.replace(alike, ' , ') : read;
    return signs.find(({ pattern }) => pattern.test(text))?.danger ?? dangerIn(text);
  };
}

/**
 * Of the first passage of an article that speaks of an emergency of this kind, the paragraphs that do, as a passage of their own: what
 * stands beside them ("Turn the thermostat up") may be the wrong thing to do.
 */
export function emergencyAdviceIn(
  passages: readonly ScoredChunk[],
  { kind }: Danger,
): ScoredChunk | undefined {
  for (const passage of passages) {
    const { chunk } = passage;
    if (chunk.kind !== 'article') continue;
    const heading = [chunk.title, ...chunk.headingPath].join('\n');
    const paragraphs = chunk.text
      // "In this case:" belongs to the list behind it.
      .split(/(?<!:[ \t]*)\n{2,}/)
      .map((paragraph) => paragraph.replace(/^[ \t]*>[ \t]?/gm, '').trim())
      .filter((paragraph) => speaksOf(kind, { heading, paragraph }));
    if (paragraphs.length > 0) return { ...passage, chunk: { ...chunk, text: paragraphs.join('\n\n') } };
  }
  return undefined;
}

function speaksOf(kind: DangerKind, { heading, paragraph }: { heading: string; paragraph: string }): boolean {
  return tables.some(
    ({ emergency, subjects }) =>
      emergency.test(plain(paragraph)) && words(subjects[kind]).test(plain(`${heading}\n${paragraph}`)),
  );
}

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[’‘`´]/g, "'")
    .replace(/\s+/g, ' ');
}
