// A chat model in a GGUF file, in this process beside llama.cpp's own server: first token, tokens a second, memory, several at once; and what
// the guard takes for a sentence.
import { availableParallelism } from 'node:os';
import { loadConfig } from '#app/config.ts';
import { openSupport } from '#app/open-writing.ts';
import { sentenceGuard } from '#chat/write/guard-sentences.ts';
import { buildPrompt } from '#chat/write/prompt.ts';
import type { ChatMessage, ChatModel, WritingModel } from '#core/chat-model.ts';
import type { ScoredChunk } from '#core/document.ts';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import { splitSentences } from '#core/sentences.ts';
import type { Generation } from '#knowledge/generations/generation-reader.ts';
import { createHybridRetriever } from '#knowledge/retrieval/hybrid-retriever.ts';
import { createCompatibleChatModel } from '#models/chat/compatible-chat-model.ts';
import { openWritingModel } from '#models/chat/open-chat-model.ts';
import { readAnswer, type TimedAnswer } from './chat-answers.ts';
import { openLlamaServer } from './llama-server.ts';
import type { BenchRow } from './report.ts';
import { type Pair, spread, spreadOfPairs } from './statistics.ts';
import type { Workspace } from './workspace.ts';

export interface ChatBench {
  readonly workspace: Workspace;
  readonly embedder: Embedder;
  readonly generation: Generation;
  readonly questions: readonly string[];
  /** A GGUF file. */
  readonly file: string | undefined;
  /** Where node-llama-cpp is. */
  readonly packages: string;
  /** The program of llama.cpp. */
  readonly llamaServer: string | undefined;
}

const contextTokens = 2_048;
const maxTokens = 48;
/** How many at once, and how often: many at once take minutes. */
const crowds = [
  { atOnce: 1, rounds: 5 },
  { atOnce: 4, rounds: 2 },
  { atOnce: 16, rounds: 1 },
] as const;
const guardedSentences = 60;
/** The goals of docs/bench.md. */
const leastSpeed = '>= 0.95';
const guardMs = '<= 15';

export async function benchChat(bench: ChatBench): Promise<BenchRow[]> {
  const { file, llamaServer, packages } = bench;
  const guard = await benchGuard(bench);
  if (file === undefined) return [...guard, missing('a chat model in a file: --chat-model FILE.gguf')];
  const peer = llamaServer === undefined ? [missing("llama.cpp's server: --llama-server PROGRAM")] : [];
  const threads = Math.max(1, availableParallelism() - 1);
  const rows: BenchRow[] = [];
  for (const { atOnce, rounds } of crowds) {
    await using model = await openWritingModel({
      model: `gguf:${file}`,
      packages,
      maxTokens,
      contextTokens,
      atOnce,
      threads,
    });
    const prompts = await promptsFor(bench, model);
    if (llamaServer === undefined) continue;
    await using server = await openLlamaServer({
      program: llamaServer,
      model: file,
      threads,
      atOnce,
      contextTokens,
    });
    const theirs = createCompatibleChatModel({
      baseUrl: server.baseUrl,
      apiKey: 'none',
      model: 'peer',
      maxTokens,
      timeoutMs: 300_000,
    });
    rows.push(...(await sideBySide(model, { theirs, prompts, atOnce, rounds })));
  }
  return [...guard, ...peer, ...rows, await benchMemory(bench, file)];
}

const missing = (what: string): BenchRow => ({ name: 'chat model', unit: '', missing: `needs ${what}` });

interface Sides {
  readonly theirs: ChatModel;
  readonly prompts: readonly (readonly ChatMessage[])[];
  readonly atOnce: number;
  readonly rounds: number;
}

async function sideBySide(
  { model, countTokens }: WritingModel,
  { theirs, prompts, atOnce, rounds }: Sides,
): Promise<BenchRow[]> {
  // The first answer of each reads the instructions, which the others share.
  const cold = await readAnswer(model, prompts[0]!);
  const theirCold = await readAnswer(theirs, prompts[0]!);
  const first: Pair[] = [];
  const speed: Pair[] = [];
  for (let round = 0; round < rounds; round++) {
    const some = Array.from(
      { length: atOnce },
      (_, index) => prompts[(1 + round * atOnce + index) % prompts.length]!,
    );
    const [ours, peers] = [await together(model, some), await together(theirs, some)];
    first.push({ ours: medianFirst(ours.answers), theirs: medianFirst(peers.answers) });
    speed.push({ ours: perSecond(ours, countTokens), theirs: perSecond(peers, countTokens) });
  }
  const peer = 'llama.cpp server';
  const name = atOnce === 1 ? 'one answer' : `${atOnce} answers at once`;
  const anew = spreadOfPairs([{ ours: cold.firstMs, theirs: theirCold.firstMs }]);
  return [
    ...(atOnce === 1 ? [{ name: 'first token, the very first answer', unit: 'ms', peer, ...anew }] : []),
    { name: `first token, ${name}`, unit: 'ms', peer, ...spreadOfPairs(first) },
    {
      name: `tokens a second, ${name}`,
      unit: '',
      peer,
      ...spreadOfPairs(speed),
      targets: { ratio: leastSpeed },
    },
  ];
}

interface Round {
  readonly answers: readonly TimedAnswer[];
  readonly ms: number;
}

async function together(model: ChatModel, prompts: readonly (readonly ChatMessage[])[]): Promise<Round> {
  const began = performance.now();
  const answers = await Promise.all(prompts.map((prompt) => readAnswer(model, prompt)));
  return { answers, ms: performance.now() - began };
}

const medianFirst = (answers: readonly TimedAnswer[]) => spread(answers.map(({ firstMs }) => firstMs)).median;

/** Of one answer: behind its first token. Of several: of all of them, from the first question on. */
function perSecond({ answers, ms }: Round, countTokens: WritingModel['countTokens']): number {
  const tokens = answers.reduce((sum, { text }) => sum + countTokens(text), 0);
  const [only] = answers;
  const seconds = (answers.length === 1 ? only!.totalMs - only!.firstMs : ms) / 1_000;
  return tokens / Math.max(0.001, seconds);
}

async function promptsFor(
  { generation, embedder, questions }: ChatBench,
  model: WritingModel,
): Promise<(readonly ChatMessage[])[]> {
  const prompts: (readonly ChatMessage[])[] = [];
  const passagesOf = searchOf(generation, embedder);
  for (const query of questions.slice(0, 40)) {
    const passages = await passagesOf(query);
    const turns = [{ author: 'customer' as const, text: query }];
    prompts.push(buildPrompt({ turns, query, passages }, model).messages);
  }
  return prompts;
}

function searchOf(generation: Generation, embedder: Embedder) {
  const retriever = createHybridRetriever({ ...generation, embedder });
  return (query: string): Promise<ScoredChunk[]> =>
    retriever.retrieve(query, { k: 5, filter: { audiences: ['customer'] } });
}

/** Process by process, because memory that was given back is not the system's again. */
async function benchMemory({ workspace, packages }: ChatBench, file: string): Promise<BenchRow> {
  const held = async (atOnce: number) => {
    const args = [file, packages, String(atOnce), String(contextTokens)];
    const { stdout } = await workspace.run('lab/bench/chat-memory.ts', { args });
    return Number(stdout);
  };
  const [one, many] = [await held(1), await held(16)];
  const each = (many - one) / 15 / 1e6;
  return {
    name: `memory of a further answer at once, ${contextTokens} tokens of context`,
    unit: 'MB',
    ours: spread([each]),
  };
}

/** Sentences of passages that the question found: each is scored against the passages that could support it. */
async function benchGuard({ embedder, generation, questions }: ChatBench): Promise<BenchRow[]> {
  await using support = await openSupport(loadConfig({}).groundedness, () => embedder);
  const openGuard = sentenceGuard(support);
  const passagesOf = searchOf(generation, embedder);
  const times: number[] = [];
  for (const query of questions) {
    if (times.length >= guardedSentences) break;
    const passages = (await passagesOf(query)).slice(0, 3);
    const [best] = passages;
    if (!best) continue;
    const guard = openGuard(passages);
    for (const { start, end } of splitSentences(best.chunk.text).slice(0, 4)) {
      const began = performance.now();
      await guard.push(`${best.chunk.text.slice(start, end)} [1]\n\n`);
      times.push(performance.now() - began);
    }
  }
  if (times.length === 0) throw new AppError('internal', 'no question found a passage');
  return [{ name: 'the guard, a sentence', unit: 'ms', ours: spread(times), targets: { ours: guardMs } }];
}
