// answerdesk cards: the team's own answers, listed, checked, reviewed and drafted. It only takes the arguments apart.
import { AppError } from '#core/errors.ts';
import type { DraftFrom } from './cards/draft-command.ts';
import { defineCommand, wholeNumber } from './command.ts';

// What reads files and runs models is imported when it is needed.
const help = `Answer cards: the team's own answers, given word for word to the questions that they are for.

  answerdesk cards list                          which cards the knowledge base has, and whether each is given
  answerdesk cards list --stale                  only those whose source has changed since somebody read them
  answerdesk cards check ./help-centre           reads *.answers.yaml and *.answers.csv; says what is wrong, and where
  answerdesk cards review returns.answers.yaml   notes in the file that its cards are true to their sources as they are now
  answerdesk cards draft --from gaps --out new.answers.yaml

draft writes cards for a person to correct and approve. Drafts are never given to customers.
  --from conversations   from past conversations that were settled alike
  --from gaps            from questions of customers that the desk could not answer
  --from articles        from the articles, written by the chat model of ANSWERDESK_CHAT_MODEL
  --out FILE             where to write (default: standard output); a file that is there stays as it is
  --at-least N           conversations or questions that a draft stands for (default 2)
  --count N              how many drafts at most (default 50)

review
  --card ID              only this card; may be repeated
  --reviewer NAME        who has read them

  --json                 list, check, draft: one JSON object a line on standard output
  --help

Cards are ingested with the articles that they lie beside. docs/cards.md explains more.
Exit codes: 0 done; 1 failed; 2 bad usage or input, or a card that cannot be used.
`;

const sources: readonly DraftFrom[] = ['conversations', 'gaps', 'articles'];

export const command = defineCommand({
  help,
  options: {
    stale: { type: 'boolean' },
    from: { type: 'string' },
    out: { type: 'string' },
    'at-least': { type: 'string', default: '2' },
    count: { type: 'string', default: '50' },
    card: { type: 'string', multiple: true },
    reviewer: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run({ values, positionals: [command, ...rest] }, signal) {
    const json = values.json ?? false;
    const usage = (message: string) => new AppError('bad-request', `${message}\n\n${help}`);
    if (command === 'list') {
      if (rest.length > 0) throw usage('list takes options only.');
      const { listCards } = await import('./cards/list-command.ts');
      return listCards({ stale: values.stale ?? false, json });
    }
    if (command === 'check') {
      if (rest.length === 0) throw usage('check takes files or folders.');
      const { checkCards } = await import('./cards/check-command.ts');
      return checkCards({ paths: rest, json }, { signal });
    }
    if (command === 'review') {
      const [file] = rest;
      if (file === undefined || rest.length > 1) throw usage('review takes one file.');
      const { reviewCards } = await import('./cards/review-command.ts');
      return reviewCards({ file, cards: values.card, reviewer: values.reviewer });
    }
    if (command === 'draft') {
      const from = sources.find((name) => name === values.from);
      if (from === undefined || rest.length > 0) throw usage(`draft takes --from ${sources.join(', ')}.`);
      const atLeast = wholeNumber(values['at-least'], '--at-least');
      const count = wholeNumber(values.count, '--count');
      const { draftCards } = await import('./cards/draft-command.ts');
      return draftCards({ from, out: values.out, atLeast, count, json }, { signal });
    }
    throw usage(
      `${command === undefined ? 'What to do is missing' : `There is no ${command}`}: list, check, review or draft.`,
    );
  },
});
