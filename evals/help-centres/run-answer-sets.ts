// The suite `answers` over real help centres: each is ingested, opened as the desk opens it, and asked its set of questions.
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { loadConfig } from '#app/config.ts';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { createAsk } from '#evals/core/ask.ts';
import { ingestInto } from '#evals/core/temporary-knowledge.ts';
import { reportSchema, reportSchemaVersion } from '#evals/report/report.ts';
import { openSubject } from '#evals/runner/open-subject.ts';
import { runId } from '#evals/runner/prepare-run.ts';
import { type FinishedRun, writeRun } from '#evals/runner/run-evals.ts';
import type { Subject } from '#evals/runner/run-settings.ts';
import type { FinishedSuite, Screen } from '#evals/runner/run-suites.ts';
import { openEmbedder } from '#models/embedder/open-embedder.ts';
import { type Centre, readAnswerSet, readCentres, type SetQuestion } from './answer-set.ts';
import {
  articlesPath,
  centrePaths,
  type HelpCentre,
  problemsInCentre,
  readHelpCentre,
} from './help-centre.ts';
import { type JudgedQuestion, runCentre, summarizeQuestions } from './run-centre.ts';
import { writeSeenAnswers } from './seen-answers.ts';

export interface SetsFolders {
  /** `sets.json`, and a file of questions for each centre. */
  readonly sets: string;
  /** A folder of articles for each centre. */
  readonly articles: string;
}

export interface AnswerSetsRequest extends SetsFolders {
  /** All that have a set and articles, if left out. */
  readonly centres?: readonly string[] | undefined;
  /** Where the centres are ingested, each into a folder of its own; that of the configuration, if left out. */
  readonly dataDir?: string | undefined;
  readonly calibration?: string | undefined;
  readonly out?: string | undefined;
  readonly runsDir: string;
  readonly seed: number;
}

export interface CheckedSet {
  readonly centre: Centre;
  readonly questions: readonly SetQuestion[];
  readonly articles: HelpCentre;
}

type ScreenOptions = CallOptions & { readonly screen: Screen };

/**
 * The sets that can be run. One whose questions or articles are not there is left out, and a line says so. Throws `bad-input` naming
 * every bad line, and `bad-request` for a centre that `sets.json` does not know.
 */
export async function readCheckedSets(
  { sets, articles: folder }: SetsFolders,
  names: readonly string[] | undefined,
  write: Screen['write'],
): Promise<CheckedSet[]> {
  const centres = await readCentres(sets);
  const unknown = (names ?? []).filter((name) => !centres.some((centre) => centre.name === name));
  if (unknown.length > 0)
    throw new AppError(
      'bad-request',
      `There is no centre ${unknown.join(', ')}. There are: ${centres.map(({ name }) => name).join(', ')}.`,
    );
  const checked: CheckedSet[] = [];
  const problems: string[] = [];
  for (const centre of centres.filter(({ name }) => names?.includes(name) ?? true)) {
    const questions = await readAnswerSet(sets, centre.name);
    const articles = await readHelpCentre(folder, centre.name);
    if (questions === undefined) write(`Left out: ${centre.name} has no questions in ${sets}.\n`);
    else if (articles === undefined)
      write(
        `Left out: ${articlesPath(folder, centre.name)} is not there. Name the folder with --articles DIR.\n`,
      );
    else {
      problems.push(...problemsInCentre(questions, articles));
      checked.push({ centre, questions, articles });
    }
  }
  if (problems.length === 0) return checked;
  throw new AppError(
    'bad-input',
    `The sets do not fit the articles (another commit of them?); nothing was run:\n${problems.join('\n')}`,
  );
}

/** Reports each centre, and all of them together. Rejects before anything runs where a set is wrong. */
export async function runAnswerSets(
  request: AnswerSetsRequest,
  { signal, screen }: ScreenOptions,
): Promise<FinishedRun> {
  const checked = await readCheckedSets(request, request.centres, screen.write);
  if (checked.length === 0) throw new AppError('bad-input', 'No centre is left to ask; nothing was run.');
  const startedAt = new Date();
  const runDir = resolve(request.out ?? join(request.runsDir, runId(startedAt)));
  await mkdir(runDir, { recursive: true });
  const suites: Record<string, FinishedSuite> = {};
  const subjects: Subject[] = [];
  const judged: JudgedQuestion[] = [];
  for (const set of checked) {
    const begun = Date.now();
    const one = await askCentre(set, request, { signal, screen });
    const seconds = ((Date.now() - begun) / 1000).toFixed(1);
    screen.write(
      `${set.centre.name.padEnd(20)}${String(set.questions.length).padStart(5)} questions, ${seconds} s\n`,
    );
    subjects.push(one.subject);
    judged.push(...one.judged);
    suites[`answers-${set.centre.name}`] = {
      ...one.outcome,
      notes: [`This set is for ${set.centre.use}.`],
      durationMs: Date.now() - begun,
    };
  }
  suites['answers-all'] = {
    ...summarizeQuestions(judged, request.seed),
    cases: [],
    notes: [`${checked.length} centre(s), ${judged.length} questions.`],
    durationMs: Date.now() - startedAt.getTime(),
  };
  await writeSeenAnswers(runDir, judged);
  return writeRun(
    runDir,
    reportSchema.parse({
      schemaVersion: reportSchemaVersion,
      id: basename(runDir),
      startedAt: startedAt.toISOString(),
      durationMs: Date.now() - startedAt.getTime(),
      complete: true,
      subject: joinSubjects(subjects),
      cases: checked.map(({ centre }) => `${centre.name}.jsonl`),
      seed: request.seed,
      suites,
    }),
  );
}

async function askCentre(
  { centre, questions, articles }: CheckedSet,
  request: AnswerSetsRequest,
  { signal, screen }: ScreenOptions,
) {
  const dataDir = await ingestCentre(centre.name, request, { signal });
  await using opened = await openSubject({ dataDir, calibration: request.calibration });
  const progress = (done: number, total: number) => {
    if (screen.isTerminal) screen.write(`\r\u001B[K${centre.name} ${done} of ${total}`);
  };
  const ask = createAsk(opened.dependencies);
  const { outcome, judged } = await runCentre(
    { questions, centre: articles, ask, seed: request.seed, progress },
    signal ? { signal } : {},
  );
  if (screen.isTerminal) screen.write('\r\u001B[K');
  return { outcome, judged, subject: opened.subject };
}

/** Resolves to its data folder. It stays, so that the next run embeds only what changed. */
export async function ingestCentre(
  name: string,
  { dataDir, articles }: Pick<AnswerSetsRequest, 'dataDir' | 'articles'>,
  options: CallOptions,
): Promise<string> {
  const config = loadConfig();
  const folder = join(dataDir ?? config.dataDir, 'evals-centres', name);
  const embedder = await openEmbedder(config.embedder);
  try {
    await ingestInto(folder, { embedder, paths: centrePaths(articles, name) }, options);
  } finally {
    await embedder.close();
  }
  return folder;
}

function joinSubjects(subjects: readonly Subject[]): Subject {
  const sum = (key: 'documents' | 'passages') => subjects.reduce((total, one) => total + one[key], 0);
  const fingerprint = createHash('sha256').update(JSON.stringify(subjects.map((one) => one.fingerprint)));
  return {
    ...subjects[0]!,
    generation: `${subjects.length} help centre(s)`,
    documents: sum('documents'),
    passages: sum('passages'),
    fingerprint: fingerprint.digest('hex').slice(0, 16),
  };
}
