// What the desk adds to a model server's first token, beside a bare pass-through. Two figures for each answer:
//   all of it   from the customer's sending to the first text, less the time that the model server took
//   behind it   from the model server's writing of its first token to the customer's having it
// The difference is what comes before the model is asked: reading the question, embedding, search, decision, prompt.
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#core/errors.ts';
import {
  createDeskClient,
  createStreamClient,
  type MeasuredAnswer,
  type StreamClient,
} from './chat-client.ts';
import type { BenchRow } from './report.ts';
import { copyOf, type ServerBench, serveDesk } from './server-benches.ts';
import { quantile, spread, spreadOfPairs } from './statistics.ts';

/** A quick model with short answers, and one whose answers take ten seconds. */
const quick = { firstTokenMs: 150, betweenTokensMs: 20, tokens: 20 };
const slow = { firstTokenMs: 150, betweenTokensMs: 100, tokens: 100 };
const listening = /listening on (\S+)/;
const rounds = 5;
const questionsOneByOne = 20;
const chatsAtOnce = 100;
/** With answers of ten seconds, a question every tenth of a second keeps that many chats going. */
const betweenQuestionsMs = 100;
const roundsUnderWay = 2;

interface Overhead {
  readonly all: number;
  readonly behind: number;
}

export async function benchFirstToken(bench: ServerBench): Promise<BenchRow[]> {
  const oneByOne: Round[] = [];
  const sameInstant: Round[] = [];
  const underWay: Round[] = [];
  {
    await using sides = await openSides(bench, quick);
    await sides.measure(chatsAtOnce, together);
    for (let round = 0; round < rounds; round++) {
      oneByOne.push(await sides.measure(questionsOneByOne, inSequence));
      sameInstant.push(await sides.measure(chatsAtOnce, together));
    }
  }
  {
    await using sides = await openSides(bench, slow);
    for (let round = 0; round < roundsUnderWay; round++)
      underWay.push(await sides.measure(2 * chatsAtOnce, oneAfterAnother));
  }
  const going = `${chatsAtOnce} chats going on`;
  const instant = `${chatsAtOnce} chats asking in the same instant`;
  return [
    addedRow(oneByOne),
    row(oneByOne, { name: 'first token, one chat', part: 'all', share: 0.5 }),
    row(underWay, { name: `first token, ${going}`, part: 'all', share: 0.5, limitMs: 5 }),
    row(underWay, { name: `first token, ${going}`, part: 'all', share: 0.99, limitMs: 25 }),
    row(sameInstant, { name: `first token, ${instant}`, part: 'all', share: 0.5, limitMs: 5 }),
    row(sameInstant, { name: `first token, ${instant}`, part: 'all', share: 0.99, limitMs: 25 }),
    row(oneByOne, { name: 'of it behind the model, one chat', part: 'behind', share: 0.5 }),
    row(underWay, { name: `of it behind the model, ${going}`, part: 'behind', share: 0.5 }),
    row(underWay, { name: `of it behind the model, ${going}`, part: 'behind', share: 0.99 }),
    row(sameInstant, { name: `of it behind the model, ${instant}`, part: 'behind', share: 0.5 }),
    row(sameInstant, { name: `of it behind the model, ${instant}`, part: 'behind', share: 0.99 }),
  ];
}

interface Sides extends AsyncDisposable {
  /** Asks so many questions of the desk, then the same of the pass-through. */
  measure(count: number, ask: (asks: readonly Ask[]) => Promise<Overhead[]>): Promise<Round>;
}

async function openSides(bench: ServerBench, schedule: typeof quick): Promise<Sides> {
  const { workspace } = bench;
  await using stack = new AsyncDisposableStack();
  const model = stack.use(
    await workspace.serve('lab/bench/model-server.ts', {
      args: [schedule.firstTokenMs, schedule.betweenTokensMs, schedule.tokens].map(String),
      ready: listening,
    }),
  );
  const proxy = stack.use(
    await workspace.serve('lab/bench/pass-through-proxy.ts', { args: [model.url], ready: listening }),
  );
  const server = stack.use(
    await serveDesk(
      { workspace, dataDir: await copyOf(bench) },
      { ANSWERDESK_CHAT_MODEL: 'openai:scheduled', ANSWERDESK_CHAT_BASE_URL: `${model.url}/v1` },
    ),
  );
  const client = stack.use(createStreamClient());
  const desk = createDeskClient(client, server.url);
  const askDesk = async (questions: readonly string[]): Promise<Ask[]> => {
    const conversations = await Promise.all(questions.map(() => desk.createConversation()));
    return questions.map((question, index) => () => desk.ask(conversations[index]!, question));
  };
  const questions = await questionsForTheModel(bench.questions.slice(0, chatsAtOnce), askDesk);
  const closing = stack.move();
  return {
    async measure(count, ask) {
      const some = Array.from({ length: count }, (_, index) => questions[index % questions.length]!);
      return {
        ours: await ask(await askDesk(some)),
        theirs: await ask(some.map((question) => () => askThrough(client, proxy.url, question))),
      };
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
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

/** The first hundred fill the desk, the others are measured. */
async function oneAfterAnother(asks: readonly Ask[]): Promise<Overhead[]> {
  const answers = asks.map(async (ask, index) => {
    await sleep(index * betweenQuestionsMs);
    return ask();
  });
  return (await Promise.all(answers)).slice(chatsAtOnce).flatMap(overheadOf);
}

/** Those that the desk lets the model answer: a question that it declines has no first token of a model. */
async function questionsForTheModel(
  questions: readonly string[],
  prepare: (questions: readonly string[]) => Promise<Ask[]>,
): Promise<string[]> {
  const answers = await Promise.all((await prepare(questions)).map((ask) => ask()));
  const answered = questions.filter((_, index) => overheadOf(answers[index]!).length > 0);
  if (answered.length === 0)
    throw new AppError('bad-input', 'This knowledge base answers none of the golden questions.');
  return answered;
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

/** What the desk adds to the pass-through, round by round. */
function addedRow(measured: readonly Round[]): BenchRow {
  const middle = (overheads: readonly Overhead[]) =>
    quantile(
      overheads.map(({ all }) => all),
      0.5,
    );
  return {
    name: 'first token, one chat: more than the bare pass-through, p50',
    unit: 'ms',
    ours: spread(measured.map(({ ours, theirs }) => middle(ours) - middle(theirs))),
    targets: { ours: '<= 4' },
  };
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
