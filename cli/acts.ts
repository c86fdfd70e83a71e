// answerdesk acts: fits the classifier that tells what a message does, and measures it. It only takes the arguments apart.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { loadConfig } from '#app/config.ts';
import { AppError } from '#core/errors.ts';
import { packagePath } from '#core/package-root.ts';
import { actTable, measureActs } from '#learning/dialogue-acts/measure-acts.ts';
import { readPhrases } from '#learning/dialogue-acts/phrases.ts';
import { trainActs } from '#learning/dialogue-acts/train-acts.ts';
import { createActClassifier, readActModel, writeActModel } from '#models/dialogue-acts/act-model.ts';
import { shippedActModel } from '#models/dialogue-acts/open-act-classifier.ts';
import { defineCommand, showProgress } from './command.ts';
import { lockTrainingOn } from './privacy/lock-data-folder.ts';

const help = `Learns what a customer's message does: asks, greets, thanks, wants a person, is angry, …

  answerdesk acts train
  answerdesk acts eval data/evals/dialogue-acts
  answerdesk acts eval test.jsonl --wrong

PHRASES is a folder with one file a language (en.jsonl, zh.jsonl, …), or one such file: lines of {"text","label"}.

train [PHRASES]       fits the classifier (default: the phrases in data/dialogue-acts)
  --out FILE          where to write it (default: the one that ships)

eval PHRASES          recall and precision by act and language, as Markdown
  --model FILE        the classifier (default: the one that ships)
  --wrong             names every phrase that was taken for something else

  --help

docs/dialogue-acts.md explains more. Exit codes: 0 done; 1 failed; 2 bad usage or input.
`;

export const command = defineCommand({
  help,
  options: {
    out: { type: 'string', default: shippedActModel },
    model: { type: 'string', default: shippedActModel },
    wrong: { type: 'boolean' },
  },
  async run({ values, positionals }, signal) {
    const [command, path, ...rest] = positionals;
    if (rest.length > 0) throw new AppError('bad-request', `One path is enough.\n\n${help}`);
    if (command === 'train') {
      using _lock = lockTrainingOn(loadConfig().dataDir, [path ?? '', values.out]);
      const phrases = await readPhrases(path ?? packagePath('data/dialogue-acts'));
      const { model, heldOut } = await trainActs(phrases, { signal, progress: showProgress });
      await mkdir(dirname(values.out), { recursive: true });
      await writeFile(values.out, writeActModel(model));
      const right = heldOut.filter(({ phrase, guessed }) => phrase.act === guessed).length;
      process.stderr.write(
        `${values.out}: ${phrases.length} phrases; cross-validated, ${((100 * right) / phrases.length).toFixed(1)} % are guessed right.\n`,
      );
      return;
    }
    if (command === 'eval' && path !== undefined) {
      const model = readActModel(await readFile(values.model, 'utf8'), values.model);
      const { figures, wrong } = measureActs(createActClassifier(model), await readPhrases(path));
      process.stdout.write(`${actTable(figures)}\n`);
      if (values.wrong)
        for (const { phrase, taken } of wrong)
          process.stdout.write(`${phrase.language} ${phrase.act} taken for ${taken}: ${phrase.text}\n`);
      return;
    }
    throw new AppError('bad-request', `train, or eval with phrases.\n\n${help}`);
  },
});
