// Where the files are that come with the package: models, the sample company, the built widget. The folder in which it is started is
// another one, the operator's: `.env`, the data folder and paths in settings are relative to that.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const packageName = 'answerdesk';

const { root, version } = findUpwards(import.meta.dirname);

export function packagePath(path: string): string {
  return join(root, path);
}

export function packageVersion(): string {
  return version;
}

/** The nearest folder above whose package.json is ours, so that sources and the build in `dist/` find the same files. */
function findUpwards(folder: string): { readonly root: string; readonly version: string } {
  const found = readPackage(join(folder, 'package.json'));
  if (found?.name === packageName) return { root: folder, version: found.version };
  if (folder === dirname(folder))
    throw new Error(`There is no package.json of Answerdesk above ${import.meta.dirname}: install it again.`);
  return findUpwards(dirname(folder));
}

function readPackage(path: string) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { readonly name?: string; readonly version: string };
  } catch {
    // None here; the search goes on above.
    return undefined;
  }
}
