// Builds what browsers load into dist/web: widget.js, one file for any website; the demo page of the sample company; the team's console.
// `--if-changed` returns at once when the sources are those of the last build.
import { createHash } from 'node:crypto';
import { globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { isBuiltFrom, sourcesHash, stampBuild } from './built-from.ts';

const here = import.meta.dirname;
const root = join(here, '..');
const dist = join(root, 'dist/web');

/**
 * Cuts out what tree-shaking cannot prove unused, 2.6 KB (gzip): the default instance that `marked` constructs on import,
 * a Babel helper that nothing in DOMPurify calls, and what its errors say to programmers. (Looser tree-shaking options would
 * break DOMPurify: tried.)
 */
const withoutDeadCode: Plugin = {
  name: 'without-dead-code',
  transform(code, id) {
    const lean = id.endsWith('/marked.esm.js')
      ? withoutDefaultInstance(code)
      : id.endsWith('/purify.es.mjs')
        ? code
            .replace(
              /function AsyncGenerator\(e\) \{[\s\S]*?\n\}\nAsyncGenerator\.prototype[\s\S]*?\n\};\n/,
              '',
            )
            .replace(/(?<=typeErrorCreate\(|console\.warn\()"(?:[^"\\]|\\.)*"/g, '"DOMPurify"')
        : undefined;
    if (lean === code || lean?.includes('AsyncGenerator')) {
      throw new Error(`${id} is not what web/build.ts expects of it: look for its dead code again`);
    }
    return lean;
  },
};

function withoutDefaultInstance(marked: string): string {
  const kept = / as (?:getDefaults|Lexer|Parser|Renderer|Tokenizer)$/;
  return marked
    .replace(/var \w+=new (?!WeakMap)\w+;function[\s\S]*(?=export\{)/, '')
    .replace(
      /export\{([^}]*)\}/,
      (_, names: string) => `export{${names.split(',').filter((name) => kept.test(name))}}`,
    );
}

const versionOf = (file: Buffer) => createHash('sha256').update(file).digest('base64url').slice(0, 10);

/** Of the widget's two files: which browsers, and how. */
const forWebsites = { target: ['chrome120', 'firefox125', 'safari17'], cssTarget: 'esnext' as const };

/** Chunks of the console that only later ones import: what draws Markdown. */
const sharedByLater: ReadonlySet<string> = new Set(['prose']);

/** Once here, at the best level, instead of for each request. */
function compress(folder: string): void {
  for (const path of globSync('*.{js,css}', { cwd: folder }).map((name) => join(folder, name))) {
    const plain = readFileSync(path);
    writeFileSync(`${path}.br`, brotliCompressSync(plain));
    writeFileSync(`${path}.gz`, gzipSync(plain, { level: 9 }));
  }
}

async function buildAll(hash: string): Promise<void> {
  // Loaded only when there is something to build: loading it takes longer than the check.
  const [{ build }, { writeArticlePages }] = await Promise.all([
    import('vite'),
    import('./article-pages.ts'),
  ]);
  const next = `${dist}.next`;
  rmSync(next, { recursive: true, force: true });
  const shared = { configFile: false, logLevel: 'error' } as const;
  await build({
    ...shared,
    root: join(here, 'demo'),
    build: {
      outDir: next,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      rolldownOptions: {
        input: globSync('*.html', { cwd: join(here, 'demo') }).map((page) => join(here, 'demo', page)),
      },
    },
  });
  await build({
    ...shared,
    root: join(here, 'widget'),
    publicDir: false,
    build: {
      outDir: next,
      emptyOutDir: false,
      ...forWebsites,
      rolldownOptions: {
        input: join(here, 'widget/person/main.ts'),
        preserveEntrySignatures: 'strict',
        output: { format: 'es', entryFileNames: 'widget-person.js' },
      },
    },
  });
  const person = readFileSync(join(next, 'widget-person.js'));
  await build({
    ...shared,
    root: join(here, 'widget'),
    publicDir: false,
    plugins: [withoutDeadCode],
    define: { personSideVersion: JSON.stringify(versionOf(person)) },
    build: {
      outDir: next,
      emptyOutDir: false,
      ...forWebsites,
      rolldownOptions: {
        input: join(here, 'widget/main.ts'),
        output: { format: 'iife', entryFileNames: 'widget.js' },
      },
    },
  });
  await build({
    ...shared,
    root: join(here, 'console'),
    base: '/console/',
    publicDir: false,
    build: {
      outDir: join(next, 'console'),
      emptyOutDir: true,
      // The policy of the pages allows no `data:` styles or scripts, and one file can be kept for good.
      assetsInlineLimit: 0,
      target: ['chrome120', 'firefox125', 'safari17'],
      cssTarget: 'esnext',
      modulePreload: { polyfill: false },
      rolldownOptions: {
        output: {
          // What the first screen does not wait for, by name: the limit of its size leaves it out.
          chunkFileNames: ({ isDynamicEntry, name }) =>
            `assets/${isDynamicEntry || sharedByLater.has(name) ? 'later-' : ''}[name]-[hash].js`,
        },
      },
    },
  });
  for (const folder of [next, join(next, 'console/assets')]) compress(folder);
  const takeTemplate = (name: string) => {
    const path = join(next, name);
    const text = readFileSync(path, 'utf8');
    rmSync(path);
    return text;
  };
  const templates = { article: takeTemplate('article.html'), list: takeTemplate('help.html') };
  // Filled in by the server once the team has named its desk. Hidden: nobody gets them as they are.
  for (const name of ['team.html', 'team-404.html']) renameSync(join(next, name), join(next, `.${name}`));
  writeArticlePages(join(root, 'data/knowledge'), templates, next);
  stampBuild(next, hash);
  rmSync(dist, { recursive: true, force: true });
  renameSync(next, dist);
}

const hash = sourcesHash([
  'package-lock.json',
  'web/*.ts',
  'web/*.css',
  'web/{widget,demo,console}/**/*',
  'data/knowledge/**/*',
]);
if (!process.argv.includes('--if-changed') || !isBuiltFrom(dist, hash)) await buildAll(hash);
