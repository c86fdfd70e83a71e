// What stands above an article in its file: YAML between `---`, TOML between `+++`, JSON between `;;;` or as an object of its own.
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';

export interface FrontMatter {
  readonly body: string;
  /** Lower-case names. Of tables inside it only those where generators keep a site's own facts. */
  readonly facts: Readonly<Record<string, string>>;
  /** Without its facts an internal article could be taken for a public one. */
  readonly problem?: string;
}

/** UTF-16 code units; more is no front matter. */
const longest = 64 * 1024;
/** Generators that were run over each other's output leave more than one. */
const mostBlocks = 3;

/** Not without facts: a page may begin with a rule or a brace. */
export function splitFrontMatter(text: string): FrontMatter {
  let body = text.replace(/^\uFEFF/, '');
  let facts: Record<string, string> = {};
  for (let count = 0; count < mostBlocks; count += 1) {
    const block = openingBlock(body);
    if (!block) break;
    const value = read(block);
    // Below the first one, what cannot be read is text between two rules.
    if (value === undefined && count > 0) break;
    if (value === undefined)
      return { body: '', facts: {}, problem: `the front matter is not valid ${block.language}` };
    if (count > 0 && Object.keys(value).length === 0) break;
    facts = { ...asFacts(value), ...facts };
    body = body.slice(block.end);
  }
  return { body, facts };
}

type Language = 'YAML' | 'TOML' | 'JSON';

interface Block {
  readonly language: Language;
  readonly source: string;
  readonly end: number;
}

const marks: Readonly<Record<string, { readonly language: Language; readonly closing: RegExp }>> = {
  '---': { language: 'YAML', closing: /\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/g },
  '+++': { language: 'TOML', closing: /\r?\n\+\+\+[ \t]*(?:\r?\n|$)/g },
  ';;;': { language: 'JSON', closing: /\r?\n;;;[ \t]*(?:\r?\n|$)/g },
};

function openingBlock(text: string): Block | undefined {
  const opening = /^\s{0,20}?(---|\+\+\+|;;;)(yaml|toml|json)?[ \t]*\r?\n/.exec(text);
  if (!opening) return jsonObject(text);
  const { language, closing } = marks[opening[1]!]!;
  const close = new RegExp(closing);
  close.lastIndex = opening[0].length - 1;
  const found = close.exec(text);
  if (!found) return undefined;
  const source = text.slice(opening[0].length, found.index);
  const named = opening[2]?.toUpperCase() as Language | undefined;
  return { language: named ?? language, source, end: found.index + found[0].length };
}

/** Hugo's JSON: an object on the first lines, the text behind it. */
function jsonObject(text: string): Block | undefined {
  const start = /^\s{0,20}\{\s*["}]/.exec(text) ? text.indexOf('{') : -1;
  if (start === -1) return undefined;
  let depth = 0;
  let inString = false;
  for (let at = start; at < Math.min(text.length, start + longest); at += 1) {
    const character = text[at];
    if (inString && character === '\\') at += 1;
    else if (character === '"') inString = !inString;
    else if (!inString && character === '{') depth += 1;
    else if (!inString && character === '}') {
      depth -= 1;
      if (depth > 0) continue;
      const source = text.slice(start, at + 1);
      const rest = /^[ \t]*(?:\r?\n|$)/.exec(text.slice(at + 1, at + 200));
      // A page may begin with an example in braces.
      return rest && isJson(source) ? { language: 'JSON', source, end: at + 1 + rest[0].length } : undefined;
    }
  }
  return undefined;
}

function isJson(source: string): boolean {
  try {
    JSON.parse(source);
    return true;
  } catch {
    return false;
  }
}

/** Undefined where it is not valid; empty where it says nothing. */
function read({ language, source }: Block): object | undefined {
  try {
    const value: unknown =
      language === 'YAML' ? readYaml(source) : language === 'TOML' ? parseToml(source) : JSON.parse(source);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return undefined;
  }
}

/** Aliases are off: a few bytes of them can stand for gigabytes. */
const yamlOptions = { maxAliasCount: 0, schema: 'core' } as const;

function readYaml(source: string): unknown {
  try {
    return parseYaml(source, yamlOptions);
  } catch (error) {
    // `title: Sledges: rent and return` is not valid, and every other site has it.
    const quoted = source.replace(
      /^([\w-]+):[ \t]+(?!["'[{|>&*!])(.*(?::[ \t]|[ \t]#).*|[@`%].*)$/gm,
      (_line, name: string, value: string) => `${name}: ${JSON.stringify(value.trimEnd())}`,
    );
    if (quoted === source) throw error;
    return parseYaml(quoted, yamlOptions);
  }
}

/** Hugo's `params` and Zola's `extra` hold what the site itself knows; Docusaurus has a date in `last_update`. */
const innerTables = ['params', 'extra', 'last_update'];

function asFacts(value: object): Record<string, string> {
  const facts: Record<string, string> = {};
  const add = (name: string, fact: unknown) => {
    const text = asText(fact);
    if (text !== undefined) facts[name.toLowerCase()] ??= text;
  };
  const entries = Object.entries(value);
  for (const [name, fact] of entries) add(name, fact);
  for (const [name, table] of entries) {
    if (!innerTables.includes(name.toLowerCase()) || typeof table !== 'object' || table === null) continue;
    for (const [inner, fact] of Object.entries(table)) add(name === 'last_update' ? name : inner, fact);
  }
  return facts;
}

function asText(fact: unknown): string | undefined {
  if (fact instanceof Date) return fact.toISOString();
  if (Array.isArray(fact)) return fact.map(asText).filter(Boolean).join(', ') || undefined;
  return ['string', 'number', 'boolean'].includes(typeof fact) ? String(fact).trim() : undefined;
}
