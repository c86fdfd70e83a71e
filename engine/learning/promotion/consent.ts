// Who lets a change of model through: a person who has seen the figures, or the figures.
import type { ModelChange } from './model-change.ts';

/** `within-tolerance` lets through what makes nothing worse; `ask` always asks a person; `none` lets nothing through. */
export type Consent = 'within-tolerance' | { readonly ask: (question: string) => Promise<string> } | 'none';

export async function isAgreed(
  consent: Consent,
  { acceptable }: Pick<ModelChange, 'acceptable'>,
  say: (text: string) => void,
): Promise<boolean> {
  if (consent === 'within-tolerance') return acceptable;
  if (consent === 'none') {
    say('There is no terminal to ask on; --yes publishes what is within the tolerance.');
    return false;
  }
  const question = acceptable
    ? 'Publish it? (yes or no) '
    : 'This is NOT within the tolerance. Publish it all the same? (yes or no) ';
  // The whole word: a habitual y is not meant.
  return (await consent.ask(question)).trim().toLowerCase() === 'yes';
}
