// A model is named by its file or by the folder that `train` wrote it to.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#core/errors.ts';

/** Throws `bad-input` if there is none, or several. */
export async function findModelFile(path: string): Promise<string> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new AppError(
      'bad-input',
      `There is no ${path}: name a folder that "answerdesk intents train" wrote to.`,
      { cause },
    );
  });
  if (!found.isDirectory()) return path;
  const models: string[] = [];
  for (const name of await readdir(path)) {
    if (!name.endsWith('.json')) continue;
    const start = (await readFile(join(path, name), 'utf8')).slice(0, 200);
    if (start.includes('"answerdesk-intents"')) models.push(join(path, name));
  }
  if (models.length === 1) return models[0]!;
  throw new AppError(
    'bad-input',
    models.length === 0
      ? `${path} holds no intent classifier. Train one: answerdesk intents train LABELS --out ${path}`
      : `${path} holds several intent classifiers; name one: ${models.join(', ')}.`,
  );
}
