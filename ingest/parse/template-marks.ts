// Marks of template languages in Markdown: Liquid, Jekyll, Hugo, Kramdown, MkDocs, and Adobe's and GitHub's own.

/** A mark alone on its line. */
export interface TemplateMark {
  readonly word: string;
  readonly closes: boolean;
  readonly title?: string;
  /** What the mark itself says to a reader, as Markdown. */
  readonly text?: string;
}

const titleNames = ['title', 'label', 'summary', 'name', 'header', 'heading'];
const textNames = ['content', 'text', 'message', 'caption', 'alt'];
/** Containers whose first word in quotation marks is their title. */
const titled =
  /^(?:tab|tabitem|step|expand|details|detail|accordion|accordion-item|collapse|hint|callout|alert|notice|admonition|panel|card|spoiler)$/;

/** `{% tab title="Mac" %}`, `{{< tab "Mac" >}}`, `{{% /tab %}}`; undefined for any other line. */
export function templateMark(line: string): TemplateMark | undefined {
  const found =
    /^\{%-?[ \t]*(\/?[\w-]+)([^%\n]*)%\}$/.exec(line) ??
    /^\{\{[<%-][ \t]*(\/?[ \t]*[\w./-]+)((?:(?!\}\}).)*?)\/?[>%-]\}\}$/.exec(line);
  if (!found) return undefined;
  const [, name, rest] = found as unknown as [string, string, string];
  const closing = /^(?:\/[ \t]*|end)(?=\w)(.+)$/.exec(name);
  if (closing) return { word: closing[1]!, closes: true };
  const word = name;
  const settings = new Map(
    Array.from(rest.matchAll(/([\w-]+)[ \t]*=[ \t]*(?:"([^"]*)"|'([^']*)')/g), ([, key, a, b]) => [
      key!,
      a ?? b ?? '',
    ]),
  );
  const bare = rest.replace(/[\w-]+[ \t]*=[ \t]*(?:"[^"]*"|'[^']*'|\S+)/g, ' ');
  const first =
    /["'“]([^"'”]+)["'”]/.exec(bare)?.[1] ?? (word === 'tab' ? bare.trim().split(/\s+/).at(-1) : undefined);
  const named = titleNames.map((key) => settings.get(key)).find(Boolean);
  const title = named ?? (titled.test(word) ? first : undefined);
  const said = textNames.map((key) => settings.get(key)).find(Boolean);
  const url = settings.get('url');
  const text = said ?? (word === 'embed' && url && /^https:/.test(url) ? `<${url}>` : undefined);
  return {
    word,
    closes: false,
    ...(title ? { title } : {}),
    ...(text ? { text } : {}),
  };
}

/** Jekyll's code blocks as fences; link targets that a template makes are no targets; lines that only fetch or list something go. */
export function settleTemplateLines(line: string): string {
  if (/^\s*(?:\[\[?_?toc_?\]\]?|\{:toc\}|--8<--.*)\s*$/i.test(line)) return '';
  if (!line.includes('{')) return line;
  const highlight = /^(\s*)\{%-?\s*(end)?highlight\s*([\w#+-]{0,30})[^%\n]*%\}\s*$/.exec(line);
  if (highlight) return `${highlight[1]}\`\`\`${highlight[2] ? '' : highlight[3]}`;
  return line.replace(
    /\]\(([^(){}\s]{0,200})(?:\{\{[^{}\n]{0,200}\}\}|\{%[^%\n]{0,200}%\})([^(){}\s]{0,200})\)/g,
    (_mark, ahead: string, behind: string) => `](${ahead + behind || '#'})`,
  );
}

/** In running text. Every pattern is bounded. */
export function withoutTemplateMarks(text: string): string {
  return (
    text
      .replace(/\{%[^%\n]{0,2000}%\}/g, '')
      .replace(/\{\{[^{}\n]{0,500}\}\}/g, '')
      .replace(/[ \t]?\{ ?(?:[:#.]|hide-)[^{}\n]{0,300}\}/g, '')
      .replace(/^\[![A-Za-z]{2,20}\][-+]?[ \t]*/, '')
      .replace(/\[![A-Z]{2,12} ([^[\]]{1,300})\]/g, '$1')
      // Icons and keys of MkDocs.
      .replace(/:(?:material|octicons|fontawesome|simple)-[\w-]{1,60}:[ \t]?/g, '')
      .replace(/\+\+([a-z\d]{1,12}(?:\+[a-z\d]{1,12}){0,4})\+\+/g, '$1')
      // Bold that CommonMark does not see, as between Chinese characters.
      .replace(/\*\*|~~/g, '')
  );
}
