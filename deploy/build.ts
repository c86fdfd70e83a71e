// `npm run build`: what runs without any development part, in dist/: the program with the libraries that it loads, bundled, because loading
// a thousand modules one by one takes half of a start. The widget is built beside it, by web/build.ts. Types are not checked here;
// `npm run check` does that. `--if-changed` returns at once when the sources are those of the last build.
import {
  chmodSync,
  cpSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { Plugin } from 'rolldown';
import { isBuiltFrom, sourcesHash, stampBuild } from '../web/built-from.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const packages = join(root, 'node_modules/');

const rooms = '{engine,server,ingest,evals,quality,fine-tuning,cli}';
const sources = [`${rooms}/**/*.{ts,css,html,js,json}`];
const tests = ['**/testing/**', '**/*.test.ts', '**/*.contract.ts'];

/** These stay packages. */
const unbundled = [
  // They bring files of machine code.
  /^@node-rs\/argon2/,
  /^hnswlib-node/,
  /^onnxruntime-node/,
  /^sharp/,
  // Packages of other providers need the same copy.
  /^@langchain\//,
  // Large, and loaded by itself where a desk needs it.
  /^mammoth/,
  /^nodemailer/,
  /^openai/,
  /^unpdf/,
];

/** Where a module looks for files beside its source, they lie in dist/ by the same path. All bundled files are in dist/ itself. */
const sameFolders: Plugin = {
  name: 'same-folders',
  transform: {
    filter: { code: 'import.meta.dirname', id: { exclude: /node_modules/ } },
    handler: (code, id) => ({
      code: code.replaceAll(
        'import.meta.dirname',
        `(import.meta.dirname + ${JSON.stringify(`/${relative(root, dirname(id))}`)})`,
      ),
      // Lines stay as they are.
      map: null,
    }),
  },
};

/** A table of a megabyte is read as JSON in a third of the time that it takes as code. */
const tablesAsJson: Plugin = {
  name: 'tables-as-json',
  load: {
    filter: { id: /\/eld\/src\/ngrams\/\w+\.js$/ },
    handler: async (id) => {
      const { ngramsData } = await import(id);
      return `export const ngramsData = JSON.parse(${JSON.stringify(JSON.stringify(ngramsData))});`;
    },
  },
};

/** Threads are programs of their own: `import.meta.resolve('#models/embedder/embedding-worker.ts')`. By that name, its file in dist/. */
function threads(): Map<string, string> {
  const names = globSync(sources, { cwd: root, exclude: tests })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => [
      ...readFileSync(join(root, path), 'utf8').matchAll(/import\.meta\.resolve\('(#[^']+)'\)/g),
    ]);
  return new Map(names.map(([, name]) => [name!, basename(name!, '.ts')]));
}

/** Their licences ask for it: a copy of each bundled library's, with its name. */
function licencesOf(modules: readonly string[]): string {
  const folders = new Set(
    modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.replace(/^\0/, ''))?.[0] ?? []),
  );
  const entries = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file));
    const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
    return [`${name} ${version}, ${license}`, ...texts].join('\n\n');
  });
  return `The files of JavaScript beside this one contain these libraries.\n\n${entries.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

async function build(hash: string): Promise<void> {
  // Loaded only when there is something to build: loading it takes longer than the check.
  const { rolldown } = await import('rolldown');
  mkdirSync(dist, { recursive: true });
  for (const name of readdirSync(dist)) {
    if (name !== 'web') rmSync(join(dist, name), { recursive: true });
  }
  const entries = threads();
  const bundle = await rolldown({
    cwd: root,
    input: {
      cli: 'cli/main.ts',
      ...Object.fromEntries([...entries].map(([name, file]) => [file, name])),
    },
    platform: 'node',
    // What the oldest Node that will do cannot read is written in older words.
    transform: { target: 'node22.18' },
    external: unbundled,
    plugins: [sameFolders, tablesAsJson],
    logLevel: 'warn',
  });
  const { output } = await bundle.write({
    dir: dist,
    chunkFileNames: '[name].js',
    sourcemap: true,
    sourcemapExcludeSources: true,
  });
  await bundle.close();

  // The sources, too: stack traces name them, files that they read lie among them, and what was made by other ones is made anew.
  for (const path of globSync(sources, { cwd: root, exclude: tests }))
    cpSync(join(root, path), join(dist, path));
  const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
  writeFileSync(join(dist, 'LICENSES.txt'), licencesOf(modules.filter((id) => id.includes(packages))));
  const imports = Object.fromEntries([...entries].map(([name, file]) => [name, `./${file}.js`]));
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify({ type: 'module', imports }, null, 2)}\n`);
  chmodSync(join(dist, 'cli.js'), 0o755);
  stampBuild(dist, hash);
}

const hash = sourcesHash([...sources, 'deploy/*.ts', 'package.json', 'package-lock.json'], tests);
if (!process.argv.includes('--if-changed') || !isBuiltFrom(dist, hash)) await build(hash);
