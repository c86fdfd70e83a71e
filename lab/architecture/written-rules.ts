// What is written from the table of rooms into other files: Biome's overrides and the table in ARCHITECTURE.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { forbiddenAliases, rooms, roomsTable } from './rooms.ts';

const root = join(import.meta.dirname, '../..');
const tableMarks = ['<!-- rooms: written by npm run rooms -->', '<!-- /rooms -->'] as const;

export interface WrittenFile {
  readonly path: string;
  readonly text: string;
  /** What the table of rooms makes of it. JSON may be laid out differently: the formatter has the last word on it. */
  readonly expected: string;
}

export function writtenFiles(): WrittenFile[] {
  return [
    written('biome.json', withRestrictedImports),
    written('ARCHITECTURE.md', (text) => {
      const [before, rest] = text.split(tableMarks[0]);
      const after = rest?.split(tableMarks[1])[1];
      if (after === undefined) throw new Error(`ARCHITECTURE.md lacks the lines ${tableMarks.join(' and ')}`);
      return `${before}${tableMarks[0]}\n\n${roomsTable()}\n\n${tableMarks[1]}${after}`;
    }),
  ];
}

export function isUpToDate({ path, text, expected }: WrittenFile): boolean {
  return path.endsWith('.json')
    ? isDeepStrictEqual(JSON.parse(text), JSON.parse(expected))
    : text === expected;
}

function written(name: string, change: (text: string) => string): WrittenFile {
  const path = join(root, name);
  const text = readFileSync(path, 'utf8');
  return { path, text, expected: change(text) };
}

/** Overrides that restrict imports belong to the rooms; all others are kept. */
function withRestrictedImports(text: string): string {
  const config = JSON.parse(text) as { overrides?: Override[] };
  const others = (config.overrides ?? []).filter(({ linter }) => !linter?.rules?.style?.noRestrictedImports);
  const restrictions = rooms.flatMap((room) => {
    const group = forbiddenAliases(room);
    if (group.length === 0) return [];
    const message = `${room.folder} may not import this room. The table is in lab/architecture/rooms.ts and ARCHITECTURE.md.`;
    return {
      includes: [`${room.folder}/**`, ...notShipped],
      linter: {
        rules: {
          style: { noRestrictedImports: { level: 'error', options: { patterns: [{ group, message }] } } },
        },
      },
    };
  });
  return `${JSON.stringify({ ...config, overrides: [...others, ...restrictions] }, null, 2)}\n`;
}

interface Override {
  readonly linter?: { readonly rules?: { readonly style?: { readonly noRestrictedImports?: unknown } } };
}

/** Tests may import what they test with. */
const notShipped = ['!**/*.test.ts', '!**/testing/**', '!**/*.contract.ts'];
