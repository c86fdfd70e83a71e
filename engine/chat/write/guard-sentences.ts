// No sentence without support: what a model writes is released sentence by sentence. Each is kept if a passage that it cites supports it,
// cited anew if another one does, and dropped if none does.
import type { CallOptions } from '#core/call-options.ts';
import type { ScoredChunk } from '#core/document.ts';
import type { GroundednessScorer } from '#core/groundedness.ts';
import { supportGap } from '#core/hard-support.ts';
import { withoutMarkup } from '#core/inline-markup.ts';
import { splitSentences } from '#core/sentences.ts';
import { titleOf } from './prompt-passages.ts';

export interface Guard {
  /** Markdown that may be shown now, with its citations; '' while the sentence may still grow. */
  push(text: string): Promise<string>;
  /** What is left. `isWhole`: the last sentence is complete. */
  end(isWhole: boolean): Promise<string>;
  readonly verdict: GuardVerdict;
}

export interface GuardVerdict {
  readonly kept: number;
  /** Of those: with another citation than the model's, or where it gave none. */
  readonly citedAnew: number;
  readonly dropped: number;
  /** The model says that it does not know, and nothing else that is supported. */
  readonly declines: boolean;
  /** Too much was dropped for the rest to be an answer. */
  readonly isTooLittle: boolean;
  /** It says the same over and over. */
  readonly isStuck: boolean;
}

/** For one answer. `passages`: those of the prompt; `[n]` is the n-th of them. */
export type OpenGuard = (passages: readonly ScoredChunk[], options?: CallOptions) => Guard;

export interface SupportScore {
  readonly scorer: GroundednessScorer;
  /** Probability from which on a passage supports a sentence. */
  readonly supportedFrom: number;
}

/** The guard that the desk uses: hard rules, and a model or score. */
export function sentenceGuard(score: SupportScore): OpenGuard {
  return (passages, { signal } = {}) => createGuard(passages, score, signal);
}

/** Of what was said; where more is dropped, the rest misleads. */
const mostDropped = 0.5;
/** The same sentence so often, and the model will not stop by itself. */
const mostRepeated = 3;
/** The same words over and over, without ever becoming a sentence. */
const goesRound = /(.{8,160}?)\1{3}$/s;
/** UTF-16 code units: four rounds of it, looked for once in so many. */
const roundLength = 4 * 160;
const lookEvery = 40;
const marker = /\s*\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]/g;
const leadingMarkers = /^(?:\s*\[\d{1,3}(?:\s*[,;]\s*\d{1,3})*\])+/;

function createGuard(
  passages: readonly ScoredChunk[],
  { scorer, supportedFrom }: SupportScore,
  signal: AbortSignal | undefined,
): Guard {
  let pending = '';
  let isRound = false;
  let lookedAt = 0;
  /** What stands between two sentences that are shown: the widest break since the last one. */
  let gap = '';
  /** A heading, or a line that leads into a list, is shown with what it leads to. */
  let lead = '';
  let shown = false;
  const seen = new Set<string>();
  const counts = { kept: 0, citedAnew: 0, dropped: 0, unknown: 0, repeated: 0, lostStep: false };

  const held = passages.map(({ chunk }) => `${titleOf(chunk)}\n${chunk.text}\n${chunk.url ?? ''}`);

  /** A title alone answers nothing. */
  const isOfTitle = (bare: string) =>
    passages.some(({ chunk }) => ` ${wordsOf(titleOf(chunk))} `.includes(` ${wordsOf(bare)} `));

  /** 1-based; those cited first. Undefined where none supports it. */
  async function supporter(sentence: string, cited: readonly number[]): Promise<number | undefined> {
    const plain = withoutMarkup(sentence);
    const others = passages.map((_, index) => index + 1).filter((number) => !cited.includes(number));
    let best: { number: number; score: number } | undefined;
    for (const numbers of [cited, others]) {
      for (const number of numbers) {
        if (supportGap(sentence, held[number - 1]!) !== undefined) continue;
        const score = await scorer.score(plain, passages[number - 1]!.chunk.text, { signal });
        if (score >= supportedFrom && score > (best?.score ?? 0)) best = { number, score };
      }
      if (best) return best.number;
    }
    return undefined;
  }

  async function judge(raw: string): Promise<string> {
    const cited = Array.from(raw.matchAll(marker), ([, numbers]) => numbers!.split(/[,;]/).map(Number))
      .flat()
      .filter((number) => number >= 1 && number <= passages.length);
    const sentence = raw.replace(marker, '').trim();
    const bare = bareOf(sentence);
    if (!/\p{L}{2}/u.test(bare)) return '';
    if (saysUnknown(bare)) {
      counts.unknown += 1;
      return '';
    }
    if (seen.has(bare.toLowerCase())) {
      counts.repeated += 1;
      return '';
    }
    seen.add(bare.toLowerCase());
    if (leadsOn(sentence) || isOfTitle(bare)) {
      // It claims nothing by itself, but names and numbers in it do.
      const isHarmless = held.some((text) => supportGap(sentence, text) === undefined);
      lead = isHarmless ? `${lead}${breakOf()}${sentence}` : lead;
      return '';
    }
    const number = await supporter(bare, cited);
    if (number === undefined) {
      counts.dropped += 1;
      if (/^\s*\d{1,3}[.)]\s/.test(sentence)) counts.lostStep = true;
      return '';
    }
    counts.kept += 1;
    if (!cited.includes(number)) counts.citedAnew += 1;
    const text = `${lead}${lead ? breakFor(sentence) : breakOf()}${withMark(sentence, number)}`;
    lead = '';
    gap = '';
    shown = true;
    return text;
  }

  function breakOf(): string {
    if (!shown) return '';
    if (/\n\s*\n/.test(gap)) return '\n\n';
    return gap.includes('\n') ? '\n' : ' ';
  }
  const breakFor = (sentence: string) => (/^\s*(?:[-*+•]|\d{1,3}[.)])\s/.test(sentence) ? '\n' : '\n\n');

  async function drain(isLast: boolean, isWhole: boolean): Promise<string> {
    let text = '';
    for (;;) {
      const ranges = splitSentences(pending);
      // The next sentence tells that the one before is complete, and markers at its beginning belong to the one before.
      const next = ranges[1];
      if (!ranges[0] || (!next && !isLast)) return text;
      const marks = next ? (leadingMarkers.exec(pending.slice(next.start))?.[0] ?? '') : '';
      const end = next ? next.start : pending.length;
      if (next && marks.length > 0 && next.start + marks.length >= pending.length && !isLast) return text;
      const raw = pending.slice(ranges[0].start, ranges[0].end) + marks;
      gap = widest(gap, pending.slice(0, ranges[0].start));
      const behind = pending.slice(ranges[0].end, end);
      if (next || isWhole) text += await judge(raw);
      gap = widest(gap, behind);
      pending = pending.slice(end + marks.length).replace(/^[ \t]+/, '');
      if (!next) return text;
    }
  }

  return {
    async push(text) {
      pending += text;
      const shown = await drain(false, true);
      if (pending.length < lookedAt) lookedAt = 0;
      if (pending.length >= lookedAt + lookEvery) {
        lookedAt = pending.length;
        isRound ||= goesRound.test(pending.slice(-roundLength));
      }
      return shown;
    },
    end: (isWhole) => drain(true, isWhole),
    get verdict() {
      const { kept, citedAnew, dropped, unknown, repeated, lostStep } = counts;
      return {
        kept,
        citedAnew,
        dropped,
        declines: kept === 0 && unknown > 0,
        isTooLittle: kept === 0 || dropped > mostDropped * (kept + dropped) || lostStep,
        isStuck: isRound || repeated >= mostRepeated,
      };
    },
  };
}

/** Inside the sentence, so that whoever reads it as sentences knows whose mark it is. */
function withMark(sentence: string, number: number): string {
  const stop = /[.!?…]["'”»)]*$/.exec(sentence)?.index ?? sentence.length;
  return `${sentence.slice(0, stop)} [${number}]${sentence.slice(stop)}`;
}

const widest = (a: string, b: string) => (b.split('\n').length > a.split('\n').length || a === '' ? b : a);

/** Without list markers, heading marks and quotation marks. */
const bareOf = (sentence: string) => sentence.replace(/^\s*(?:[-*+•>]|\d{1,3}[.)]|#{1,6})\s+/, '').trim();

const wordsOf = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** A heading, a bold line, or words that end in a colon. */
function leadsOn(sentence: string): boolean {
  return (
    /^\s*#{1,6}\s/.test(sentence) ||
    /[:：]["'”»)\]*]*$/.test(sentence) ||
    /^\s*\*\*[^*\n]+\*\*$/.test(sentence)
  );
}

/** A model that says it does not know. In the languages of the replies. */
const unknown = [
  /\b(?:I|we) (?:do not|don't|cannot|can't|could not|couldn't) (?:know|find|tell|answer|say|determine)\b/i,
  /\b(?:I'm|I am) (?:not sure|sorry\b.*\b(?:know|find|answer|information))/i,
  /\b(?:passages?|articles?|documents?|provided (?:text|information|context)|information provided)\b.{0,60}\b(?:do not|don't|does not|doesn't|did not)\b.{0,40}\b(?:answer|contain|hold|mention|provide|say|cover|include|specify|state)/i,
  /\bthere is no (?:information|mention|passage|article)\b/i,
  /\bno (?:information|answer) (?:is|was) (?:available|given|provided|found)\b/i,
  /\bno (?:lo )?sé(?!\p{L})|\bno (?:encuentro|tengo) (?:información|respuesta)/iu,
  /\bje ne (?:sais|trouve) pas\b|\baucune information\b/i,
  /\b(?:weiß ich nicht|ich weiß (?:es|das)? ?nicht|keine (?:information|antwort|angaben)\w*)/i,
  /\bnão (?:sei|encontr\w+)\b/i,
  /不知道|不清楚|没有(?:提到|相关|找到)/,
];
export function saysUnknown(sentence: string): boolean {
  const plain = sentence.replace(/[‘’]/g, "'");
  return unknown.some((pattern) => pattern.test(plain));
}
