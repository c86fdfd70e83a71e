// `npm run bench`: the speed and memory that this project promises, measured beside named peers. docs/bench.md explains each row.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Embedder } from '#core/embedder.ts';
import { AppError, errorFacts, toAppError } from '#core/errors.ts';
import { openOnnxEmbedder } from '#models/embedder/onnx-embedder.ts';
import { benchAnswers } from './answer-bench.ts';
import { benchChat, type ChatBench } from './chat-bench.ts';
import { readQuestions } from './corpus.ts';
import { benchCrowd } from './crowd-bench.ts';
import { benchEmbedding } from './embedding-bench.ts';
import { benchFirstToken } from './first-token-bench.ts';
import { benchIngestSpeed, benchReingest } from './ingest-bench.ts';
import { type BenchKnowledge, knowledgeFolder, openBenchKnowledge } from './knowledge.ts';
import { benchPeers } from './peer-benches.ts';
import { type BenchRow, isMet, toMarkdown } from './report.ts';
import { benchRerank } from './rerank-bench.ts';
import { benchBm25, benchQueryPath } from './retrieval-benches.ts';
import { benchScale, scales } from './scale-bench.ts';
import { benchMemory, benchStart, type ServerBench } from './server-benches.ts';
import { benchVectors } from './vector-bench.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const embedderFolder = 'data/models/embedder';

interface Bench {
  readonly workspace: Workspace;
  readonly passages: number;
  readonly peerModel: string | undefined;
  readonly embedder: Embedder;
  readonly knowledge: BenchKnowledge;
  readonly server: ServerBench;
  readonly chat: ChatPeers;
}

type ChatPeers = Pick<ChatBench, 'file' | 'packages' | 'llamaServer'>;

const benches: Readonly<Record<string, (bench: Bench) => Promise<BenchRow[]>>> = {
  query: ({ knowledge, embedder, server }) =>
    benchQueryPath(knowledge.generation, embedder, server.questions),
  rerank: ({ knowledge, embedder, server }) => benchRerank(knowledge.generation, embedder, server.questions),
  bm25: ({ knowledge, server }) => benchBm25(knowledge.generation, server.questions),
  vectors: ({ workspace, knowledge, embedder, server }) =>
    benchVectors({ workspace, embedder, generation: knowledge.generation, questions: server.questions }),
  peers: ({ workspace, knowledge, embedder, server }) =>
    benchPeers({ workspace, embedder, generation: knowledge.generation, questions: server.questions }),
  embedding: ({ knowledge, ...bench }) => benchEmbedding({ ...bench, generation: knowledge.generation }),
  ingest: ({ workspace, embedder, passages }) => benchIngestSpeed(workspace, embedder, passages),
  reingest: ({ workspace, passages }) => benchReingest(workspace, passages),
  start: ({ server }) => benchStart(server),
  memory: ({ server }) => benchMemory(server),
  scale: ({ server }) => benchScale(server, scales.scale),
  million: ({ server }) => benchScale(server, scales.million),
  'first-token': ({ server }) => benchFirstToken(server),
  answers: ({ server }) => benchAnswers(server),
  crowd: ({ server }) => benchCrowd(server),
  chat: ({ workspace, embedder, knowledge, server, chat }) =>
    benchChat({
      ...chat,
      workspace,
      embedder,
      generation: knowledge.generation,
      questions: server.questions,
    }),
};

const help = `Measures speed and memory beside named peers: medians, spread, ratios, targets. Takes a quarter of an hour on two cores.

  npm run bench -- [options]

  --only NAMES         some rows only, with commas: ${Object.keys(benches).join(', ')}
  --chunks NUMBER      size of the knowledge base, default 10000
  --data-dir FOLDER    a published knowledge base instead, for texts of your own; made by the embedder that ships
  --peer-model FOLDER  an int8 ONNX export of bge-small-en-v1.5 (model.onnx, tokenizer.json), for the embedding peer. One is
                       published on the Hugging Face hub as Xenova/bge-small-en-v1.5: onnx/model_quantized.onnx, save it as model.onnx
  --chat-model FILE    a GGUF file, for "chat"; --packages FOLDER is where node-llama-cpp was installed (npm install --prefix)
  --llama-server FILE  the server program of llama.cpp, for "chat"
  --against FOLDER     another checkout of the project with its packages installed, in turns with this one: for "crowd"
  --json               the rows as JSON on standard output, the table on standard error
  --out FILE           the rows as JSON in a file too
  -h, --help           this text

The knowledge base of the bench stays in the system's temporary folder (${knowledgeFolder(10_000)}),
so that only the first run embeds it; delete it as you like.
`;

async function main(): Promise<void> {
  const { values } = parse();
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const passages = Number(values.chunks);
  if (!Number.isInteger(passages) || passages < 100)
    throw new AppError('bad-request', '--chunks is a whole number from 100 on.');
  const names = values.only?.split(',').map((name) => name.trim()) ?? Object.keys(benches);
  const unknown = names.filter((name) => !Object.hasOwn(benches, name));
  if (unknown.length > 0)
    throw new AppError(
      'bad-request',
      `There is no ${unknown.join(', ')}: choose from ${Object.keys(benches).join(', ')}.`,
    );

  await using workspace = await openWorkspace();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      await workspace[Symbol.asyncDispose]();
      process.exit(130);
    });
  }
  await using stack = new AsyncDisposableStack();
  const embedder = stack.adopt(await openOnnxEmbedder(embedderFolder), (opened) => opened.close());
  say(
    values['data-dir'] === undefined
      ? `Preparing a knowledge base of about ${passages} passages in ${knowledgeFolder(passages)}.`
      : `Opening the knowledge base in ${values['data-dir']}.`,
  );
  const knowledge = await openBenchKnowledge(workspace, { passages, dataDir: values['data-dir'] });
  const { against } = values;
  const server = { workspace, dataDir: knowledge.dataDir, questions: await readQuestions(), against };
  const chat = {
    file: values['chat-model'],
    packages: values.packages,
    llamaServer: values['llama-server'],
  };
  const bench = { workspace, passages, peerModel: values['peer-model'], embedder, knowledge, server, chat };
  const rows: BenchRow[] = [];
  for (const name of names) {
    say(`Measuring: ${name}.`);
    rows.push(...(await benches[name]!(bench).catch((thrown) => failedRow(name, thrown))));
  }

  const json = JSON.stringify(
    rows.map((row) => ({ ...row, met: isMet(row) })),
    null,
    2,
  );
  if (values.out !== undefined) await writeFile(values.out, `${json}\n`);
  (values.json ? process.stderr : process.stdout).write(`\n${toMarkdown(rows)}\n`);
  if (values.json) process.stdout.write(`${json}\n`);
}

/** One that fails leaves the others their rows. */
function failedRow(name: string, thrown: unknown): BenchRow[] {
  process.exitCode = 1;
  return [{ name, unit: '', missing: toAppError(thrown).message.replace(/\s+/g, ' ') }];
}

function parse() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string' },
        chunks: { type: 'string', default: '10000' },
        'data-dir': { type: 'string' },
        'peer-model': { type: 'string' },
        against: { type: 'string' },
        'chat-model': { type: 'string' },
        packages: { type: 'string', default: 'var/packages' },
        'llama-server': { type: 'string' },
        json: { type: 'boolean', default: false },
        out: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (cause) {
    throw new AppError('bad-request', `${cause instanceof Error ? cause.message : cause}\n\n${help}`, {
      cause,
    });
  }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

try {
  await main();
} catch (thrown) {
  const { code, message } = toAppError(thrown);
  say(message);
  process.exitCode = errorFacts[code].exitCode;
}
