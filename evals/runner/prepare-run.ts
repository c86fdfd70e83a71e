// Everything that can be wrong is found before anything runs: case files, knowledge base, policy, an old run to resume.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '#core/errors.ts';
import { packagePath } from '#core/package-root.ts';
import { readConversations } from '../cases/conversation-case.ts';
import { readAllCases } from '../cases/eval-case.ts';
import { createEvalContext, type EvalContext } from './eval-context.ts';
import { openSubject } from './open-subject.ts';
import { removeOldRecords } from './record-store.ts';
import { type RunSettings, runSettingsSchema } from './run-settings.ts';

export interface RunRequest {
  readonly suites: readonly string[];
  readonly dataDir?: string | undefined;
  readonly cases?: readonly string[] | undefined;
  readonly conversations?: string | undefined;
  readonly calibration?: string | undefined;
  readonly labels?: readonly string[] | undefined;
  /** With the team's answer cards; default false. */
  readonly cards?: boolean | undefined;
  /** In place of the one in use, as `ANSWERDESK_CHAT_MODEL` names it. */
  readonly chatModel?: string | undefined;
  readonly out?: string | undefined;
  readonly resume?: string | undefined;
  /** Use nothing that earlier runs of the same subject computed. */
  readonly fresh?: boolean;
  readonly runsDir: string;
  readonly seed: number;
}

export interface PreparedRun extends AsyncDisposable {
  readonly settings: RunSettings;
  /** Of all suites; its models and knowledge base are closed with the run. */
  readonly context: EvalContext;
  readonly notes: readonly string[];
}

const goldenPath = packagePath('data/evals/golden.jsonl');
const conversationsPath = packagePath('data/evals/conversations.jsonl');

/** `suiteNames`: the suites that there are, in the order in which they run. */
export async function prepareRun(request: RunRequest, suiteNames: readonly string[]): Promise<PreparedRun> {
  const old = request.resume === undefined ? undefined : await readSettings(request.resume, request.runsDir);
  const unknown = request.suites.filter((name) => !suiteNames.includes(name));
  if (unknown.length > 0)
    throw new AppError(
      'bad-request',
      `There is no suite ${unknown.join(', ')}. There are: ${suiteNames.join(', ')}.`,
    );
  const asked = request.suites;
  const caseFiles = request.cases ?? old?.cases ?? [goldenPath];
  const conversations = request.conversations ?? old?.conversations ?? conversationsPath;
  const calibration = request.calibration ?? old?.calibration;
  const labels = request.labels ?? old?.labels;
  const cases = await readAllCases(caseFiles);
  const scripted = await readConversations(conversations);

  await using stack = new AsyncDisposableStack();
  const cards = request.cards ?? old?.cards ?? false;
  const opened = stack.use(
    await openSubject({
      dataDir: request.dataDir ?? old?.dataDir,
      calibration,
      cards,
      chatModel: request.chatModel,
    }),
  );
  const { config, subject, generation } = opened;
  const notes: string[] = [];
  const ids = new Set(generation.documents.map(({ id }) => id));
  const gold = [...new Set(cases.flatMap((evalCase) => evalCase.gold))];
  const absent = gold.filter((id) => !ids.has(id));
  if (gold.length > 0 && absent.length > gold.length / 2) {
    throw new AppError(
      'bad-input',
      `${absent.length} of the ${gold.length} documents that the cases name are not in the knowledge base ${subject.generation} in ${config.dataDir} (such as ${absent.slice(0, 3).join(', ')}): these cases belong to another one. Name yours with --cases FILE, or its folder with --data-dir DIR.`,
    );
  }
  if (absent.length > 0)
    notes.push(
      `${absent.length} document(s) that cases name are not in the knowledge base: ${absent.slice(0, 10).join(', ')}.`,
    );

  let suites: readonly string[] = asked.length > 0 ? asked : (old?.suites ?? suiteNames);
  const cited = [...new Set(scripted.flatMap(({ steps }) => steps.flatMap(({ cites }) => cites)))];
  const unknownCited = cited.filter((id) => !ids.has(id));
  if (suites.includes('conversation') && unknownCited.length > cited.length / 2) {
    const why = `conversation: the conversations of ${conversations} are about another knowledge base; name yours with --conversations FILE.`;
    if (asked.includes('conversation')) throw new AppError('bad-input', why);
    notes.push(`Left out: ${why}`);
    suites = suites.filter((name) => name !== 'conversation');
  }
  const runDir =
    request.resume === undefined
      ? resolve(request.out ?? join(request.runsDir, runId(new Date())))
      : runFolder(request.resume, request.runsDir);
  const isSame = old?.subject.fingerprint === subject.fingerprint;
  const cacheFolder = join(config.dataDir, 'evals-cache');
  const settings: RunSettings = {
    runDir,
    cacheFile: isSame
      ? old.cacheFile
      : join(request.fresh ? runDir : cacheFolder, `${subject.fingerprint}.jsonl`),
    dataDir: config.dataDir,
    suites: suiteNames.filter((name) => suites.includes(name)),
    cases: caseFiles.map(absolute),
    conversations: resolve(conversations),
    ...(calibration === undefined ? {} : { calibration: resolve(calibration) }),
    ...(labels === undefined ? {} : { labels: labels.map((path) => resolve(path)) }),
    ...(cards ? { cards } : {}),
    seed: old?.seed ?? request.seed,
    subject: { ...subject, ...(config.judge.model === undefined ? {} : { judge: config.judge.model }) },
  };
  if (old && !isSame)
    notes.push('Code, models, index or calibration changed since the run began: every case is asked again.');
  removeOldRecords(cacheFolder);
  await mkdir(dirname(settings.cacheFile), { recursive: true });
  await mkdir(runDir, { recursive: true });
  await writeFile(join(runDir, 'run.json'), `${JSON.stringify(settings, undefined, 2)}\n`);
  const context = createEvalContext(settings, opened, { cases, conversations: scripted });
  const closing = stack.move();
  return {
    settings,
    context,
    notes,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

function absolute(reference: string): string {
  const [, adapter = '', path] = /^([a-z0-9-]{2,}:)?(.+)$/s.exec(reference)!;
  return `${adapter}${resolve(path!)}`;
}

function runFolder(run: string, runsDir: string): string {
  return /[/\\]/.test(run) ? resolve(run) : resolve(runsDir, run);
}

async function readSettings(run: string, runsDir: string): Promise<RunSettings> {
  const path = join(runFolder(run, runsDir), 'run.json');
  try {
    return runSettingsSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new AppError('not-found', `There is no run to resume at ${path}.`, { cause });
  }
}

/** `2026-11-24-0431-07`: sorts by time, fits every file system. */
export function runId(now: Date): string {
  return now.toISOString().replace(/^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d).*$/, '$1-$2$3-$4');
}
