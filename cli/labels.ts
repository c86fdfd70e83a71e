// answerdesk labels: what conversations are about, labelled by rules, models and people. It only takes the arguments apart.
import { AppError } from '#core/errors.ts';
import { isLabelKind, type LabelKind, type WeakKind, weakKinds } from '#learning/labels/label-kinds.ts';
import { defineCommand, wholeNumber } from './command.ts';

// What reads files and runs models is imported when it is needed.
const help = `Labels every conversation: intent, product, language, sentiment, resolved or not, quality of the resolution, reason of contact.

  answerdesk labels update                          rules and models label what is new or has changed
  answerdesk labels update --taxonomy intents.yaml  with the team's own intents and products
  answerdesk labels export --out to-label.csv       a spreadsheet of those they are least sure of
  answerdesk labels import to-label.csv --annotator "Ana"
  answerdesk labels agreement                       how far two annotators agree, and where they do not
  answerdesk labels list --kind intent              how often each label comes

update
  --taxonomy FILE     YAML with intents (name, examples) and products (name, words); kept for later updates
  --recluster         finds the groups of intents anew; a group that is still there keeps its name

export
  --out FILE          where to write (default: standard output); a file that is there stays as it is
  --kind KIND         what to label; may be repeated (default intent, reason, sentiment, resolved)
  --count N           how many conversations (default 100)
  --separator CHAR    comma, semicolon or tab (default comma). Excel wants semicolon where numbers have a decimal comma
  --again NAME        those that NAME has labelled, without what NAME said: for a second annotator

import FILE           CSV as spreadsheets save it, or .xlsx. Empty cells stay unlabelled, "-" takes a label back. What cannot be
                      taken is named with its row; the rest is taken
  --annotator NAME    who labelled; the column "annotator" of a row comes first
  --new-classes       takes intents and products that are not known yet

list
  --kind KIND         only this kind; may be repeated

  --json              JSON on standard output
  --help

Labels are in the folder "labels" of the data folder. No text of a conversation is among them; a spreadsheet holds short redacted
excerpts. docs/data-quality.md explains more.
Exit codes: 0 done; 1 failed; 2 bad usage or input, or an import with rows that were not taken.
`;

const defaultKinds: readonly WeakKind[] = ['intent', 'reason', 'sentiment', 'resolved'];
const separators = { comma: ',', ',': ',', semicolon: ';', ';': ';', tab: '\t', '\t': '\t' } as const;

export const command = defineCommand({
  help,
  options: {
    taxonomy: { type: 'string' },
    recluster: { type: 'boolean' },
    out: { type: 'string' },
    kind: { type: 'string', multiple: true },
    count: { type: 'string', default: '100' },
    separator: { type: 'string', default: 'comma' },
    again: { type: 'string' },
    annotator: { type: 'string' },
    'new-classes': { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run({ values, positionals: [command, ...rest] }, signal) {
    const json = values.json ?? false;
    const usage = (message: string) => new AppError('bad-request', `${message}\n\n${help}`);
    if (command !== 'import' && rest.length > 0) throw usage(`${command} takes options only.`);
    const kinds = (values.kind ?? []).map((name): LabelKind => {
      if (!isLabelKind(name)) throw usage(`"${name}" is no kind of label.`);
      return name;
    });
    switch (command) {
      case 'update': {
        const { updateCommand } = await import('./labels/update-command.ts');
        return updateCommand(
          { taxonomy: values.taxonomy, recluster: values.recluster ?? false, json },
          { signal },
        );
      }
      case 'export': {
        const isWeak = (kind: LabelKind): kind is WeakKind => (weakKinds as readonly string[]).includes(kind);
        const others = kinds.filter((kind) => !isWeak(kind));
        if (others.length > 0)
          throw usage(
            `No rule guesses ${others.join(', ')}: add a column with that name to any sheet and import it.`,
          );
        const separator = separators[values.separator as keyof typeof separators];
        if (separator === undefined) throw usage('--separator is comma, semicolon or tab.');
        const { exportCommand } = await import('./labels/export-command.ts');
        return exportCommand(
          {
            out: values.out,
            kinds: kinds.length > 0 ? kinds.filter(isWeak) : defaultKinds,
            count: wholeNumber(values.count, '--count', 100_000),
            separator,
            again: values.again,
            json,
          },
          { signal },
        );
      }
      case 'import': {
        const [file] = rest;
        if (file === undefined || rest.length > 1) throw usage('import takes one file.');
        const { importCommand } = await import('./labels/import-command.ts');
        return importCommand({
          file,
          annotator: values.annotator,
          newClasses: values['new-classes'] ?? false,
          json,
        });
      }
      case 'agreement': {
        const { agreementCommand } = await import('./labels/agreement-command.ts');
        return agreementCommand({ json });
      }
      case 'list': {
        const { listCommand } = await import('./labels/list-command.ts');
        return listCommand({ kinds, json });
      }
      default:
        throw usage(
          `${command === undefined ? 'What to do is missing' : `There is no ${command}`}: update, export, import, agreement or list.`,
        );
    }
  },
});
