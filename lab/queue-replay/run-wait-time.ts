// Would waits fall by 80 %? Past conversations with times are split by time; the bot learns from the earlier ones
// and is asked the first question of the later ones; a queue simulation then says what that changes for those who wait.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, isAbortError } from '#core/errors.ts';
import { packagePath } from '#core/package-root.ts';
import { readCases } from '#evals/cases/eval-case.ts';
import { type Ask, type AskRecord, casePassages, createAsk } from '#evals/core/ask.ts';
import type { CaseResult, SuiteContext, SuiteOutcome } from '#evals/core/result.ts';
import { openTemporaryKnowledge } from '#evals/core/temporary-knowledge.ts';
import { missingFacts } from '#evals/judging/answer-checks.ts';
import type { ConversationItem } from '#ingest/item.ts';
import { createFields } from '#ingest/sources/field-map.ts';
import { findFiles } from '#ingest/sources/find-files.ts';
import { readSource } from '#ingest/sources/read-source.ts';
import { type Metric, meanMetric, shareMetric } from '#learning/metrics/metric.ts';
import { type Agreements, agreements } from './agreement.ts';
import { measureDeflection, shareNeeded } from './deflection.ts';
import { type GoldenPrecision, type ReplayedAnswer, whoIsHelped } from './helped.ts';
import { replayedWaits } from './replayed-waits.ts';
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

const sampleFolder = packagePath('data');
const utilisations = [0.7, 0.9, 0.95];
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

  const replayed: ReplayedAnswer[] = later.flatMap((visit, index) => {
    const reply = replies[index]!;
    return 'error' in reply ? [] : [{ visit, reply }];
  });
  const answered = replayed.filter(({ reply }) => reply.decision === 'answer');
  const agreement = await agreementsOf(answered, context);
  const { agreeing, chance } = agreement;
  const { helped, scenarios } = whoIsHelped(replayed, { answered, agreement, precision });
  const metrics: Record<string, Metric> = {
    'answered-at-once': shareMetric(answered.length, replayed.length, {
      label:
        'First questions that the bot would have answered at once, having learnt from earlier conversations',
      better: 'higher',
    }),
    'answer-precision': shareMetric(precision.right, precision.answered, {
      label: 'Answers with every fact of the right one, on the golden questions of the sample company',
      better: 'higher',
    }),
    'asked-back': shareMetric(replayed.filter(({ visit }) => visit.askedBack).length, replayed.length, {
      label:
        'Conversations in which the agent had to ask the customer something: no answer at once could end them',
      better: 'neither',
    }),
    'answer-like-agent': shareMetric(agreeing.filter(Boolean).length, agreeing.length, {
      label:
        'Answers closer to what the agent then said than to what agents told the customers with the most similar questions',
      better: 'higher',
      note: `chance gives ${percent(chance)}`,
    }),
    'needs-person': meanMetric(
      replayed.map(({ visit }) => 1 - (helped.get(visit.id) ?? 0)),
      {
        unit: 'share',
        seed,
        better: 'lower',
        label: 'Customers who still wait for a person (counted cautiously)',
      },
    ),
    ...replayedWaits(
      replayed.map(({ visit }) => ({
        waitSeconds: visit.firstReplySeconds,
        helped: helped.get(visit.id) ?? 0,
      })),
      seed,
    ),
  };
  const bars: { name: string; bars: { name: string; value: number; low: number; high: number }[] }[] = [];
  const gaps = openGaps(visits);
  for (const utilisation of utilisations) {
    const load = Math.round(utilisation * 100);
    const team = `${agents} agents who are busy ${load} % of the time`;
    const everybody = replayed.map(({ visit }) => ({
      handlingSeconds: visit.handlingSeconds,
      answered: true,
    }));
    const needed = shareNeeded({ customers: everybody, gaps, agents, utilisation, seed }, claimedFall);
    metrics[`share-needed-${load}`] = {
      value: needed.value,
      n: everybody.length,
      low: needed.interval[0],
      high: needed.interval[1],
      unit: 'share',
      better: 'neither',
      label: `Customers whom the bot has to help so that the mean wait falls by 80 %, with ${team}`,
      note: `cautiously counted it helps ${percent(1 - metrics['needs-person']!.value)}`,
    };
    const group: (typeof bars)[number] = { name: `${load} % busy`, bars: [] };
    for (const { suffix, name, words, customers, share } of scenarios) {
      const measured = measureDeflection({
        customers,
        gaps,
        agents,
        utilisation,
        resolvedShare: share,
        seed,
      });
      const seconds = (value: number) => `${Math.round(value)} s`;
      const note = `mean ${seconds(measured.before.mean)} → ${seconds(measured.after.mean)}, p95 ${seconds(measured.before.p95)} → ${seconds(measured.after.p95)}`;
      const fallMetric = (which: 'meanFall' | 'p95Fall', name: string): Metric => ({
        value: measured[which],
        n: customers.length,
        low: Math.min(measured.intervals[which][0], measured[which]),
        high: Math.max(measured.intervals[which][1], measured[which]),
        unit: 'share',
        better: 'higher',
        label: `Fall of the ${name} with ${team}, ${words}`,
        note,
      });
      const mean = fallMetric('meanFall', 'mean wait');
      metrics[`mean-wait-fall-${load}${suffix}`] = mean;
      metrics[`p95-wait-fall-${load}${suffix}`] = fallMetric('p95Fall', 'wait that 95 of 100 do not exceed,');
      group.bars.push({
        name,
        value: mean.value,
        low: mean.low,
        high: mean.high,
      });
    }
    bars.push(group);
  }
  return {
    metrics,
    charts: [
      {
        kind: 'bars',
        id: 'wait-fall',
        title: 'How much the mean wait falls, by how busy the team is and what counts as helped',
        y: 'fall of the mean wait',
        unit: 'share',
        groups: bars,
      },
    ],
    cases: later.map((visit, index) => toCase(visit, replies[index]!)),
    notes: [
      claimVerdict(metrics),
      `${visits.length} conversations, the first ${cut} learnt, the other ${later.length} replayed. Assumed: ${agents} agents, one customer each at a time, ` +
        'first come first served; arrivals keep the pattern of the data and are made as dense as the load asks for; an agent’s time is the sum of the ' +
        'pauses before replies, each at most five minutes; who was answered and not helped waits for a person like everybody else, from the same moment; ' +
        'nobody asks more because asking is easier, nobody gives up waiting, and the team does not get smaller. Nobody checked whether customers were ' +
        'content: that an answer says what the agent said stands for it. Only a trial with real customers can settle the claim.',
    ],
  };
}

/** In one sentence whether waits fall by 80 %, at the load in the middle. */
function claimVerdict(metrics: Readonly<Record<string, Metric>>): string {
  const fall = metrics[`mean-wait-fall-${Math.round(utilisations[1]! * 100)}`]!;
  const least = metrics['real-mean-wait-fall']!;
  const verdict =
    fall.low >= claimedFall
      ? 'holds'
      : fall.high < claimedFall
        ? 'does not hold'
        : 'is neither confirmed nor refuted';
  return (
    `The claim that waits fall by 80 % ${verdict} for these conversations, counted cautiously and with agents who are busy ` +
    `${Math.round(utilisations[1]! * 100)} % of the time: the mean wait falls by ${percent(fall.value)} (95 %: ${percent(fall.low)} to ${percent(fall.high)}). ` +
    `Without the relief that others get when the queue is shorter it falls by ${percent(least.value)} (${percent(least.low)} to ${percent(least.high)}).`
  );
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
): Promise<GoldenPrecision> {
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
  answered: readonly ReplayedAnswer[],
  { embedder, signal }: SuiteContext,
): Promise<Agreements> {
  const embed = async (texts: readonly string[]) => {
    const vectors: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += 64)
      vectors.push(...(await embedder.embedDocuments(texts.slice(at, at + 64), { signal })));
    return vectors;
  };
  return agreements({
    questions: await embed(answered.map(({ visit }) => visit.question)),
    answers: await embed(answered.map(({ reply }) => reply.text)),
    agentWords: await embed(
      answered.map(({ visit }) =>
        visit.turns
          .filter(({ role }) => role === 'agent')
          .map(({ text }) => text)
          .join('\n'),
      ),
    ),
  });
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
