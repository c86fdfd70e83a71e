// ReadMe's blocks, `[block:callout] {…} [/block]`, as the Markdown and HTML that they stand for.

/** UTF-16 code units of one block. */
const longest = 200_000;
const block = /^[ \t]*\[block:([a-z-]{1,30})\][ \t]*\n([\s\S]*?)\n[ \t]*\[\/block\][ \t]*$/gm;

/** What is no JSON stays as it is. */
export function readReadmeBlocks(markdown: string): string {
  if (!markdown.includes('[block:') || !markdown.includes('[/block]')) return markdown;
  return markdown.replace(block, (whole, kind: string, json: string) => {
    if (json.length > longest) return whole;
    try {
      const value: unknown = JSON.parse(json);
      return typeof value === 'object' && value !== null ? `\n${write(kind, value as Fields)}\n` : whole;
    } catch {
      return whole;
    }
  });
}

type Fields = Readonly<Record<string, unknown>>;

function write(kind: string, fields: Fields): string {
  if (kind === 'api-header') return `## ${textOf(fields.title)}`;
  if (kind === 'code') return listOf(fields.codes).map(codeOf).join('\n\n');
  if (kind === 'parameters') return tableOf(fields);
  if (kind === 'image') return listOf(fields.images).map(imageOf).join('\n\n');
  if (kind === 'html') return textOf(fields.html);
  if (kind === 'embed')
    return /^https:/.test(textOf(fields.url)) ? `[${textOf(fields.title) || fields.url}](${fields.url})` : '';
  // Callouts, and kinds that come after this was written.
  return [textOf(fields.title), textOf(fields.body)].filter(Boolean).join('\n\n');
}

function codeOf(code: Fields): string {
  const text = textOf(code.code);
  const fence = '`'.repeat(Math.max(3, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length + 1)));
  return [textOf(code.name), `${fence}${textOf(code.language).replace(/[^\w#+-]/g, '')}\n${text}\n${fence}`]
    .filter(Boolean)
    .join('\n\n');
}

/** Cells by row and column: `0-1`; those of the head `h-1`. */
function tableOf({ data, cols, rows }: Fields): string {
  const cells = typeof data === 'object' && data !== null ? (data as Fields) : {};
  const columns = Math.min(50, Number(cols) || 0);
  const line = (row: string | number) =>
    `| ${Array.from({ length: columns }, (_, column) =>
      textOf(cells[`${row}-${column}`])
        .replace(/\s*\n\s*/g, ' ')
        .replace(/(?<!\\)\|/g, '\\|'),
    ).join(' | ')} |`;
  const body = Array.from({ length: Math.min(2_000, Number(rows) || 0) }, (_, row) => line(row));
  return columns === 0 ? '' : [line('h'), `|${' --- |'.repeat(columns)}`, ...body].join('\n');
}

function imageOf(image: Fields): string {
  return (
    textOf(image.caption) ||
    textOf(Array.isArray(image.image) ? image.image[1] : '').replace(/\.\w{2,4}$/, '')
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : [];
}
