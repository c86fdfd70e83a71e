// answerdesk intents: trains a classifier on labelled texts, measures one, asks one. It only takes the arguments apart.

import { loadConfig } from '#app/config.ts';
import { AppError } from '#core/errors.ts';
import { openEmbedder } from '#models/embedder/open-embedder.ts';
import { defineCommand } from './command.ts';
import { evalCommand } from './intents/eval-command.ts';
import { predictCommand } from './intents/predict-command.ts';
import { trainCommand } from './intents/train-command.ts';
import { lockTrainingOn } from './privacy/lock-data-folder.ts';

const help = `Learns from your own labels what customers want.

  answerdesk intents train labels.csv --out models/intents
  answerdesk intents eval models/intents test.jsonl --out-of-scope other.jsonl
  answerdesk intents predict models/intents "where is my parcel"
  answerdesk intents predict models/intents --in texts.jsonl > guesses.jsonl

LABELS is CSV with the header text,label, as spreadsheets save it, or JSONL with {"text","label"}. Rows with split=test are kept out
of training and judge the result. A model is one file. Beside it, report.html and confusion.svg are for people.

train LABELS
  --out FOLDER          where to write the model and its report (required)
  --name NAME           the model is NAME.json (default intents)
  --report FOLDER       where to write report.html (default: beside the model)
  --precision SHARE     a guess is "sure" if this share of guesses like it is right (default 0.98)
  --min-examples N      refuse classes with fewer texts (default 5)
  --leave-out-small     leave such classes out instead
  --card FILE           write MODEL_CARD.md, with this Markdown in it: data, licences, limits

eval MODEL LABELS
  --out-of-scope FILE   texts that belong to no class, as JSONL or CSV with text and label; says how well they are told apart
  --out FOLDER          where to write report.html and confusion.svg; without it, neither is written

predict MODEL [TEXT …]
  --in FILE             JSONL with {"text"}; other fields are passed on; - is standard input
  --out FILE            where to write JSONL; standard output if left out

  --json                train, eval: the figures on standard output
  --help

The embedder is that of ANSWERDESK_EMBEDDER. docs/intents.md explains more.
Exit codes: 0 done; 1 failed; 2 bad usage or input.
`;

export const command = defineCommand({
  help,
  options: {
    out: { type: 'string' },
    name: { type: 'string', default: 'intents' },
    report: { type: 'string' },
    precision: { type: 'string', default: '0.98' },
    'min-examples': { type: 'string', default: '5' },
    'leave-out-small': { type: 'boolean' },
    card: { type: 'string' },
    'out-of-scope': { type: 'string' },
    in: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run({ values, positionals }, signal) {
    const [command, ...rest] = positionals;
    const open = () => openEmbedder(loadConfig().embedder);
    if (command === 'train') {
      const [labels] = rest;
      if (labels === undefined || rest.length > 1 || values.out === undefined)
        throw new AppError('bad-request', `train takes one file of labels and --out FOLDER.\n\n${help}`);
      const precision = Number(values.precision);
      if (!(precision > 0.5 && precision < 1))
        throw new AppError('bad-request', '--precision must lie between 0.5 and 1.');
      const minExamples = Number(values['min-examples']);
      if (!Number.isInteger(minExamples) || minExamples < 2)
        throw new AppError('bad-request', '--min-examples must be a whole number from 2.');
      if (!/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(values.name))
        throw new AppError('bad-request', '--name takes letters, digits, dots and dashes.');
      using _lock = lockTrainingOn(loadConfig().dataDir, [labels, values.out]);
      await trainCommand(
        {
          labels,
          out: values.out,
          name: values.name,
          report: values.report ?? values.out,
          precision,
          minExamples,
          leaveOutSmall: values['leave-out-small'] ?? false,
          card: values.card,
          json: values.json ?? false,
        },
        { open, signal },
      );
      return;
    }
    if (command === 'eval') {
      const [model, labels] = rest;
      if (model === undefined || labels === undefined || rest.length > 2)
        throw new AppError('bad-request', `eval takes a model and a file of labels.\n\n${help}`);
      const outOfScope = values['out-of-scope'];
      const request = { model, labels, outOfScope, out: values.out, json: values.json ?? false };
      await evalCommand(request, { open, signal });
      return;
    }
    if (command === 'predict') {
      const [model, ...texts] = rest;
      if (model === undefined || (texts.length === 0) === (values.in === undefined))
        throw new AppError('bad-request', `predict takes a model, and texts or --in FILE.\n\n${help}`);
      await predictCommand({ model, texts, in: values.in, out: values.out }, { open, signal });
      return;
    }
    throw new AppError(
      'bad-request',
      `${command === undefined ? 'What to do is missing' : `There is no ${command}`}: train, eval or predict.\n\n${help}`,
    );
  },
});
