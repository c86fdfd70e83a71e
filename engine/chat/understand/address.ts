// An e-mail address that a customer types into the chat instead of the form.
import type { Message } from '#core/conversation.ts';

/** The longest address that there can be (RFC 5321), in characters. */
const longestAddress = 254;
const address =
  /(?<![\w.+-])[a-z0-9](?:[\w.+-]{0,62}[a-z0-9_])?@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,5}[a-z]{2,24}(?![\w-])/i;

/** The first one. Undefined where there is none. */
export function addressIn(text: string): string | undefined {
  const found = address.exec(text)?.[0];
  return found && found.length <= longestAddress ? found : undefined;
}

/** The desk's last words said to leave an address. */
export function hasJustAskedForAddress(history: readonly Message[]): boolean {
  return history.findLast(({ author }) => author !== 'customer')?.decision === 'handoff';
}

/** The desk has handed over, and said to leave an address. */
export function asksForAddress(history: readonly Message[]): boolean {
  return history.some(({ author, decision }) => author !== 'customer' && decision === 'handoff');
}
