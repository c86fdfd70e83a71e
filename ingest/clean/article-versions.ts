// Versions of one article: which version a text says it is, and which articles a newer one replaces. Only where the source says so: by
// marks in path, title or front matter, or by dates on articles of one title that say nearly the same.
import type { Document } from '#core/document.ts';
import { shinglesOf } from './near-duplicates.ts';

const archiveWord = 'archived?|old|older|legacy|deprecated|outdated|obsolete|superseded|previous';
const number = '\\d{1,4}(?:\\.(?:\\d{1,4}|x)){0,3}';
const inTitle = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:(?:version|ver|release|v)[ .]?(${number})|((?:19|20)\\d\\d))(?![\\p{L}\\p{N}.,]*\\d)`,
  'giu',
);
const archivedInTitle = new RegExp(
  `[([](?:${archiveWord})(?: version)?[)\\]]|^(?:${archiveWord})(?: version)?\\s*[:–—-]\\s|\\s[:–—-]\\s(?:${archiveWord})(?: version)?$`,
  'giu',
);
const versionPart = new RegExp(
  `^(?:(?:version|ver|release|v)[-_.]?(${number})|(\\d{1,4}(?:\\.(?:\\d{1,4}|x)){1,3})|((?:19|20)\\d\\d))$`,
  'i',
);
const archivePart = new RegExp(`^(?:${archiveWord})$`, 'i');
/** Folders that say of what is in them that it is the one in force, or that there are several. */
const neutralPart = /^(?:docs?|versioned_docs|versions?|current|latest|stable|main)$/i;

export interface VersionMarks {
  readonly version?: string;
  readonly isArchived: boolean;
  /** Title without the marks, path without those of its folders: alike for all versions of one article. */
  readonly titleKey: string;
  readonly pathKey: string;
}

/** `path`: of a file or a page. `stated`: the source's own word. */
export function versionMarks({
  title,
  path,
  stated,
}: {
  readonly title: string;
  readonly path: string;
  readonly stated?: string | undefined;
}): VersionMarks {
  const inWords = Array.from(title.matchAll(inTitle), ([, version, year]) => version ?? year!);
  const bare = title.replace(inTitle, ' ').replace(archivedInTitle, ' ');
  const kept: string[] = [];
  const inPath: string[] = [];
  let isArchived = bare.length < title.replace(inTitle, ' ').length;
  const segments = path
    .replace(/^https?:\/\/[^/]*/i, '')
    .replace(/\.[a-z]{2,8}$/i, '')
    .split('/');
  for (const [index, segment] of segments.entries()) {
    const isName = index === segments.length - 1;
    const parts = versionPart.test(segment) ? [segment] : segment.split(/[-_ ]+/);
    const own = parts.filter((part) => {
      const found = versionPart.exec(part);
      if (found) inPath.push(found[1] ?? found[2] ?? found[3]!);
      else if (archivePart.test(part)) isArchived = true;
      else return isName || parts.length > 1 || !neutralPart.test(part);
      return false;
    });
    // Notes on each release have the release in their name, and none replaces another.
    if (isName) kept.push(segment);
    else if (own.length > 0) kept.push(own.join('-'));
  }
  const version = stated?.replace(/^v(?:ersion)?[ .]?(?=\d)/i, '').trim() || inWords.at(-1) || inPath.at(-1);
  return {
    ...(version ? { version } : {}),
    isArchived,
    titleKey: keyOf(bare) || keyOf(title),
    pathKey: keyOf(kept.join('/')),
  };
}

const keyOf = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}/]+/gu, ' ')
    .trim();

/** Of the shorter text's three-word sequences, from which on two articles of one title say nearly the same. */
const alike = 0.4;
/** The same where title, path or front matter say that they are versions. */
const alikeWithMarks = 0.2;
/** More articles of one title are a kind of page, and not versions of one. */
const mostOfOneTitle = 100;

interface Candidate {
  readonly document: Document;
  readonly marks: VersionMarks;
  readonly shingles: ReadonlySet<number>;
}

/** By id: the id of the newest version. Articles of other sources, audiences and languages are others. */
export function olderVersions(documents: readonly Document[]): ReadonlyMap<string, string> {
  const groups = Map.groupBy(
    documents.flatMap((document) =>
      document.metadata.kind === 'article' ? [{ document, marks: marksOf(document) }] : [],
    ),
    ({ document: { metadata }, marks }) =>
      [metadata.source, metadata.audience, metadata.language, marks.titleKey].join('\n'),
  );
  const replaced = new Map<string, string>();
  for (const group of groups.values()) {
    if (group.length < 2 || group.length > mostOfOneTitle) continue;
    const open = group.map((one): Candidate => ({ ...one, shingles: shinglesOf(one.document.pageContent) }));
    while (open.length > 1) {
      const versions = [open.pop()!];
      for (let index = 0; index < versions.length; index += 1) {
        const related = open.filter((other) => areVersions(versions[index]!, other));
        for (const other of related) open.splice(open.indexOf(other), 1);
        versions.push(...related);
      }
      const newest = versions.find((one) => versions.every((other) => one === other || isNewer(one, other)));
      if (!newest) continue;
      for (const { document } of versions)
        if (document !== newest.document) replaced.set(document.id, newest.document.id);
    }
  }
  return replaced;
}

function marksOf({ id, metadata: { title, version, url } }: Document): VersionMarks {
  return versionMarks({ title, path: id.includes('/') || !url ? id : url, stated: version });
}

function areVersions(one: Candidate, other: Candidate): boolean {
  const [a, b] = [one.marks, other.marks];
  const differ = a.version !== b.version || a.isArchived !== b.isArchived;
  if (differ && a.pathKey === b.pathKey) return true;
  const { updated } = one.document.metadata;
  const areDated = updated && other.document.metadata.updated && updated !== other.document.metadata.updated;
  if (!differ && !areDated) return false;
  return containment(one.shingles, other.shingles) >= (differ ? alikeWithMarks : alike);
}

function containment(one: ReadonlySet<number>, other: ReadonlySet<number>): number {
  return one.intersection(other).size / Math.max(1, Math.min(one.size, other.size));
}

/** By what the source says of itself: archived or not, then numbers, then dates; what has no number is the one in force. */
function isNewer(one: Candidate, other: Candidate): boolean {
  const [a, b] = [one.marks, other.marks];
  if (a.isArchived !== b.isArchived) return b.isArchived;
  if (a.version && b.version && isYear(a.version) === isYear(b.version)) {
    const order = compareVersions(a.version, b.version);
    if (order !== 0) return order > 0;
  }
  const [mine, theirs] = [one, other].map(({ document }) => Date.parse(document.metadata.updated ?? ''));
  if (mine !== theirs && !Number.isNaN(mine) && !Number.isNaN(theirs)) return mine! > theirs!;
  return a.version === undefined && b.version !== undefined;
}

const isYear = (version: string) => /^(?:19|20)\d\d$/.test(version);

function compareVersions(one: string, other: string): number {
  const [a, b] = [one, other].map((version) =>
    (version.match(/\d+|x/gi) ?? []).map((part) => Number(part) || 0),
  );
  for (let at = 0; at < Math.max(a!.length, b!.length); at += 1) {
    const difference = (a![at] ?? 0) - (b![at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
