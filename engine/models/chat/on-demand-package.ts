// Packages that run a model in this process are large and come only to desks that want one: they are installed on demand, into the
// data folder or beside the desk.

import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppError, briefly } from '#core/errors.ts';

export interface OnDemandPackage {
  readonly name: string;
  /** The major version that the desk was written for. */
  readonly version: string;
  /** About so much on disk. */
  readonly size: string;
  /** False: its scripts fetch what only GPUs need, from elsewhere than the registry, and fail where that cannot be reached. */
  readonly scripts?: false;
}

export const nodeLlamaCpp: OnDemandPackage = { name: 'node-llama-cpp', version: '3', size: '730 MB' };
export const transformersJs: OnDemandPackage = {
  name: '@huggingface/transformers',
  version: '4',
  size: '600 MB',
  scripts: false,
};

/** `folder`: where `npm install --prefix` put packages. Throws `model-invalid` with the command that installs it. */
export async function importOnDemand(wanted: OnDemandPackage, folder: string): Promise<unknown> {
  const { name, version, size, scripts = true } = wanted;
  const installed = await entryIn(folder, name);
  try {
    return await import(installed ?? name);
  } catch (cause) {
    const isMissing =
      installed === undefined && (cause as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND';
    const command = `npm install ${scripts ? '' : '--ignore-scripts '}--prefix ${folder} ${name}@${version}`;
    throw new AppError(
      'model-invalid',
      isMissing
        ? `This chat model runs in ${name}, which is not installed (about ${size}). Install it: ${command}`
        : `${name} cannot be loaded (${briefly(cause)}). Install it again: ${command}`,
      { cause },
    );
  }
}

/** Node looks for packages beside the code only. */
async function entryIn(folder: string, name: string): Promise<string | undefined> {
  const path = findPackage(folder, name);
  if (path === undefined) return undefined;
  const { exports, main } = JSON.parse(await readFile(path, 'utf8')) as {
    exports?: Exports;
    main?: string;
  };
  const entry =
    nodeEntry(typeof exports === 'object' ? (exports['.'] ?? exports) : exports) ?? main ?? 'index.js';
  return pathToFileURL(join(dirname(path), entry)).href;
}

function findPackage(folder: string, name: string): string | undefined {
  try {
    return findPackageJSON(name, pathToFileURL(join(folder, 'none.js')));
  } catch {
    return undefined;
  }
}

type Exports = string | { readonly [condition: string]: Exports } | undefined;

function nodeEntry(exports: Exports): string | undefined {
  if (typeof exports !== 'object') return exports;
  for (const condition of ['node', 'import', 'default']) {
    const entry = nodeEntry(exports[condition]);
    if (entry !== undefined) return entry;
  }
  return undefined;
}
