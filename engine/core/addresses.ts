// Web and e-mail addresses in plain text, as a Markdown reader would make links of them.

/** Web addresses with or without a scheme, and e-mail addresses. */
const address = /(?:https?:\/\/|www\.)[^\s<>"'\]]+|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+/gi;

/** Without the sentence marks behind them. */
export function addressesIn(text: string): string[] {
  return [...text.matchAll(address)].map(([found]) => found.replace(/[).,;:!?*_-]+$/, ''));
}

/** Of `mailto:` the mailbox's. Empty when it is not an address that `addressesIn` finds. */
export function hostOf(found: string): string {
  const url = found.includes('://') ? found : `https://${found.replace(/^(?:mailto:|.*@)+/i, '')}`;
  return URL.canParse(url) ? new URL(url).hostname : '';
}

export function hostsIn(text: string): string[] {
  return addressesIn(text).map(hostOf).filter(Boolean);
}
