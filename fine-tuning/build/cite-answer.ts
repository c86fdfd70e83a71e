// An agent's answer as a model shall learn to write it: changed only by cutting, each sentence with the passage that it rests on.

import type { OpenGuard } from '#chat/write/guard-sentences.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { ScoredChunk } from '#core/document.ts';

export interface CitedAnswer {
  /** Markdown with `[n]`, the n-th of the passages. */
  readonly text: string;
  /** Numbers of the passages that it cites, from 1. */
  readonly cited: readonly number[];
  /** Sentences that no passage supports. */
  readonly cut: number;
}

const placeholder = /\[(?:NAME(?: \d+)?|[A-Z]{2,12})\]/;
const step = /^\s*\d{1,3}[.)]\s/gm;
const citation = /\[(\d{1,3})\]/g;

/**
 * Only sentences that the desk's own guard would let a model say: what is learnt is what customers get to see. Undefined where nothing is
 * left, or a step of several is missing: half of some instructions misleads.
 */
export async function citeAnswer(
  answer: string,
  passages: readonly ScoredChunk[],
  { openGuard, signal }: CallOptions & { readonly openGuard: OpenGuard },
): Promise<CitedAnswer | undefined> {
  const guard = openGuard(passages, { signal });
  const text = ((await guard.push(answer)) + (await guard.end(true))).trim();
  const { kept, dropped } = guard.verdict;
  if (kept === 0 || stepsIn(text) < stepsIn(answer) || placeholder.test(text)) return undefined;
  const cited = new Set(Array.from(text.matchAll(citation), ([, number]) => Number(number)));
  return { text, cited: [...cited].sort((a, b) => a - b), cut: dropped };
}

const stepsIn = (text: string) => text.match(step)?.length ?? 0;
