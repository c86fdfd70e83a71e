// npm run queue-replay: would waits fall by 80 %? Plays a team's past conversations again, with the runner and the report of the evals.
import { resolve } from 'node:path';
import { defineCommand, runCommand, wholeNumber } from '#cli/command.ts';
import { describeReport } from '#evals/report/terminal-summary.ts';
import { runEvals } from '#evals/runner/run-evals.ts';
import { runWaitTime } from './run-wait-time.ts';

const help = `Plays past conversations again, and says what a bot changes for those who wait for a person.

  npm run queue-replay
  npm run queue-replay -- --transcripts conversations.jsonl --agents 8

  --transcripts FILE  conversations in which every message has a time; may be repeated (default: the sample company's)
  --agents N          people who answer (default 5)
  --data-dir DIR      knowledge base whose models are used (default: ANSWERDESK_DATA_DIR, or var)
  --out DIR           where to store the run (default: var/evals/<run>)
  --seed N            of the bootstrap (default 1)
  --json              the report on standard output
  --help

Exit codes: 0 done; 1 the replay broke; 2 bad input. docs/evals.md says what is assumed.
`;

const command = defineCommand({
  help,
  options: {
    transcripts: { type: 'string', multiple: true },
    agents: { type: 'string', default: '5' },
    'data-dir': { type: 'string' },
    out: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean' },
  },
  async run({ values }, signal) {
    const { transcripts } = values;
    const agents = wholeNumber(values.agents, '--agents');
    const { report, files } = await runEvals(
      {
        suites: ['wait-time'],
        dataDir: values['data-dir'],
        out: values.out,
        runsDir: resolve('var/evals'),
        seed: wholeNumber(values.seed, '--seed'),
      },
      {
        signal,
        screen: {
          write: (text) => void process.stderr.write(text),
          isTerminal: process.stderr.isTTY === true,
        },
        suites: {
          'wait-time': (context) =>
            runWaitTime(context, { agents, ...(transcripts === undefined ? {} : { transcripts }) }),
        },
      },
    );
    process.stderr.write(`\n${describeReport(report)}\n\n${files.html}\n`);
    if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    if (Object.values(report.suites).some(({ failure }) => failure !== undefined)) process.exitCode = 1;
  },
});

await runCommand(async () => command, process.argv.slice(2));
