// Where a link leads, as an article may show it, and the link itself as Markdown.

/** UTF-16 code units. A longer address carries somebody's state, and the filter of answers would take it out. */
const longestAddress = 400;
const longestLabel = 200;

/**
 * Absolute, without a password. Undefined for what leads nowhere: to the same page, to a script, or to a page beside this one where
 * nothing says where this one is. `base`: the address of the page.
 */
export function linkAddress(href: string | undefined, base?: string): string | undefined {
  const written = href?.trim() ?? '';
  if (written === '' || written.startsWith('#') || written.length > longestAddress) return undefined;
  const url = URL.parse(written, base);
  if (!url || !/^(?:https?|mailto):$/.test(url.protocol)) return undefined;
  if (url.protocol === 'mailto:') {
    const mailbox = /^[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+$/.exec(url.pathname)?.[0];
    return mailbox && `mailto:${mailbox}`;
  }
  url.username = '';
  url.password = '';
  // What Markdown reads as the end of an address, or as emphasis.
  return url.href.replace(
    /[()*[\]'_]$|[()*[\]]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** An address that is its own label stands there as it is. */
export function linked(label: string, address: string | undefined): string {
  const text = label.replace(/[[\]]/g, '').trim();
  if (!address || text === '' || text.length > longestLabel || /\n/.test(text)) return label;
  // A number in brackets is a citation.
  if (/^[\d,;\s]+$/.test(text)) return label;
  return isSame(text, address) ? label : `[${text}](${address})`;
}

function isSame(label: string, address: string): boolean {
  const bare = (text: string) => text.toLowerCase().replace(/^(?:https?:\/\/|mailto:)|\/$/g, '');
  return bare(label) === bare(address);
}
