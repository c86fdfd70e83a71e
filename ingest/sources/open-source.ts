// A place that documents come from, opened: what it holds and its items in order.
import { resolve } from 'node:path';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import type { SourceItem } from '../item.ts';
import { isBelow } from './below.ts';
import { openDesk } from './desks/open-desk.ts';
import type { Fields } from './field-map.ts';
import { type FoundFiles, findFiles } from './find-files.ts';
import { type KeepFile, keepUnchangedFiles } from './keep-unchanged.ts';
import { readSource } from './read-source.ts';
import type { SourceMemory, SourceSpec } from './source-spec.ts';
import { readWebPages } from './web-pages.ts';

export interface OpenSourceOptions extends CallOptions {
  readonly fields: Fields;
  /** Absent: everything is read anew. */
  readonly memory?: SourceMemory;
  /** A folder that is no source: the data folder may lie in what is ingested, and holds every text again. */
  readonly ignore?: string;
}

export interface OpenedSource {
  /** What was found, for people: `12 file(s)`, `https://help.example.com`. */
  readonly description: string;
  readonly items: AsyncIterable<SourceItem>;
}

/** Throws `bad-input` for a place that does not exist or holds nothing that can be read. */
export async function openSource(spec: SourceSpec, options: OpenSourceOptions): Promise<OpenedSource> {
  if (spec.type === 'web') return { description: spec.url, items: readWebPages(spec, options) };
  const { fields, memory, ignore, signal } = options;
  if (spec.type === 'desk') return openDesk(spec, { memory, signal });
  const found = await findFiles(spec.paths);
  // What lies in it and is named itself is meant: files that were uploaded.
  const isMeant = ignore === undefined || spec.paths.some((path) => isBelow(resolve(path), ignore));
  const files = found.files.filter(({ path }) => isMeant || !isBelow(path, ignore));
  if (files.length === 0)
    throw new AppError('bad-input', `No readable file in ${spec.paths.join(', ')}.${passedOver(found)}`);
  const read = (keep?: KeepFile) => readSource(files, fields, { ...(keep && { keep }), signal });
  return {
    description: `${files.length} file(s)${passedOver(found)}`,
    items: memory ? keepUnchangedFiles(files, { memory, read, signal }) : read(),
  };
}

function passedOver({ passedOver: kinds }: FoundFiles): string {
  const list = Object.entries(kinds).map(([extension, count]) => `${count} ${extension}`);
  return list.length === 0 ? '' : ` (passed over: ${list.join(', ')})`;
}
