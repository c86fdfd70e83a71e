// answerdesk evals: runs the suites and stores what they found; compares runs; proposes cases. It only takes the arguments apart.
import { join, resolve } from 'node:path';
import { loadConfig } from '#app/config.ts';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { packagePath } from '#core/package-root.ts';
import { adapterTables } from '#evals/cases/adapters.ts';
import { type IngestedFolder, ingestTemporarily } from '#evals/core/temporary-knowledge.ts';
import { draftCases } from '#evals/drafting/draft-cases.ts';
import { checkBaseline, describeFindings, readBaseline, writeBaseline } from '#evals/report/baseline.ts';
import { compareReports, describeComparison } from '#evals/report/compare.ts';
import { type Report, readReport, withinLimit } from '#evals/report/report.ts';
import { describeReport } from '#evals/report/terminal-summary.ts';
import { type FinishedRun, runEvals } from '#evals/runner/run-evals.ts';
import type { RunSuitesOptions } from '#evals/runner/run-suites.ts';
import { allSuites } from '#evals/suites/all-suites.ts';
import { logToMlflow } from '#evals/tracking/mlflow.ts';
import { runAnswerSets } from '#help-centres/run-answer-sets.ts';
import { openEmbedder } from '#models/embedder/open-embedder.ts';
import { defineCommand, wholeNumber } from './command.ts';
import { guard } from './evals/guard-command.ts';
import { judge } from './evals/judge-command.ts';
import { written } from './evals/written-command.ts';
import { lockTraining } from './privacy/lock-data-folder.ts';

const help = `Measures how good the answers are, and writes a report.

  answerdesk evals                           run every suite, with the sample company's questions
  answerdesk evals retrieval answers         run some suites
  answerdesk evals --cases my-cases.jsonl    ask your own questions of your own knowledge base
  answerdesk evals compare RUN RUN           show what changed between two runs, and whether it can be chance
  answerdesk evals draft --source NAME       propose cases from your articles and conversations
  answerdesk evals baseline                  compare the sample company with data/evals/baseline.json, as CI does
  answerdesk evals baseline --write          take today's figures as that baseline
  answerdesk evals answers --sets DIR        ask real help centres, and judge against the sentences that answer
  answerdesk evals judge export RUN...       answers of such runs for two readers, who do not see which run wrote them
  answerdesk evals judge import DIR A B      what two readers say, and how far they agree
  answerdesk evals guard [FILE...]           how far the guard of written answers agrees with labelled sentences
  answerdesk evals written MODEL...          the same questions, answered by each chat model with the guard and without, and by quoting

Suites: ${Object.keys(allSuites).join(', ')}.

  --data-dir DIR         knowledge base to ask (default: ANSWERDESK_DATA_DIR, or var)
  --cases FILE           questions as JSONL, or ADAPTER:FILE; may be repeated. Adapters: ${Object.keys(adapterTables).join(', ')}
  --conversations FILE   whole conversations, for the suite conversation
  --labels FOLDER        train.jsonl, test.jsonl and perhaps oos_test.jsonl of your own, for the suite intents; may be repeated
  --calibration FILE     thresholds as "answerdesk calibrate" writes them, in place of data/models/calibration.json
  --out DIR              where to store the run (default: var/evals/<run>)
  --fresh                ask and judge everything again; without it, results of the same code, models and index are used
  --resume RUN           continue a run that was interrupted, or whose model server failed
  --sets DIR             answers: a folder with sets.json and a file of questions for each help centre, such as evals/sets
  --articles DIR         their articles, DIR/<centre>/articles.jsonl (default: ANSWERDESK_HELP_CENTRES)
  --centres A,B          some of them (default: all that have questions and articles)
  --settled FILE         judge import: a third reader's verdicts on what the two disagree about
  --baseline FILE        end with 1 if a figure is worse than its tolerance allows
  --write-baseline FILE  keep the figures of this run as a baseline
  --write                baseline: keep the figures, do not compare them
  --cards                with the team's answer cards; without this, what the desk puts together is judged
  --seed N               seed of the bootstrap (default 1)
  --json                 the report (or comparison) on standard output
  --source NAME          draft: the source of your documents
  --count N              draft: how many cases at most (default 50); judge export, written: how many questions (of each place)
  --help

A run is a folder with report.html, report.json and junit.xml. docs/evals.md explains the figures.
Exit codes: 0 done; 1 worse than the baseline, a limit was crossed, or a suite broke; 2 bad input, nothing was run.
`;

const runsDir = resolve('var/evals');
const baselinePath = packagePath('data/evals/baseline.json');
const samplePaths = ['data/knowledge', 'data/transcripts'].map(packagePath);
/** Deterministic, on the sample company, and done in a few minutes. */
const baselineSuites = ['retrieval', 'answers', 'abstention', 'conversation', 'safety'] as const;

export const command = defineCommand({
  help,
  options: {
    'data-dir': { type: 'string' },
    cases: { type: 'string', multiple: true },
    conversations: { type: 'string' },
    calibration: { type: 'string' },
    labels: { type: 'string', multiple: true },
    cards: { type: 'boolean' },
    out: { type: 'string' },
    resume: { type: 'string' },
    fresh: { type: 'boolean' },
    baseline: { type: 'string' },
    'write-baseline': { type: 'string' },
    write: { type: 'boolean' },
    seed: { type: 'string', default: '1' },
    source: { type: 'string' },
    count: { type: 'string', default: '50' },
    sets: { type: 'string' },
    articles: { type: 'string' },
    centres: { type: 'string' },
    settled: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run({ values, positionals }, signal) {
    const [command, ...rest] = positionals;
    if (command === 'compare') {
      if (rest.length !== 2)
        throw new AppError('bad-request', `compare takes two runs: answerdesk evals compare BEFORE AFTER`);
      const [before, after] = await Promise.all(rest.map((run) => readReport(run, runsDir)));
      const comparison = compareReports(before!, after!);
      process.stdout.write(
        values.json ? `${JSON.stringify(comparison)}\n` : `${describeComparison(comparison)}\n`,
      );
      return;
    }
    if (command === 'judge') return judge(rest, { ...values, runsDir });
    if (command === 'guard') return guard(rest, { json: values.json === true, signal });
    if (command === 'written') return written(rest, { ...values, signal });
    const dataDir = values['data-dir'] === undefined ? undefined : resolve(values['data-dir']);
    if (command === 'draft') {
      const count = wholeNumber(values.count, '--count');
      const out = values.out ?? join(runsDir, 'drafts', `${values.source ?? 'all'}.jsonl`);
      using _lock = lockTraining(dataDir ?? loadConfig().dataDir);
      const drafted = await draftCases({ source: values.source, dataDir, out, count, signal });
      process.stderr.write(
        `${drafted} case(s) proposed in ${out}. Read each one: correct it, and set "accept" to true or false. Then: answerdesk evals --cases ${out}\n`,
      );
      return;
    }
    const request = {
      suites: positionals,
      dataDir,
      cases: values.cases,
      conversations: values.conversations,
      calibration: values.calibration,
      labels: values.labels,
      cards: values.cards,
      out: values.out,
      resume: values.resume,
      fresh: values.fresh === true,
      runsDir,
      seed: wholeNumber(values.seed, '--seed'),
    };
    const outputs = {
      baseline: values.baseline,
      writeBaseline: values['write-baseline'],
      json: values.json === true,
      signal,
    };
    if (values.sets !== undefined) {
      if (positionals.length !== 1 || command !== 'answers')
        throw new AppError('bad-request', '--sets belongs to one suite: answerdesk evals answers --sets DIR');
      const articles = values.articles ?? loadConfig().helpCentres;
      if (articles === undefined)
        throw new AppError(
          'bad-request',
          'The articles of the help centres are missing: name their folder with --articles DIR or ANSWERDESK_HELP_CENTRES.',
        );
      const centres = values.centres?.split(',').map((name) => name.trim());
      const { sets } = values;
      return evaluate((options) => runAnswerSets({ ...request, sets, articles, centres }, options), outputs);
    }
    if (command !== 'baseline') return evaluate((options) => runEvals(request, options), outputs);
    // Of its own, so that neither what is ingested here nor what was left of an earlier try plays a part.
    await using sample = await ingestSample(signal);
    const onSample = {
      ...request,
      suites: rest.length > 0 ? rest : baselineSuites,
      dataDir: sample.dataDir,
    };
    await evaluate((options) => runEvals(onSample, options), {
      ...outputs,
      ...(values.write ? { writeBaseline: baselinePath } : { baseline: baselinePath }),
    });
  },
});

async function ingestSample(signal: AbortSignal): Promise<IngestedFolder> {
  const embedder = await openEmbedder(loadConfig().embedder);
  try {
    return await ingestTemporarily({ embedder, paths: samplePaths }, { signal });
  } finally {
    await embedder.close();
  }
}

interface Outputs extends CallOptions {
  /** Files. */
  readonly baseline: string | undefined;
  readonly writeBaseline: string | undefined;
  /** The report on standard output. */
  readonly json: boolean;
}

async function evaluate(
  run: (options: RunSuitesOptions) => Promise<FinishedRun>,
  { baseline: baselineFile, writeBaseline: baselineOut, json, signal }: Outputs & { signal: AbortSignal },
): Promise<void> {
  const baseline = baselineFile === undefined ? undefined : await readBaseline(baselineFile);
  const screen = {
    write: (text: string) => void process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
  };
  const { report, files } = await run({ signal, screen });
  process.stderr.write(`\n${describeReport(report)}\n\n${files.html}\n`);
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  if (!report.complete) {
    process.stderr.write(`Interrupted. Continue with: answerdesk evals --resume ${report.id}\n`);
    process.exitCode = 130;
    return;
  }
  if (baselineOut) await writeBaseline(baselineOut, report);

  const problems = problemsOf(report);
  const findings = baseline ? checkBaseline(baseline, report) : [];
  if (findings.length > 0) process.stderr.write(`\nAgainst the baseline:\n${describeFindings(findings)}\n`);
  if (findings.some(({ verdict }) => verdict !== 'better')) problems.push('worse than the baseline');
  if (problems.length > 0) {
    process.stderr.write(`\nNot good enough: ${problems.join('; ')}.\n`);
    process.exitCode = 1;
  }
  const { trackingUri, token, experiment } = loadConfig().mlflow;
  if (trackingUri === undefined) return;
  const logged = await logToMlflow(report, {
    trackingUri,
    token,
    experiment,
    files: Object.values(files),
    signal,
  });
  process.stderr.write(
    `Logged to MLflow as run ${logged.runId}${logged.artifacts ? '' : ' (without the report files: the server does not take artefacts)'}.\n`,
  );
}

function problemsOf({ suites }: Report): string[] {
  return Object.entries(suites).flatMap(([suite, { metrics, failure }]) => [
    ...(failure === undefined ? [] : [`${suite} broke (${failure})`]),
    ...Object.entries(metrics)
      .filter(([, metric]) => !withinLimit(metric))
      .map(([id, { value }]) => `${suite}/${id} is ${value}`),
  ]);
}
