// Where the files are that come with the package: models, the sample company, the built widget. Not where it is started: that is
// the operator's folder, which `.env`, the data folder and paths in settings are relative to.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '#core/errors.ts';

/** The nearest folder above this file that has the models, so that sources and a build in `dist/` find the same ones. */
const packageRoot = findUpwards(import.meta.dirname);

export function packagePath(path: string): string {
  return join(packageRoot, path);
}

function findUpwards(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'data/models'))) return folder;
    if (folder === dirname(folder))
      throw new AppError(
        'config-invalid',
        `The models that come with Answerdesk are not in data/models of any folder above ${start}: install it again.`,
      );
  }
}
