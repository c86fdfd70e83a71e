// answerdesk finetune: training data of the team's own conversations, and jobs of a hosted service. It only takes the arguments apart.
import { AppError } from '#core/errors.ts';
import { isLabelKind, labelKinds } from '#learning/labels/label-kinds.ts';
import { defineCommand, wholeNumber } from './command.ts';

// What reads files and runs models is imported when it is needed.
const help = `Fine-tunes a chat model on what the team has answered.

  answerdesk finetune build                       makes a training set of conversations and articles
  answerdesk finetune check FILE                  validates a file of examples, with line numbers
  answerdesk finetune submit SET --model MODEL    sends a set to a hosted service and starts a job with it
  answerdesk finetune status [SET]                asks what became of it
  answerdesk finetune cancel SET                  stops the job
  answerdesk finetune use SET                     compares the model of a job with the one in use, then uses it

build
  --name NAME            what to call the set (default: the day)
  --context N            tokens of prompt and answer of the model that will be trained (default 2048)
  --refusals SHARE       of the questions are asked once more without the passages that answer (default 0.25)
  --validation SHARE     of the examples, those of the newest customers, to stop by (default 0.1)
  --test SHARE           and of still newer ones, to judge by (default 0.1)
  --balance KINDS        labels whose rare classes count more, such as intent,language (default: none)
  --sections N           sections of articles to learn from as well, at most (default 1000; 0: none)
  --leave-out-personal   leave out examples in which a detector of personal data fires; without it nothing is written then
  --seed N               of all choices (default 1)

submit
  --model MODEL          what is fine-tuned, as the service calls it
  --epochs N             how often each example is learnt from (default: what the service thinks right)
  --suffix NAME          part of the new model's name
  --price N              of a million tokens that are trained on, for the estimate
  --yes                  send it without asking

use
  --cases FILE, --tolerance SHARE, --yes    as for answerdesk models use --chat

  --json                 the result on standard output
  --help

The service is OpenAI, or any compatible one at ANSWERDESK_CHAT_BASE_URL; the key is OPENAI_API_KEY. A command that broke off goes on where
it was when it is given again. Fine-tuning on this machine: training/chat.

Only conversations that were settled and not rated badly are learnt from; sources with "training: no" are not. docs/fine-tuning.md explains
everything. A set lies in fine-tuning/sets/ of the data folder.
Exit codes: 0 done; 1 failed; 2 bad usage or input.
`;

export const command = defineCommand({
  help,
  options: {
    name: { type: 'string' },
    context: { type: 'string', default: '2048' },
    refusals: { type: 'string', default: '0.25' },
    validation: { type: 'string', default: '0.1' },
    test: { type: 'string', default: '0.1' },
    balance: { type: 'string', default: '' },
    sections: { type: 'string', default: '1000' },
    'leave-out-personal': { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    model: { type: 'string' },
    epochs: { type: 'string' },
    suffix: { type: 'string' },
    price: { type: 'string' },
    cases: { type: 'string', multiple: true },
    tolerance: { type: 'string' },
    yes: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
  async run({ values, positionals: [command, ...rest] }, signal) {
    const usage = (message: string) => new AppError('bad-request', `${message}\n\n${help}`);
    const { json } = values;
    switch (command) {
      case 'build': {
        if (rest.length > 0) throw usage('build takes options only.');
        const balance = values.balance.split(',').flatMap((kind) => kind.trim() || []);
        const kinds = balance.filter(isLabelKind);
        if (kinds.length !== balance.length)
          throw usage(`--balance takes kinds of labels: ${labelKinds.join(', ')}.`);
        const name = values.name ?? new Date().toISOString().slice(0, 10);
        const { buildCommand } = await import('./finetune/build-command.ts');
        return buildCommand(
          {
            name: nameOf(name),
            seed: wholeNumber(values.seed, '--seed'),
            contextTokens: wholeNumber(values.context, '--context', 2_000_000),
            refusals: shareOf(values.refusals, '--refusals'),
            validation: shareOf(values.validation, '--validation'),
            test: shareOf(values.test, '--test'),
            balance: kinds,
            mostSections: values.sections === '0' ? 0 : wholeNumber(values.sections, '--sections'),
            leaveOutPersonal: values['leave-out-personal'],
          },
          { json, signal },
        );
      }
      case 'check': {
        const [file] = rest;
        if (file === undefined || rest.length > 1) throw usage('check takes one file.');
        const { checkCommand } = await import('./finetune/check-command.ts');
        return checkCommand(file, { json, signal });
      }
      case 'submit': {
        const [name] = rest;
        const { model, epochs, suffix, price } = values;
        if (name === undefined || rest.length > 1 || model === undefined)
          throw usage('submit takes the name of a set and --model MODEL.');
        const { submitCommand } = await import('./finetune/job-commands.ts');
        return submitCommand(
          {
            name: nameOf(name),
            base: model,
            epochs: epochs === undefined ? undefined : wholeNumber(epochs, '--epochs', 50),
            suffix,
            price: price === undefined ? undefined : priceOf(price),
            seed: wholeNumber(values.seed, '--seed'),
          },
          { yes: values.yes, json, signal },
        );
      }
      case 'status': {
        if (rest.length > 1) throw usage('status takes the name of one set, or none.');
        const { statusCommand } = await import('./finetune/job-commands.ts');
        return statusCommand(rest[0] === undefined ? undefined : nameOf(rest[0]), { json, signal });
      }
      case 'cancel': {
        if (rest.length !== 1) throw usage('cancel takes the name of a set.');
        const { cancelCommand } = await import('./finetune/job-commands.ts');
        return cancelCommand(nameOf(rest[0]!), { json, signal });
      }
      case 'use': {
        if (rest.length !== 1) throw usage('use takes the name of a set.');
        const { registerCommand } = await import('./finetune/job-commands.ts');
        const id = await registerCommand(nameOf(rest[0]!), { signal });
        const { command: models } = await import('./models.ts');
        const { cases = [], tolerance, yes } = values;
        return models(
          [
            ...['use', id, '--chat', ...cases.flatMap((file) => ['--cases', file])],
            ...(tolerance === undefined ? [] : ['--tolerance', tolerance]),
            ...(yes ? ['--yes'] : []),
            ...(json ? ['--json'] : []),
          ],
          signal,
        );
      }
      default:
        throw usage(command === undefined ? 'What to do is missing.' : `There is no ${command}.`);
    }
  },
});

function nameOf(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) return name;
  throw new AppError('bad-request', '--name takes letters, digits, dots and dashes.');
}

function priceOf(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= 0 && value < 1e6) return value;
  throw new AppError('bad-request', '--price must be a number, of a million tokens.');
}

function shareOf(text: string, option: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= 0 && value < 1) return value;
  throw new AppError('bad-request', `${option} must be a share from 0 to below 1, such as 0.1.`);
}
