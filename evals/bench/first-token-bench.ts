// What the desk adds to a model server's first token, beside a bare pass-through. Two figures for each answer:
//   all of it   from the customer's sending to the first text, less the time that the model server took
//   behind it   from the model server's writing of its first token to the customer's having it
// The difference is what comes before the model is asked: reading the question, embedding, search, decision, prompt.
import {
  createDeskClient,
  createStreamClient,
  type MeasuredAnswer,
  type StreamClient,
} from './chat-client.ts';
import type { BenchRow } from './report.ts';
import { copyOf, type ServerBench, serveDesk } from './server-benches.ts';
import { quantile, spreadOfPairs } from './statistics.ts';

/** A quick model: 150 ms, then a token every 20 ms. */
const schedule = { firstTokenMs: 150, betweenTokensMs: 20, tokens: 20 };
const listening = /listening on (\S+)/;
const rounds = 5;
const questionsOneByOne = 20;
const chatsAtOnce = 100;

interface Overhead {
  readonly all: number;
  readonly behind: number;
}

export async function benchFirstToken(bench: ServerBench): Promise<BenchRow[]> {
  const { workspace } = bench;
  const dataDir = await copyOf(bench);
  await using model = await workspace.serve('evals/bench/model-server.ts', {
    args: Object.values(schedule).map(String),
    ready: listening,
  });
  await using proxy = await workspace.serve('evals/bench/pass-through-proxy.ts', {
    args: [model.url],
    ready: listening,
  });
  await using server = await serveDesk(
    { workspace, dataDir },
    { ANSWERDESK_CHAT_MODEL: 'scheduled', ANSWERDESK_CHAT_BASE_URL: `${model.url}/v1` },
  );
  using client = createStreamClient();
  const desk = createDeskClient(client, server.url);
  const askDesk = async (questions: readonly string[]): Promise<Ask[]> => {
    const conversations = await Promise.all(questions.map(() => desk.createConversation()));
    return questions.map((question, index) => () => desk.ask(conversations[index]!, question));
  };
  const askProxy = async (questions: readonly string[]): Promise<Ask[]> =>
    questions.map((question) => () => askThrough(client, proxy.url, question));

  const modelQuestions = await questionsForTheModel(bench.questions, askDesk);
  const pick = (count: number, from: number) =>
    Array.from({ length: count }, (_, index) => modelQuestions[(from + index) % modelQuestions.length]!);
  // Both open their connections and warm up.
  await Promise.all((await askProxy(pick(chatsAtOnce, 0))).map((ask) => ask()));
  await Promise.all((await askDesk(pick(chatsAtOnce, 0))).map((ask) => ask()));

  const oneByOne: Round[] = [];
  const atOnce: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const few = pick(questionsOneByOne, round * questionsOneByOne);
    oneByOne.push({
      ours: await inSequence(await askDesk(few)),
      theirs: await inSequence(await askProxy(few)),
    });
    const many = pick(chatsAtOnce, 0);
    atOnce.push({ ours: await together(await askDesk(many)), theirs: await together(await askProxy(many)) });
  }
  const once = `${chatsAtOnce} chats in the same instant`;
  return [
    row(oneByOne, { name: 'first token, one chat', part: 'all', share: 0.5, limitMs: 5 }),
    row(oneByOne, { name: 'of it behind the model, one chat', part: 'behind', share: 0.5 }),
    row(atOnce, { name: `first token, ${once}`, part: 'all', share: 0.5, limitMs: 5 }),
    row(atOnce, { name: `first token, ${once}`, part: 'all', share: 0.99, limitMs: 25 }),
    row(atOnce, { name: `of it behind the model, ${once}`, part: 'behind', share: 0.5 }),
    row(atOnce, { name: `of it behind the model, ${once}`, part: 'behind', share: 0.99 }),
  ];
}

type Ask = () => Promise<MeasuredAnswer>;

interface Round {
  readonly ours: readonly Overhead[];
  readonly theirs: readonly Overhead[];
}

async function inSequence(asks: readonly Ask[]): Promise<Overhead[]> {
  const overheads: Overhead[] = [];
  for (const ask of asks) overheads.push(...overheadOf(await ask()));
  return overheads;
}

async function together(asks: readonly Ask[]): Promise<Overhead[]> {
  return (await Promise.all(asks.map((ask) => ask()))).flatMap(overheadOf);
}

/** Those that the desk lets the model answer: a question that it declines has no first token of a model. */
async function questionsForTheModel(
  questions: readonly string[],
  prepare: (questions: readonly string[]) => Promise<Ask[]>,
): Promise<string[]> {
  const found: string[] = [];
  for (const question of questions) {
    const [ask] = await prepare([question]);
    if (overheadOf(await ask!()).length > 0) found.push(question);
    if (found.length === chatsAtOnce) break;
  }
  return found;
}

function askThrough(client: StreamClient, url: string, question: string): Promise<MeasuredAnswer> {
  return client.stream({
    url: `${url}/v1/chat/completions`,
    body: { model: 'scheduled', stream: true, messages: [{ role: 'user', content: question }] },
    firstText: /"content":"([^"]*)"/,
  });
}

/** Empty if the first text is not the model server's. */
function overheadOf({ sentAt, firstTextAt, firstText }: MeasuredAnswer): Overhead[] {
  const [, received, written] = /^(\d+\.?\d*) (\d+\.?\d*) $/.exec(firstText) ?? [];
  if (received === undefined || written === undefined) return [];
  const [receivedAt, writtenAt] = [Number(received), Number(written)];
  return [{ all: firstTextAt - sentAt - (writtenAt - receivedAt), behind: firstTextAt - writtenAt }];
}

interface RowOptions {
  readonly name: string;
  readonly part: keyof Overhead;
  readonly share: number;
  readonly limitMs?: number;
}

function row(measured: readonly Round[], { name, part, share, limitMs }: RowOptions): BenchRow {
  const at = (overheads: readonly Overhead[]) =>
    quantile(
      overheads.map((overhead) => overhead[part]),
      share,
    );
  const pairs = measured.map(({ ours, theirs }) => ({ ours: at(ours), theirs: at(theirs) }));
  return {
    name: `${name}, p${share * 100}`,
    unit: 'ms',
    peer: 'bare Node pass-through',
    ...spreadOfPairs(pairs),
    ...(limitMs === undefined ? {} : { targets: { ours: `<= ${limitMs}` } }),
  };
}
