// Agents know things that customers must not, and past conversations repeat them. What only agents-only articles say (amounts,
// codes, extensions) marks a transcript that says it too as agents-only.
import type { Audience } from '#core/document.ts';

export interface InternalFacts {
  /** All articles have to be learnt before the first transcript is asked about. */
  learn(text: string, audience: Audience): void;
  /** True if the text states what agents-only articles state and no customer article does. */
  foundIn(text: string): boolean;
}

const runPattern = /[\p{L}\p{N}£€$#.,/-]+/gu;
const wordCharacter = /[\p{L}\p{N}]/u;
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

/** From a letter, digit or sign of money to the last letter or digit of a run. One look at each character. */
function tokensOf(text: string): string[] {
  return (text.match(runPattern) ?? []).flatMap((run) => {
    const characters = [...run.replace(/^[.,/-]+/, '')];
    const token = characters.slice(0, characters.findLastIndex((sign) => wordCharacter.test(sign)) + 1);
    return token.length > 1 ? [token.join('')] : [];
  });
}

/** Amounts, codes and numbers: with a digit, or capitals joined by a hyphen: `£37.50`, `RX-9`, `GW-HEARTH`. */
function isFact(token: string): boolean {
  return token.length >= minLength && (/\p{N}/u.test(token) || /^\p{Lu}+(?:-\p{Lu}+)+$/u.test(token));
}
