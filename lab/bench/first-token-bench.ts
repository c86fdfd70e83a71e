// What the desk adds to a model server's first token, beside a bare pass-through. Two figures for each answer:
//   all of it   from the customer's sending to the first text, less the time that the model server took
//   behind it   from the model server's writing of its first piece, a sentence, to the customer's having it, checked
// The difference is what comes before the model is asked: reading the question, embedding, search, decision, prompt.
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#core/errors.ts';
import {
  createDeskClient,
  createStreamClient,
  type MeasuredAnswer,
  type StreamClient,
} from './chat-client.ts';
import type { ModelTiming } from './model-server.ts';
import type { BenchRow } from './report.ts';
import { copyOf, type ServerBench, serveDesk } from './server-benches.ts';
import { quantile, spread, spreadOfPairs } from './statistics.ts';

/** A quick model with short answers, and one whose answers take ten seconds. */
const quick = { firstTokenMs: 150, betweenTokensMs: 20, tokens: 20 };
const slow = { firstTokenMs: 150, betweenTokensMs: 100, tokens: 100 };
const listening = /listening on (\S+)/;
const rounds = 5;
const questionsOneByOne = 20;
const mostQuestions = 40;
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
  let questions: readonly string[];
  {
    await using sides = await openSides(bench, quick);
    questions = await sides.answered(bench.questions.slice(0, mostQuestions));
    await sides.measure(questions, { count: chatsAtOnce, ask: together });
    for (let round = 0; round < rounds; round++) {
      oneByOne.push(await sides.measure(questions, { count: questionsOneByOne, ask: inSequence }));
      sameInstant.push(await sides.measure(questions, { count: chatsAtOnce, ask: together }));
    }
  }
  {
    await using sides = await openSides(bench, slow);
    for (let round = 0; round < roundsUnderWay; round++)
      underWay.push(
        await sides.measure(questions, {
          count: 2 * chatsAtOnce,
          ask: oneAfterAnother,
          unmeasured: chatsAtOnce,
        }),
      );
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
  /** Those that the desk answers in the model's words: others have no first token of a model. Throws `bad-input` if there are none. */
  answered(questions: readonly string[]): Promise<string[]>;
  /** Asks so many questions of the desk, then the same of the pass-through. The first `unmeasured` of them only fill the desk. */
  measure(questions: readonly string[], how: Measuring): Promise<Round>;
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
  const timings = async () => (await (await fetch(`${model.url}/timings`)).json()) as ModelTiming[];
  const askDesk = async (questions: readonly string[], ask: AskAll): Promise<Overhead[][]> => {
    const conversations = await Promise.all(questions.map(() => desk.createConversation()));
    const answers = await ask(
      questions.map((question, index) => () => desk.ask(conversations[index]!, question)),
    );
    return overheadsOf(questions, answers, await timings());
  };
  const askProxy = async (questions: readonly string[], ask: AskAll): Promise<Overhead[][]> => {
    const answers = await ask(questions.map((question) => () => askThrough(client, proxy.url, question)));
    return overheadsOf(questions, answers, await timings());
  };
  const closing = stack.move();
  return {
    async answered(candidates) {
      const tried = await askDesk(candidates, inSequence);
      const questions = candidates.filter((_, index) => tried[index]!.length > 0);
      if (questions.length === 0)
        throw new AppError(
          'bad-input',
          'The model answers none of the golden questions from this knowledge base.',
        );
      return questions;
    },
    async measure(questions, { count, ask, unmeasured = 0 }) {
      const some = Array.from({ length: count }, (_, index) => questions[index % questions.length]!);
      return {
        ours: (await askDesk(some, ask)).slice(unmeasured).flat(),
        theirs: (await askProxy(some, ask)).slice(unmeasured).flat(),
      };
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

interface Measuring {
  readonly count: number;
  readonly ask: AskAll;
  readonly unmeasured?: number;
}

type Ask = () => Promise<MeasuredAnswer>;
type AskAll = (asks: readonly Ask[]) => Promise<MeasuredAnswer[]>;

interface Round {
  readonly ours: readonly Overhead[];
  readonly theirs: readonly Overhead[];
}

async function inSequence(asks: readonly Ask[]): Promise<MeasuredAnswer[]> {
  const answers: MeasuredAnswer[] = [];
  for (const ask of asks) answers.push(await ask());
  return answers;
}

async function together(asks: readonly Ask[]): Promise<MeasuredAnswer[]> {
  return Promise.all(asks.map((ask) => ask()));
}

async function oneAfterAnother(asks: readonly Ask[]): Promise<MeasuredAnswer[]> {
  return Promise.all(
    asks.map(async (ask, index) => {
      await sleep(index * betweenQuestionsMs);
      return ask();
    }),
  );
}

function askThrough(client: StreamClient, url: string, question: string): Promise<MeasuredAnswer> {
  return client.stream({
    url: `${url}/v1/chat/completions`,
    body: { model: 'scheduled', stream: true, messages: [{ role: 'user', content: question }] },
    firstText: /"content":"([^"]*)"/,
  });
}

/** Of each question; empty where the first text is not the model's. The same question may be asked several times. */
function overheadsOf(
  questions: readonly string[],
  answers: readonly MeasuredAnswer[],
  timings: readonly ModelTiming[],
): Overhead[][] {
  const left = [...timings];
  return answers.map(({ sentAt, firstTextAt, firstText }, index) => {
    const at = left.findIndex(({ asked }) => asked.includes(questions[index]!));
    if (at < 0 || firstText === '') return [];
    const { firstPiece, receivedAt, writtenAt } = left.splice(at, 1)[0]!;
    const shown = JSON.parse(`"${firstText}"`) as string;
    if (!firstPiece.startsWith(shown.slice(0, shownOfFirst))) return [];
    return [{ all: firstTextAt - sentAt - (writtenAt - receivedAt), behind: firstTextAt - writtenAt }];
  });
}

/** Characters by which the model's first sentence is known. */
const shownOfFirst = 12;

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
  if (measured.some(({ ours }) => ours.length === 0))
    return {
      name: `${name}, p${share * 100}`,
      unit: 'ms',
      missing: 'the desk quoted the articles, since the model took too long for a sentence',
    };
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
