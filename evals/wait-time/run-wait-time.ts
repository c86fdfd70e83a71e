// The wait-time suite: would waits fall by 80 %? Past conversations with times are split by time; the bot learns from the earlier ones
// and is asked the first question of the later ones; a queue simulation then says what that changes for those who wait.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, isAbortError } from '#core/errors.ts';
import type { ConversationItem } from '../../ingest/item.ts';
import { createFields } from '../../ingest/sources/field-map.ts';
import { findFiles } from '../../ingest/sources/find-files.ts';
import { readSource } from '../../ingest/sources/read-source.ts';
import { readCases } from '../cases/eval-case.ts';
import { type Ask, type AskRecord, casePassages, createAsk } from '../core/ask.ts';
import { shareMetric } from '../core/metric.ts';
import type { CaseResult, Metric, SuiteContext, SuiteOutcome } from '../core/result.ts';
import { openTemporaryKnowledge } from '../core/temporary-knowledge.ts';
import { missingFacts } from '../judging/answer-checks.ts';
import { agreements, shareBeyondChance } from './agreement.ts';
import { measureDeflection, shareNeeded } from './deflection.ts';
import { openGaps, type Visit, visitsOf } from './timeline.ts';

export interface WaitTimeOptions {
  /** Files or folders of conversations in any form that ingestion reads; the sample company's if left out. */
  readonly transcripts?: readonly string[];
  /** Articles that the bot has besides the earlier conversations; the sample company's, if its conversations are used. */
  readonly articles?: readonly string[];
  readonly agents?: number;
  /** More conversations are thinned out evenly over time. */
  readonly maxConversations?: number;
}

const sampleFolder = join(import.meta.dirname, '../../data');
const utilisations = [0.85, 0.9, 0.95];
/** Of the conversations, by time: what the bot learns from. */
const earlierShare = 0.7;
const leastVisits = 20;
/** What is claimed of the mean wait, and tested. */
const claimedFall = 0.8;

export async function runWaitTime(
  context: SuiteContext,
  {
    transcripts = [join(sampleFolder, 'transcripts')],
    articles = transcripts[0]?.startsWith(sampleFolder) ? [join(sampleFolder, 'knowledge')] : [],
    agents = 5,
    maxConversations = 1_500,
  }: WaitTimeOptions = {},
): Promise<SuiteOutcome> {
  const { signal, seed, embedder, dependencies } = context;
  const visits = thinOut(visitsOf(await readConversations(transcripts, signal)), maxConversations);
  if (visits.length < leastVisits)
    throw new AppError(
      'bad-input',
      `Waits need at least ${leastVisits} conversations in which every message has a time; ${transcripts.join(', ')} has ${visits.length}.`,
    );
  const cut = Math.floor(visits.length * earlierShare);
  const later = visits.slice(cut);

  await using learnt = await openLearnt(context, visits.slice(0, cut), articles);
  const { knowledge } = learnt;
  const ask = createAsk({ ...dependencies, knowledgeBase: () => knowledge });
  const replies: (AskRecord | { readonly error: string })[] = [];
  for (const { question } of later) {
    replies.push(await tryAsk(ask, question, signal));
    context.progress?.(replies.length, later.length);
  }
  const precision = await answerPrecision(context, embedder);

  const replayed = later.flatMap((visit, index) => {
    const reply = replies[index]!;
    return 'error' in reply ? [] : [{ visit, reply }];
  });
  const customers = replayed.map(({ visit, reply }) => ({
    handlingSeconds: visit.handlingSeconds,
    answered: reply.decision === 'answer',
  }));
  const answeredCount = customers.filter(({ answered }) => answered).length;
  const metrics: Record<string, Metric> = {
    'answered-at-once': shareMetric(answeredCount, customers.length, {
      label:
        'First questions that the bot would have answered at once, having learnt from earlier conversations',
      better: 'higher',
    }),
    'answer-precision': shareMetric(precision.right, precision.answered, {
      label:
        'Answers with every fact of the right one, on the golden questions; stands for “needs no person any more”',
      better: 'higher',
    }),
  };
  const agreeing = await agreementsOf(
    replayed.filter(({ reply }) => reply.decision === 'answer'),
    context,
  );
  metrics['answer-like-agent'] = shareMetric(agreeing.filter(Boolean).length, agreeing.length, {
    label: 'Answers closer to what the agent then said than to 95 % of what agents told others',
    better: 'higher',
    note: 'chance gives 5 %',
  });
  const falls: string[] = [];
  const resolvedShares = [
    {
      suffix: '-like-agent',
      words: 'if answers like the agent’s resolve, chance taken out',
      share: shareBeyondChance(agreeing),
    },
    {
      suffix: '',
      words: 'if answers resolve as often as they are complete on the golden questions',
      share: precision.right / Math.max(1, precision.answered),
    },
    { suffix: '-all-resolved', words: 'if every answer resolves', share: 1 },
  ];
  const gaps = openGaps(visits);
  for (const utilisation of utilisations) {
    const needed = shareNeeded({ customers, gaps, agents, utilisation, seed }, claimedFall);
    metrics[`share-needed-${Math.round(utilisation * 100)}`] = {
      value: needed.value,
      n: customers.length,
      low: needed.interval[0],
      high: needed.interval[1],
      unit: 'share',
      better: 'neither',
      label: `Share of all customers whom the bot has to help so that the mean wait falls by 80 %, with ${agents} agents who are busy ${Math.round(utilisation * 100)} % of the time`,
      note: `the bot answers ${percent(answeredCount / customers.length)}`,
    };
    for (const { suffix, words, share } of resolvedShares) {
      const measured = measureDeflection({
        customers,
        gaps,
        agents,
        utilisation,
        resolvedShare: share,
        seed,
      });
      const load = `${Math.round(utilisation * 100)}`;
      const seconds = (value: number) => `${Math.round(value)} s`;
      const note = `mean ${seconds(measured.before.mean)} → ${seconds(measured.after.mean)}, p95 ${seconds(measured.before.p95)} → ${seconds(measured.after.p95)}`;
      const fallMetric = (which: 'meanFall' | 'p95Fall', name: string): Metric => ({
        value: measured[which],
        n: customers.length,
        low: Math.min(measured.intervals[which][0], measured[which]),
        high: Math.max(measured.intervals[which][1], measured[which]),
        unit: 'share',
        better: 'higher',
        label: `Fall of the ${name} wait with ${agents} agents who are busy ${load} % of the time, ${words}`,
        note,
      });
      metrics[`mean-wait-fall-${load}${suffix}`] = fallMetric('meanFall', 'mean');
      metrics[`p95-wait-fall-${load}${suffix}`] = fallMetric('p95Fall', '95th percentile of the');
      falls.push(
        `${load} % busy, ${words}: ${percent(measured.meanFall)} (95 %: ${percent(measured.intervals.meanFall[0])} to ${percent(measured.intervals.meanFall[1])})`,
      );
    }
  }
  return {
    metrics,
    cases: later.map((visit, index) => toCase(visit, replies[index]!)),
    notes: [
      `Fall of the mean wait over all customers: ${falls.join('; ')}.`,
      `${visits.length} conversations, the first ${cut} learnt, the other ${later.length} replayed. Assumed: ${agents} agents, one customer each at a time, ` +
        'first come first served; arrivals keep the pattern of the data and are made as dense as the load asks for; an agent’s time is the sum of the ' +
        'pauses before replies, each at most five minutes; who was answered and not helped waits for a person like everybody else, from the same moment; ' +
        'nobody asks more because asking is easier, nobody gives up waiting, and the team does not get smaller.',
    ],
  };
}

async function readConversations(
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ConversationItem[]> {
  const { files } = await findFiles(paths);
  const conversations: ConversationItem[] = [];
  for await (const item of readSource(files, createFields(), { signal }))
    if (item.type === 'conversation') conversations.push(item);
  return conversations;
}

function thinOut(visits: readonly Visit[], most: number): Visit[] {
  if (visits.length <= most) return [...visits];
  const step = visits.length / most;
  return Array.from({ length: most }, (_, index) => visits[Math.floor(index * step)]!);
}

async function openLearnt(
  { embedder, signal }: SuiteContext,
  visits: readonly Visit[],
  articles: readonly string[],
) {
  const folder = await mkdtemp(join(tmpdir(), 'answerdesk-waits-'));
  try {
    const file = join(folder, 'earlier.jsonl');
    await writeFile(file, visits.map(({ id, turns }) => `${JSON.stringify({ id, turns })}\n`).join(''));
    return await openTemporaryKnowledge({ embedder, paths: [...articles, file] }, { signal });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function tryAsk(
  ask: Ask,
  question: string,
  signal: AbortSignal | undefined,
): Promise<AskRecord | { readonly error: string }> {
  try {
    return await ask([{ role: 'customer', text: question }], { signal });
  } catch (thrown) {
    if (signal?.aborted || isAbortError(thrown)) throw thrown;
    return { error: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** On the sample company, where the facts of right answers are known. */
async function answerPrecision(
  { casesDir, dependencies, signal }: SuiteContext,
  embedder: SuiteContext['embedder'],
): Promise<{ right: number; answered: number }> {
  await using sample = await openTemporaryKnowledge(
    { embedder, paths: [join(sampleFolder, 'knowledge'), join(sampleFolder, 'transcripts')] },
    { signal },
  );
  const ask = createAsk({ ...dependencies, knowledgeBase: () => sample.knowledge });
  let right = 0;
  let answered = 0;
  for (const { turns, facts, kind } of await readCases(join(casesDir, 'golden.jsonl'))) {
    if (kind === 'hostile') continue;
    const reply = await ask(turns, { signal });
    if (reply.decision !== 'answer') continue;
    answered++;
    // An answer where there is nothing to answer resolves nothing.
    if (facts.length > 0 && missingFacts(reply.text, facts).length === 0) right++;
  }
  return { right, answered };
}

async function agreementsOf(
  answered: readonly { readonly visit: Visit; readonly reply: AskRecord }[],
  { embedder, signal }: SuiteContext,
): Promise<boolean[]> {
  const embed = async (texts: readonly string[]) => {
    const vectors: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += 64)
      vectors.push(...(await embedder.embedDocuments(texts.slice(at, at + 64), { signal })));
    return vectors;
  };
  return agreements(
    await embed(answered.map(({ reply }) => reply.text)),
    await embed(
      answered.map(({ visit }) =>
        visit.turns
          .filter(({ role }) => role === 'agent')
          .map(({ text }) => text)
          .join('\n'),
      ),
    ),
  );
}

function toCase({ id, question }: Visit, reply: AskRecord | { readonly error: string }): CaseResult {
  const turns = [{ role: 'customer' as const, text: question.slice(0, 1_500) }];
  if ('error' in reply) return { id, verdict: 'error', turns, reasons: [reply.error] };
  return {
    id,
    verdict: 'info',
    turns,
    answer: reply.text,
    decision: reply.decision,
    passages: casePassages(reply, []),
    scores: { 'answered-at-once': reply.decision === 'answer' ? 1 : 0 },
  };
}

const percent = (share: number) => `${Math.round(share * 100)} %`;
