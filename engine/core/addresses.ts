// Web and e-mail addresses in plain text, as a Markdown reader would make links of them.

/** Web addresses with or without a scheme, and e-mail addresses. */
const address = /(?:https?:\/\/|www\.)[^\s<>"'\]]+|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+/gi;

const hint = /@|:\/\/|www\./i;

/** Without the sentence marks behind them. */
export function addressesIn(text: string): string[] {
  // An address has no space in it, and most lines hold none: looking for these is a tenth of the work.
  return text
    .split('\n')
    .filter((line) => hint.test(line))
    .flatMap((line) => [...line.matchAll(address)])
    .map(([found]) => found.replace(/[).,;:!?*_-]+$/, ''));
}

/** Of `mailto:` the mailbox's. Empty when it is not an address that `addressesIn` finds. */
export function hostOf(found: string): string {
  const url = found.includes('://') ? found : `https://${found.replace(/^(?:mailto:|.*@)+/i, '')}`;
  return URL.canParse(url) ? new URL(url).hostname : '';
}

export function hostsIn(text: string): string[] {
  return addressesIn(text).map(hostOf).filter(Boolean);
}
