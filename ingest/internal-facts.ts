// Agents know things that customers must not, and past conversations repeat them. What only agents-only articles say (amounts,
// codes, extensions) marks a transcript that says it too as agents-only.
import type { Audience } from '#core/document.ts';

export interface InternalFacts {
  /** All articles have to be learnt before the first transcript is asked about. */
  learn(text: string, audience: Audience): void;
  /** True if the text states what agents-only articles state and no customer article does. */
  foundIn(text: string): boolean;
}

/** Signs belong to the letter or digit after them. A run of signs is looked at once, from its first: a text of nothing else is read in one pass. */
const tokenPattern = /(?<![£€$#.,/-])(?:[£€$#.,/-]*[\p{L}\p{N}])+/gu;
const leadingPunctuation = /^[.,/-]+/;
/** Shorter numbers ("12", "48") turn up everywhere and prove nothing. */
const minLength = 4;

export function createInternalFacts(): InternalFacts {
  const secret = new Set<string>();
  const open = new Set<string>();
  return {
    learn(text, audience) {
      for (const token of tokensOf(text)) {
        if (isFact(token)) (audience === 'internal' ? secret : open).add(token.toLowerCase());
      }
    },
    foundIn: (text) => tokensOf(text.toLowerCase()).some((token) => secret.has(token) && !open.has(token)),
  };
}

function tokensOf(text: string): string[] {
  return (text.match(tokenPattern) ?? []).map((token) => token.replace(leadingPunctuation, ''));
}

/** Amounts, codes and numbers: with a digit, or capitals joined by a hyphen: `£37.50`, `RX-9`, `GW-HEARTH`. */
function isFact(token: string): boolean {
  return token.length >= minLength && (/\p{N}/u.test(token) || /^\p{Lu}+(?:-\p{Lu}+)+$/u.test(token));
}
