// The OpenAPI document as a page for people: made once, plain HTML, no script.
import type { JsonObject } from './open-api.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonObject;
}

interface Described {
  readonly tags?: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly operationId: string;
  readonly security?: readonly JsonObject[];
  readonly 'x-permission'?: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema?: JsonObject }>>;
type Methods = Readonly<Record<string, Described>>;

interface Entry {
  readonly method: string;
  readonly path: string;
  readonly facts: Described;
}

export function referencePage(document: JsonObject): string {
  const { info, tags, paths, webhooks, components } = document as unknown as {
    info: { title: string; version: string; description: string };
    tags: readonly { name: string; description: string }[];
    paths: Readonly<Record<string, Methods>>;
    webhooks: Readonly<Record<string, Methods>>;
    components: { schemas: Readonly<Record<string, JsonObject>> };
  };
  const entries = entriesOf(paths);
  const groups = tags.map(({ name, description }) => {
    const own = entries.filter(({ facts }) => facts.tags?.includes(name));
    return `<section aria-labelledby="${slug(name)}"><h2 id="${slug(name)}">${text(name)}</h2><p>${prose(description)}</p>
${own.map(operation).join('\n')}</section>`;
  });
  const navigation = [...tags.map(({ name }) => name), 'Webhooks', 'Schemas']
    .map((name) => `<li><a href="#${slug(name)}">${text(name)}</a></li>`)
    .join('');
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `<section aria-labelledby="schema-${name}"><h3 id="schema-${name}">${text(name)}</h3>${code(schema)}</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${text(info.title)} API</title>
<link rel="stylesheet" href="/api/reference.css">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header><h1>${text(info.title)} API</h1><p>Version ${text(info.version)} · <a href="/api/openapi.json">OpenAPI 3.1 document</a></p></header>
<nav aria-label="Sections"><ul>${navigation}</ul></nav>
<main id="main">
<p>${prose(info.description)}</p>
${groups.join('\n')}
<section aria-labelledby="webhooks"><h2 id="webhooks">Webhooks</h2>
<p>What this server sends to yours. Each is signed by the Standard Webhooks specification.</p>
${entriesOf(webhooks).map(webhook).join('\n')}</section>
<section aria-labelledby="schemas"><h2 id="schemas">Schemas</h2>${schemas.join('\n')}</section>
</main>
</body>
</html>
`;
}

function entriesOf(paths: Readonly<Record<string, Methods>>): Entry[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, facts]) => ({ method: method.toUpperCase(), path, facts })),
  );
}

function operation({ method, path, facts }: Entry): string {
  const { operationId: id, summary, description, responses, 'x-permission': permission } = facts;
  const scope = permission === undefined ? '' : ` with the permission <code>${text(permission)}</code>`;
  return `<article aria-labelledby="${id}"><h3 id="${id}"><span class="method">${method}</span> <code>${text(path)}</code></h3>
<p>${prose(summary)}</p>${description === undefined ? '' : `<p>${prose(description)}</p>`}
<p class="auth">${authOf(facts)}${scope}.</p>
${parameters(facts)}${body(facts)}
<h4>Responses</h4>
<dl>${Object.entries(responses)
    .map(
      ([status, { description: what, content }]) =>
        `<dt>${status}</dt><dd>${prose(what)}${contents(content)}</dd>`,
    )
    .join('')}</dl>
<h4>Example</h4>
<pre tabindex="0"><code>${text(curl(method, path, facts))}</code></pre></article>`;
}

function webhook({ path, facts }: Entry): string {
  return `<article aria-labelledby="webhook-${slug(path)}"><h3 id="webhook-${slug(path)}"><code>${text(path)}</code></h3>
<p>${prose(facts.summary)}</p>${parameters(facts)}${body(facts)}</article>`;
}

function authOf({ security = [] }: Described): string {
  const names = security.flatMap((one) => Object.keys(one));
  if (names.length === 0) return 'For everybody';
  const words: Readonly<Record<string, string>> = {
    session: 'the cookie of a session',
    key: 'an API key',
    conversation: 'the token of the conversation',
    visitor: 'the identity token of a signed-in visitor',
    metrics: 'the operator’s token',
  };
  return `Needs ${names.map((name) => words[name] ?? name).join(' or ')}`;
}

function parameters({ parameters: list }: Described): string {
  if (list.length === 0) return '';
  const rows = list.map(
    ({ name, in: place, required, description = '', schema }) =>
      `<tr><th scope="row"><code>${text(name)}</code></th><td>${place}${required ? '' : ', optional'}</td><td>${prose(description)} ${code(schema)}</td></tr>`,
  );
  return `<h4>Parameters</h4><div class="wide" tabindex="0" role="group" aria-label="Parameters"><table><thead><tr><th scope="col">Name</th><th scope="col">Where</th><th scope="col">What</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function body({ requestBody }: Described): string {
  if (!requestBody) return '';
  return `<h4>Body${requestBody.required ? '' : ' (optional)'}</h4>${contents(requestBody.content)}`;
}

function contents(content: Content | undefined): string {
  return Object.entries(content ?? {})
    .map(([type, { schema }]) => `<p class="type">${text(type)}</p>${schema ? code(schema) : ''}`)
    .join('');
}

/** A reference as a link, anything else as JSON. */
function code(schema: JsonObject): string {
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.split('/').at(-1)!;
    return `<p><a href="#schema-${name}">${text(name)}</a></p>`;
  }
  const json = text(JSON.stringify(schema, undefined, 2));
  const linked = json.replace(
    /#\/components\/schemas\/(\w+)/g,
    (all, name: string) => `<a href="#schema-${name}">${all}</a>`,
  );
  return `<pre tabindex="0"><code>${linked}</code></pre>`;
}

function curl(method: string, path: string, { security = [], requestBody }: Described): string {
  const names = security.flatMap((one) => Object.keys(one));
  const token = names.includes('key') ? 'adk_…' : 'TOKEN';
  const type = Object.keys(requestBody?.content ?? {})[0];
  return [
    `curl -X ${method} "$SERVER${path.replace(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase())}"`,
    ...(names.length > 0 ? [`-H "Authorization: Bearer ${token}"`] : []),
    ...(type === 'application/json' ? [`--json '{ … }'`] : []),
    ...(type === 'application/octet-stream'
      ? ['--data-binary @FILE -H "Content-Type: application/octet-stream"']
      : []),
  ].join(' \\\n  ');
}

const slug = (name: string) => name.toLowerCase().replace(/[^a-z]+/g, '-');

function text(value: string): string {
  return value.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Text with code in backquotes. */
function prose(value: string): string {
  return text(value).replace(/`([^`]+)`/g, '<code>$1</code>');
}
