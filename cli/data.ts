// answerdesk data: what the data of a desk is worth. It only takes the arguments apart.
import { AppError } from '#core/errors.ts';
import { defineCommand } from './command.ts';

// What reads files and runs models is imported when it is needed.
const help = `Reports on the data of a desk: what there is, what is missing, what contradicts itself, which customers fare worse.

  answerdesk data report                        writes data-report.html, for people
  answerdesk data report --json                 the same figures as JSON on standard output
  answerdesk data report --evals RUN            with the correctness of citations in an evals run
  answerdesk data weights --by intent,language  weights for training, so that rare groups count
  answerdesk data card --out cards/             what the snapshot was made of, as Markdown and JSON

report
  --out FILE     where to write the page (default data-report.html)
  --evals RUN    id of a run in var/evals, or its folder

weights
  --by KINDS     labels that make a group, separated by commas (default intent,language)
  --out FILE     where to write JSONL with {"conversation","group","weight"} (default: standard output)

card
  --out FOLDER   where to write data-card.md and data-card.json (default: here)

  --json         report: JSON on standard output, and no page unless --out names one
  --help

report labels what is new first, as "answerdesk labels update" does. Licence, basis and retention of a source stand in data-card.yaml of the
data folder. docs/data-quality.md explains everything.
Exit codes: 0 done; 1 failed; 2 bad usage or input.
`;

export const command = defineCommand({
  help,
  options: {
    out: { type: 'string' },
    evals: { type: 'string' },
    by: { type: 'string', default: 'intent,language' },
    json: { type: 'boolean' },
  },
  async run({ values, positionals: [command, ...rest] }, signal) {
    const usage = (message: string) => new AppError('bad-request', `${message}\n\n${help}`);
    if (rest.length > 0) throw usage(`${command} takes options only.`);
    const { out, evals, by, json = false } = values;
    switch (command) {
      case 'report': {
        const { reportCommand } = await import('./data/report-command.ts');
        return reportCommand({ out, evals, json }, { signal });
      }
      case 'weights': {
        const { weightsCommand } = await import('./data/weights-command.ts');
        return weightsCommand({ by: by.split(',').map((kind) => kind.trim()), out });
      }
      case 'card': {
        const { cardCommand } = await import('./data/card-command.ts');
        return cardCommand({ out });
      }
      default:
        throw usage(
          `${command === undefined ? 'What to do is missing' : `There is no ${command}`}: report, weights or card.`,
        );
    }
  },
});
