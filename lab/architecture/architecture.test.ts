// The house rules that a reviewer should not have to check: who may import whom, no cycles, one reader of the environment.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Import, mayImport, roomOf, rooms } from './rooms.ts';
import { isUpToDate, writtenFiles } from './written-rules.ts';

const root = resolve(import.meta.dirname, '../..');
const aliases = rooms.flatMap(({ alias, folder }) =>
  alias ? [{ prefix: `${alias}/`, folder: `${folder}/` }] : [],
);
const packageFile = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

function sources(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (['node_modules', 'dist'].includes(name)) return [];
    if (statSync(join(root, path)).isDirectory()) return sources(path);
    return /\.tsx?$/.test(path) && !path.endsWith('.d.ts') ? [path] : [];
  });
}
const isTest = (path: string) =>
  path.endsWith('.test.ts') || path.includes('/testing/') || path.endsWith('.contract.ts');

interface FoundImport extends Import {
  readonly specifier: string;
}

function importsOf(path: string): FoundImport[] {
  const text = readFileSync(join(root, path), 'utf8');
  const statements = text.matchAll(
    /^\s*(?:import|export)\s+(type\s)?[^'"`;]*?from\s+['"]([^'"]+)['"]|\bimport\(\s*['"`]([^'"`]+)|^\s*import\s+['"]([^'"]+)['"]/gm,
  );
  return [...statements].flatMap(([, type, from, dynamic, bare]) => {
    const specifier = (from ?? dynamic ?? bare!).replace(/\?.*$/, '');
    const alias = aliases.find(({ prefix }) => specifier.startsWith(prefix));
    const to = alias
      ? alias.folder + specifier.slice(alias.prefix.length)
      : specifier.startsWith('.')
        ? relative(root, resolve(root, dirname(path), specifier))
        : undefined;
    return to === undefined ? [] : [{ from: path, to, typeOnly: type !== undefined, specifier }];
  });
}

const topFolders = [...new Set(rooms.map(({ folder }) => folder.split('/')[0]!))];
const files = topFolders.flatMap(sources);
const shipped = files.filter((path) => !isTest(path));
const imports = shipped.flatMap(importsOf);

describe('architecture', () => {
  it('finds the sources it is about', () => {
    expect(shipped.length).toBeGreaterThan(200);
    expect(imports.length).toBeGreaterThan(600);
  });

  it('has a room for every file', () => {
    expect(files.filter((path) => !roomOf(path))).toEqual([]);
  });

  it('lets each room import only what the table allows', () => {
    const violations = imports.filter((one) => !mayImport(one));
    expect(violations.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('reaches other rooms by their alias, never by a path', () => {
    const paths = imports.filter(
      ({ from, to, specifier }) =>
        specifier.startsWith('.') && roomOf(to)?.alias && roomOf(to) !== roomOf(from),
    );
    expect(paths.map(({ from, specifier }) => `${from}: ${specifier}`)).toEqual([]);
  });

  it('finds files that ship by the root of the package: dist/ lies deeper than the sources, and commands run anywhere', () => {
    const isShipped = (path: string) => !/^(?:lab|web)\//.test(path);
    const found = shipped.filter(isShipped).flatMap((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      // `['data/…', 'data/…'].map(packagePath)` is the same for several.
      const rest = text.replace(/packagePath\('[^']+'\)|\[[^\]]*\]\.map\(packagePath\)/g, '');
      return [
        ...rest.matchAll(/'(?:\.\.\/)*(?:data|training)\/[^']*'|import\.meta\.dirname, '(?:\.\.\/)+data'/g),
      ].map(([literal]) => `${path}: ${literal}`);
    });
    expect(found).toEqual([]);
  });

  it('has an alias in package.json for each room that has one in the table', () => {
    expect(packageFile.imports).toEqual(
      Object.fromEntries(
        rooms.flatMap(({ alias, folder }) => (alias ? [[`${alias}/*`, `./${folder}/*`]] : [])),
      ),
    );
  });

  it('has the rules written to the linter and to ARCHITECTURE.md (npm run rooms writes them)', () => {
    expect(writtenFiles().filter((file) => !isUpToDate(file))).toEqual([]);
  });

  it('has no import cycle', () => {
    const graph = Map.groupBy(imports, ({ from }) => from);
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (state.get(path) === 'done') return;
      if (state.get(path) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
        return;
      }
      state.set(path, 'open');
      for (const { to } of graph.get(path) ?? []) visit(to, [...trail, path]);
      state.set(path, 'done');
    };
    for (const path of graph.keys()) visit(path, []);
    expect(cycles).toEqual([]);
  });

  it('reads the environment in engine/app/config.ts alone', () => {
    const readers = shipped.filter((path) =>
      /process\.env\b(?!\.\w+ = )/.test(readFileSync(join(root, path), 'utf8')),
    );
    expect(readers).toEqual(['engine/app/config.ts']);
  });

  it('has no room with more than 15 % of the source lines, tests not counted', () => {
    const lines = (path: string) => readFileSync(join(root, path), 'utf8').split('\n').length - 1;
    const sizes = Map.groupBy(shipped, (path) => roomOf(path)!.folder);
    const total = shipped.reduce((sum, path) => sum + lines(path), 0);
    const tooLarge = [...sizes].flatMap(([folder, paths]) => {
      const share = paths.reduce((sum, path) => sum + lines(path), 0) / total;
      return share > 0.15 ? [`${folder}: ${(100 * share).toFixed(1)} %`] : [];
    });
    expect(tooLarge).toEqual([]);
  });
});
