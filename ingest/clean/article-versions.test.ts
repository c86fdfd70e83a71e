import { describe, expect, it } from 'vitest';
import type { Document, DocumentMetadata } from '#core/document.ts';
import { chunkDocument } from '../chunk/chunk.ts';
import { olderVersions, versionMarks } from './article-versions.ts';
import { markOlderVersions } from './mark-older-versions.ts';

const text = (fee: number, way: string) =>
  `To move a boat to another berth, ${way}. The harbour office confirms it within two days. A move costs ${fee} crowns and is paid at the desk.`;

function article(
  id: string,
  metadata: Partial<DocumentMetadata> = {},
  pageContent = text(9, 'write to us'),
): Document {
  const title = metadata.title ?? 'Move your boat';
  const { version } = versionMarks({ title, path: id, stated: metadata.version });
  return {
    id,
    pageContent,
    metadata: {
      source: 's',
      kind: 'article',
      audience: 'customer',
      language: 'en',
      ...metadata,
      title,
      ...(version ? { version } : {}),
    },
  };
}
const older = (...documents: Document[]) => Object.fromEntries(olderVersions(documents));

describe('what version an article is of', () => {
  it.each([
    ['Pair it', 'v2/pair.md', undefined, '2'],
    ['Pair it', 'versioned_docs/version-2.1/pair.md', undefined, '2.1'],
    ['Pair it', 'docs/3.x/pair.md', undefined, '3.x'],
    ['Pair it', 'pair-v2.md', undefined, '2'],
    ['Prices 2022', 'prices.md', undefined, '2022'],
    ['Pair it (version 4)', 'pair.md', undefined, '4'],
    ['Pair it', 'pair.md', 'v5.0', '5.0'],
    ['Pair 2 lamps', 'articles/2/pair.md', undefined, undefined],
    ['Pair it', '360012345.md', undefined, undefined],
  ])('%s at %s', (title, path, stated, version) => {
    expect(versionMarks({ title, path, stated }).version).toBe(version);
  });
});

describe('older versions', () => {
  it('are told by the folder, whatever their texts say', () => {
    expect(older(article('v1/move.md', {}, 'Call.'), article('v2/move.md'), article('v10/move.md'))).toEqual({
      'v1/move.md': 'v10/move.md',
      'v2/move.md': 'v10/move.md',
    });
    expect(older(article('archive/move.md'), article('move.md'))).toEqual({ 'archive/move.md': 'move.md' });
    expect(older(article('docs/move.md'), article('versioned_docs/version-1.0/move.md'))).toEqual({
      'versioned_docs/version-1.0/move.md': 'docs/move.md',
    });
  });

  it('are told by the title, where the texts are alike', () => {
    const old = article(
      'a.md',
      { title: 'Move your boat (2021)', updated: '2021-01-01' },
      text(7, 'call us'),
    );
    expect(older(article('b.md', { updated: '2026-01-01' }), old)).toEqual({ 'a.md': 'b.md' });
    expect(older(article('b.md'), article('c.md', { title: 'Archived: Move your boat' }))).toEqual({
      'c.md': 'b.md',
    });
    const notes = (version: string, pageContent: string) =>
      article(`${version}.md`, { title: `Release notes ${version}` }, pageContent);
    expect(older(notes('v1.0', 'The map can be turned.'), notes('v1.1', 'Berths have names now.'))).toEqual(
      {},
    );
  });

  it('are told by the date, where title and text are alike', () => {
    const at = (id: string, updated: string, fee: number) =>
      article(id, { updated }, text(fee, `press ${id}`));
    expect(
      older(at('x.md', '2021-05-01', 4), at('y.md', '2026-05-01', 9), at('z.md', '2023-05-01', 6)),
    ).toEqual({
      'x.md': 'y.md',
      'z.md': 'y.md',
    });
  });

  it('are not: other products, languages, sources, audiences, and articles that say something else', () => {
    const first = article(
      'sail/install.md',
      { updated: '2021-01-01' },
      'Tie the sail to the mast with both ropes.',
    );
    expect(
      older(
        first,
        article('motor/install.md', { updated: '2026-01-01' }, 'Fill in oil before the first start.'),
      ),
    ).toEqual({});
    const dated = (id: string, metadata: Partial<DocumentMetadata>) =>
      article(id, { updated: '2026-01-01', ...metadata });
    const base = article('a.md', { updated: '2021-01-01' });
    expect(older(base, dated('b.md', { language: 'de' }))).toEqual({});
    expect(older(base, dated('b.md', { source: 't' }))).toEqual({});
    expect(older(base, dated('b.md', { audience: 'internal' }))).toEqual({});
    expect(older(base, dated('b.md', { title: 'Move your car' }))).toEqual({});
  });

  it('stay as they are where nothing says which is newer', () => {
    expect(older(article('a.md'), article('b.md'))).toEqual({});
  });
});

it('passages know their version, and which article replaces theirs until a run takes it back', () => {
  const documents = [article('v1/move.md'), article('v2/move.md')];
  const chunks = documents.flatMap((document) => chunkDocument(document));
  expect(chunks.map(({ headingPath }) => headingPath)).toEqual([['Version 1'], ['Version 2']]);
  expect(markOlderVersions(documents, chunks)).toBe(1);
  expect(documents.map(({ metadata }) => metadata.supersededBy)).toEqual(['v2/move.md', undefined]);
  expect(chunks.map(({ supersededBy }) => supersededBy)).toEqual(['v2/move.md', undefined]);
  const alone = [documents[0]!];
  expect(markOlderVersions(alone, chunks.slice(0, 1))).toBe(0);
  expect(alone[0]!.metadata.supersededBy).toBeUndefined();
});
