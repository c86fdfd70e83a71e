// `npm prune --omit=dev` must leave every command whole.
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const { imports, dependencies, optionalDependencies } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
) as Record<'imports' | 'dependencies' | 'optionalDependencies', Record<string, string>>;

const program = 'cli/main.ts';

interface Import {
  readonly specifier: string;
  /** `import()`: loaded when it is needed. */
  readonly isDynamic: boolean;
}

function importsOf(path: string): Import[] {
  const statements = readFileSync(join(root, path), 'utf8').matchAll(
    /^\s*(?:import|export)\s(?!type\s)[^'";]*?from\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|^\s*import\s+'([^']+)'/gm,
  );
  return [...statements].flatMap(([, from, dynamic, bare]) => {
    const specifier = from ?? dynamic ?? bare;
    return specifier === undefined ? [] : { specifier, isDynamic: dynamic !== undefined };
  });
}

/** Path of a file of ours; undefined for a package. */
function resolved(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return relative(root, resolve(root, dirname(from), specifier));
  const alias = Object.keys(imports).find((name) => specifier.startsWith(name.replace('*', '')));
  return alias && join(imports[alias]!.replace('*', specifier.slice(alias.length - 1)));
}

function reach(
  entries: readonly string[],
  { withDynamic = true } = {},
): { files: Set<string>; packages: Map<string, string> } {
  const files = new Set<string>();
  const packages = new Map<string, string>();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (files.has(path)) continue;
    files.add(path);
    for (const { specifier, isDynamic } of importsOf(path)) {
      if (isDynamic && !withDynamic) continue;
      const own = resolved(path, specifier);
      if (own !== undefined) waiting.push(own);
      else if (!specifier.startsWith('node:')) packages.set(/^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0], path);
    }
  }
  return { files, packages };
}

describe('production', () => {
  it('needs no devDependency for any command', () => {
    const { files, packages } = reach([program]);
    expect(files.size).toBeGreaterThan(200);
    const known = { ...dependencies, ...optionalDependencies };
    const strange = [...packages].filter(([name]) => !(name in known));
    expect(strange.map(([name, path]) => `${path} imports ${name}`)).toEqual([]);
  });

  it('loads at the start of a server nothing that only some desks need', () => {
    const { packages } = reach(['server/main.ts'], { withDynamic: false });
    const some = ['nodemailer', 'postal-mime', 'openid-client', 'jose', 'openai', 'sharp'];
    expect([...packages].filter(([name]) => some.includes(name))).toEqual([]);
  });

  it('loads next to nothing before the models and the knowledge base are being opened', () => {
    const { packages } = reach(['server/start.ts'], { withDynamic: false });
    expect([...packages.keys()].sort()).toEqual([
      'lru-cache',
      'onnxruntime-node',
      'pino',
      'prom-client',
      'zod',
    ]);
  });
});
