// `npm prune --omit=dev` must leave these commands whole, and learning must not know the evals that measure it.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const { imports, dependencies, optionalDependencies } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
) as Record<'imports' | 'dependencies' | 'optionalDependencies', Record<string, string>>;

const commands = [
  'cli/evals.ts',
  'cli/models.ts',
  'cli/intents.ts',
  'cli/calibrate.ts',
  'cli/search.ts',
  'cli/answer.ts',
  'cli/ask.ts',
];
/** What trains, fits and compares; the commands hand in what measures. */
const learning = [
  'engine/models/store/add-model.ts',
  'engine/learning/promotion/use-model.ts',
  'engine/learning/promotion/describe-models.ts',
  'engine/learning/calibration/calibrate-policy.ts',
  'engine/learning/calibration/describe-calibration.ts',
  'engine/learning/intents/learn-intents.ts',
  'engine/learning/intents/judge-intents.ts',
  'engine/learning/intents/predict-intents.ts',
];

function specifiersOf(path: string): string[] {
  const statements = readFileSync(join(root, path), 'utf8').matchAll(
    /^\s*(?:import|export)\s[^'";]*?from\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|^\s*import\s+'([^']+)'/gm,
  );
  return [...statements].flatMap(([, from, dynamic, bare]) => from ?? dynamic ?? bare ?? []);
}

/** Path of a file of ours; undefined for a package. */
function resolved(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return relative(root, resolve(root, dirname(from), specifier));
  const alias = Object.keys(imports).find((name) => specifier.startsWith(name.replace('*', '')));
  return alias && join(imports[alias]!.replace('*', specifier.slice(alias.length - 1)));
}

function reach(entries: readonly string[]): { files: Set<string>; packages: Map<string, string> } {
  const files = new Set<string>();
  const packages = new Map<string, string>();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (files.has(path)) continue;
    files.add(path);
    for (const specifier of specifiersOf(path)) {
      const own = resolved(path, specifier);
      if (own !== undefined) waiting.push(own);
      else if (!specifier.startsWith('node:')) packages.set(/^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0], path);
    }
  }
  return { files, packages };
}

describe('production', () => {
  it('needs no devDependency for any command', () => {
    const { files, packages } = reach(commands);
    expect(files.size).toBeGreaterThan(commands.length * 10);
    const known = { ...dependencies, ...optionalDependencies };
    const strange = [...packages].filter(([name]) => !(name in known));
    expect(strange.map(([name, path]) => `${path} imports ${name}`)).toEqual([]);
  });

  it('learns without the suites, their runner and their report', () => {
    expect(learning.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const measuring = [...reach(learning).files].filter((path) =>
      /^(evals\/(runner|suites|report|cases|scripts|safety|wait-time)|ingest)\/|^server\/(config|deps)\.ts$/.test(
        path,
      ),
    );
    expect(measuring).toEqual([]);
  });
});
