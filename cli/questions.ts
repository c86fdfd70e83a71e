// answerdesk questions: questions that sections of articles answer, drafted by a chat model. It only takes the arguments apart.
import { AppError } from '#core/errors.ts';
import { defineCommand, wholeNumber } from './command.ts';

// What opens models is imported when it is needed.
const help = `Written questions: questions that a section of an article answers, and its sentences that answer them, so that customers'
questions find both.

  answerdesk questions draft --out help-centre/drafted.questions.jsonl
  answerdesk questions draft --limit 20            only 20 sections, to look at what the model writes
  answerdesk ingest ./help-centre                  publishes what lies beside the articles

draft has the chat model of ANSWERDESK_CHAT_MODEL write up to eight questions for each passage of a section that has none, or
whose text has changed since, and name the sentences of it that answer. Articles for agents are left out. Stopped with Ctrl-C it
keeps what is written, and the same command goes on from there. It publishes nothing: look through the file, then ingest it.
  --out FILE             where to write (default: drafted.questions.jsonl). Its name ends in .questions.jsonl. What is there stays,
                         but for lines whose section has new ones
  --limit N              how many sections at most
  --at-once N            sections that are written at the same time (default: what the model is set to)
  --timeout SECONDS      for one reply of the model (default 120)
  --json                 what was done, as a JSON object on standard output
  --help

docs/ingest.md tells what stands in such a file, docs/retrieval.md what it brings.
Exit codes: 0 done; 1 failed, or no questions for some sections; 2 bad usage or input.
`;

export const command = defineCommand({
  help,
  options: {
    out: { type: 'string', default: 'drafted.questions.jsonl' },
    limit: { type: 'string' },
    'at-once': { type: 'string' },
    timeout: { type: 'string', default: '120' },
    json: { type: 'boolean' },
  },
  async run({ values, positionals: [command, ...rest] }, signal) {
    const usage = (message: string) => new AppError('bad-request', `${message}\n\n${help}`);
    if (command !== 'draft')
      throw usage(`${command === undefined ? 'What to do is missing' : `There is no ${command}`}: draft.`);
    if (rest.length > 0) throw usage('draft takes options only.');
    const { limit, 'at-once': atOnce } = values;
    const { draftSectionQuestions } = await import('./questions/draft-command.ts');
    return draftSectionQuestions(
      {
        out: values.out,
        limit: limit === undefined ? undefined : wholeNumber(limit, '--limit'),
        atOnce: atOnce === undefined ? undefined : wholeNumber(atOnce, '--at-once', 100),
        timeoutMs: wholeNumber(values.timeout, '--timeout', 3_600) * 1_000,
        json: values.json ?? false,
      },
      { signal },
    );
  },
});
