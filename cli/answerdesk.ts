// Picks the subcommand and runs it. Each subcommand is a file of its own and is loaded only when it is asked for: `--help` and
// `ingest --if-empty` must not wait for models.
import { AppError } from '#core/errors.ts';
import { type AnyCommand, runCommand } from './command.ts';

interface Entry {
  readonly summary: string;
  load(): Promise<{ readonly command: AnyCommand }>;
}

const entries: Readonly<Record<string, Entry>> = {
  start: { summary: 'serve the widget and the API', load: () => import('./start.ts') },
  ingest: {
    summary: 'read articles and conversations into the knowledge base',
    load: () => import('./ingest.ts'),
  },
  users: { summary: 'accounts of the team, who work in the console', load: () => import('./users.ts') },
  bridge: { summary: 'try the bridge to a help desk', load: () => import('./bridge.ts') },
  ask: { summary: 'ask one question on the terminal', load: () => import('./ask.ts') },
  search: { summary: 'find passages for a file of questions', load: () => import('./search.ts') },
  answer: { summary: 'answer a file of questions', load: () => import('./answer.ts') },
  documents: { summary: 'list what is in the knowledge base', load: () => import('./documents.ts') },
  cards: { summary: 'list, check and draft answer cards', load: () => import('./cards.ts') },
  questions: {
    summary: 'have questions drafted that sections of articles answer',
    load: () => import('./questions.ts'),
  },
  evals: { summary: 'measure how good the answers are', load: () => import('./evals.ts') },
  calibrate: {
    summary: 'fit when the desk answers and when it declines',
    load: () => import('./calibrate.ts'),
  },
  acts: {
    summary: 'fit and measure what tells a question from thanks, anger, …',
    load: () => import('./acts.ts'),
  },
  intents: { summary: 'train and test a classifier on labels', load: () => import('./intents.ts') },
  labels: { summary: 'label conversations, by rules and by people', load: () => import('./labels.ts') },
  finetune: {
    summary: 'fine-tune a chat model on what the team has answered',
    load: () => import('./finetune.ts'),
  },
  data: { summary: 'report on the data: gaps, contradictions, bias', load: () => import('./data.ts') },
  models: { summary: 'add, compare and change embedding models', load: () => import('./models.ts') },
  privacy: { summary: 'find, export or erase what is kept of a person', load: () => import('./privacy.ts') },
  retention: { summary: 'remove what is older than it may be kept', load: () => import('./retention.ts') },
  audit: { summary: 'who did what, and whether the log of it is whole', load: () => import('./audit.ts') },
};

const help = `Answerdesk: a self-hosted chatbot that answers customers from what a support team already knows.

  answerdesk <command> [options]

${Object.entries(entries)
  .map(([name, { summary }]) => `  ${name.padEnd(11)}${summary}`)
  .join('\n')}

  answerdesk <command> --help   what a command takes, with examples
  answerdesk --version

Examples
  answerdesk ingest ./help-centre
  answerdesk ask "how do I reset my password?"
  answerdesk start

In a clone of the project, write "npm run -s answerdesk --" in place of "answerdesk".
Settings are environment variables, listed in .env.example. Exit codes: 0 done, 1 failed, 2 bad usage or input.
`;

export async function answerdesk(argv: readonly string[]): Promise<void> {
  // What customers write, and what a team knows, is in the files of every command: for this user alone.
  process.umask(0o077);
  const [name, ...rest] = argv;
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${(await import('#core/package-root.ts')).packageVersion()}\n`);
    return;
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(help);
    if (name === undefined) process.exitCode = 2;
    return;
  }
  await runCommand(async () => {
    const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
    if (!entry) throw new AppError('bad-request', `There is no command "${name}".\n\n${help}`);
    return (await entry.load()).command;
  }, rest);
}
