// `npm run build`: what runs without any development part, in dist/: JavaScript for plain Node. The widget is built beside it, by
// web/build.ts. Types are not checked here; `npm run check` does that.
import { execFileSync } from 'node:child_process';
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
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const readJson = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));

mkdirSync(dist, { recursive: true });
for (const name of readdirSync(dist)) {
  if (name !== 'web') rmSync(join(dist, name), { recursive: true });
}
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});

// What the sources read besides: style sheets, pages, lists.
const { include } = readJson('tsconfig.build.json') as { include: string[] };
const assets = globSync(`{${include}}/**/*.{css,html,js,json}`, { cwd: root, exclude: ['**/testing/**'] });
for (const path of assets) cpSync(join(root, path), join(dist, path));

// `#core/errors.ts` means the source in the project and its JavaScript here.
const { imports } = readJson('package.json') as { imports: Record<string, string> };
const compiled = Object.entries(imports).map(([alias, target]) => [`${alias}.ts`, `${target}.js`]);
writeFileSync(
  join(dist, 'package.json'),
  `${JSON.stringify({ type: 'module', imports: Object.fromEntries(compiled) }, null, 2)}\n`,
);

const program = join(dist, 'cli.js');
writeFileSync(program, "#!/usr/bin/env node\nimport './cli/main.js';\n");
chmodSync(program, 0o755);
