// The house rules that a reviewer should not have to check: who may import whom, no cycles, one reader of the environment.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const rooms = ['server', 'web', 'ingest', 'evals'];
const aliases: Record<string, string> = {
  '#core/': 'server/core/',
  '#rag/': 'server/rag/',
  '#chat/': 'server/chat/',
  '#server/': 'server/',
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (['node_modules', 'dist'].includes(name)) return [];
    if (statSync(join(root, path)).isDirectory()) return sources(path);
    return path.endsWith('.ts') && !path.endsWith('.d.ts') ? [path] : [];
  });
}
const isTest = (path: string) =>
  path.endsWith('.test.ts') || path.includes('/testing/') || path.endsWith('.contract.ts');

function importsOf(path: string): Import[] {
  const text = readFileSync(join(root, path), 'utf8');
  const statements = text.matchAll(
    /^\s*(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|^\s*import\s+'([^']+)'/gm,
  );
  return [...statements].flatMap(([, type, from, dynamic, bare]) => {
    const specifier = from ?? dynamic ?? bare!;
    const alias = Object.keys(aliases).find((prefix) => specifier.startsWith(prefix));
    const to = alias
      ? aliases[alias]! + specifier.slice(alias.length)
      : specifier.startsWith('.')
        ? relative(root, resolve(root, dirname(path), specifier))
        : undefined;
    return to === undefined
      ? []
      : [{ from: path, to: to.replace(/\?.*$/, ''), typeOnly: type !== undefined }];
  });
}

const files = rooms.flatMap(sources);
const imports = files.filter((path) => !isTest(path)).flatMap(importsOf);

/** The first matching line counts. Files directly in server/ are named one by one. */
const table: readonly { readonly room: RegExp; readonly may: RegExp; readonly typesOf?: RegExp }[] = [
  { room: /^server\/core\//, may: /^server\/core\// },
  { room: /^server\/rag\//, may: /^server\/(core|rag)\// },
  { room: /^server\/chat\//, may: /^server\/(core|chat)\// },
  { room: /^server\/protocol\.ts$/, may: /^server\/core\// },
  { room: /^server\/(config|logger|package-root)\.ts$/, may: /^server\/(core\/|package-root\.ts)/ },
  {
    room: /^server\/(http\/|sockets\.ts|app\.ts)/,
    may: /^server\/(core|chat|http)\/|^server\/(protocol|sockets|app)\.ts$/,
    typesOf: /^server\/(config|logger)\.ts$/,
  },
  { room: /^server\/(deps|main)\.ts$/, may: /^server\// },
  { room: /^web\//, may: /^web\//, typesOf: /^server\/(protocol\.ts|core\/)/ },
  { room: /^ingest\//, may: /^ingest\/|^server\/(core|rag)\/|^server\/(config|logger|package-root)\.ts$/ },
  {
    room: /^evals\//,
    may: /^(evals|ingest)\/|^server\/(core|rag|chat)\/|^server\/(config|deps|package-root)\.ts$/,
  },
];

describe('architecture', () => {
  it('finds the sources it is about', () => {
    expect(files.length).toBeGreaterThan(40);
    expect(imports.length).toBeGreaterThan(80);
  });

  it('lets each room import only what the table allows', () => {
    const violations = imports.filter(({ from, to, typeOnly }) => {
      const rule = table.find(({ room }) => room.test(from));
      return !rule || !(rule.may.test(to) || (typeOnly && rule.typesOf?.test(to)));
    });
    expect(violations.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
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

  it('reads the environment in server/config.ts alone', () => {
    const readers = files.filter(
      (path) => !isTest(path) && /process\.env\b/.test(readFileSync(join(root, path), 'utf8')),
    );
    expect(readers).toEqual(['server/config.ts']);
  });
});
