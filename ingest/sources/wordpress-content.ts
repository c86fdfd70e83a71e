// The text of a WordPress post as HTML: shortcodes become sections or go, blank lines paragraphs.

const shortcode = /\[(\/?)([a-z][\w-]{1,40})((?:\s[^[\]]{0,1000})?)\]/gi;
const titleSetting = /\b(?:title|heading|label|question|name)\s*=\s*(?:"([^"]*)"|'([^']*)')/i;

export function wordpressHtml(content: string): string {
  return withParagraphs(withoutShortcodes(content));
}

/** `[tab title="Mac"]…[/tab]` is a part under its title. Brackets that are no shortcode ("[Enter]") stay. */
function withoutShortcodes(content: string): string {
  const closed = new Set(
    Array.from(content.matchAll(/\[\/([\w-]{1,40})\]/g), ([, name]) => name!.toLowerCase()),
  );
  const open: { readonly name: string; readonly element: string }[] = [];
  return content.replace(shortcode, (whole, slash: string, written: string, settings: string) => {
    const name = written.toLowerCase();
    if (slash) {
      const index = open.findLastIndex((one) => one.name === name);
      if (index === -1) return closed.has(name) ? '' : whole;
      return open
        .splice(index)
        .reverse()
        .map(({ element }) => (element ? `</${element}>` : ''))
        .join('');
    }
    if (!closed.has(name)) return settings.includes('=') ? '' : whole;
    const found = titleSetting.exec(settings);
    const title = (found?.[1] ?? found?.[2])?.trim();
    const element = title ? (/tab(?!le)/.test(name) ? 'x-tab' : 'x-part') : '';
    open.push({ name, element });
    return element ? `<${element} title="${title!.replaceAll('"', '&quot;')}">` : '';
  });
}

/** What was written without blocks has blank lines for paragraphs; blocks and code are left alone. */
function withParagraphs(html: string): string {
  if (html.includes('<!-- wp:') || /<p[\s>]/i.test(html)) return html;
  return html
    .split(/(<pre[\s>][\s\S]*?<\/pre>)/i)
    .map((part) =>
      /^<pre[\s>]/i.test(part)
        ? part
        : part.replace(/\r?\n[ \t]*\r?\n/g, '\n<p>').replace(/([^>\n])\r?\n(?=[^<\n])/g, '$1<br>'),
    )
    .join('');
}
