// The phrases that the classifier of dialogue acts learns from: one file a language, `en.jsonl`, lines of {"text","label"}.
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type DialogueAct, dialogueActs } from '#core/dialogue-acts.ts';
import { AppError } from '#core/errors.ts';
import { readLabelFile } from '../intents/label-file.ts';

export interface Phrase {
  readonly text: string;
  readonly act: DialogueAct;
  /** BCP 47, as the file is named. */
  readonly language: string;
}

/** `path`: a folder of such files, or one. Rejects with `bad-input`. */
export async function readPhrases(path: string): Promise<Phrase[]> {
  const files = path.endsWith('.jsonl')
    ? [path]
    : (await filesIn(path))
        .filter((name) => name.endsWith('.jsonl'))
        .sort()
        .map((name) => join(path, name));
  if (files.length === 0)
    throw new AppError('bad-input', `${path} holds no files of phrases such as en.jsonl.`);
  const read = await Promise.all(
    files.map(async (file) => phrasesOf(file, (await readLabelFile(file)).rows)),
  );
  return read.flat();
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw new AppError('bad-input', `There is no folder ${folder} with phrases.`, { cause });
  }
}

function phrasesOf(file: string, rows: readonly { text: string; label: string; line: number }[]): Phrase[] {
  const language = basename(file, '.jsonl');
  return rows.map(({ text, label, line }) => {
    const act = dialogueActs.find((known) => known === label);
    if (!act)
      throw new AppError(
        'bad-input',
        `${file}, line ${line}: there is no act ${label}. The acts are ${dialogueActs.join(', ')}.`,
      );
    return { text, act, language };
  });
}
