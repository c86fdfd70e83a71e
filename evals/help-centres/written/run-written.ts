// The same questions answered in several ways: articles quoted, and each chat model with and without the guard. The sample is fixed, and
// the first questions of a smaller one are those of a bigger one.
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Config } from '#app/config.ts';
import { openSupport, openSupportScore } from '#app/open-writing.ts';
import { sentenceGuard } from '#chat/write/guard-sentences.ts';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { groundedFrom, groundednessOfSentences } from '#core/groundedness.ts';
import { packagePath } from '#core/package-root.ts';
import { readCases } from '#evals/cases/eval-case.ts';
import type { AskTurn } from '#evals/core/ask.ts';
import { factRecall, forbiddenIn } from '#evals/judging/answer-checks.ts';
import { openSubject } from '#evals/runner/open-subject.ts';
import { openRecordStore } from '#evals/runner/record-store.ts';
import type { Screen } from '#evals/runner/run-suites.ts';
import { randomFrom } from '#learning/metrics/random.ts';
import { openWritingModel } from '#models/chat/open-chat-model.ts';
import { holdsFactFirst } from '../answer-scores.ts';
import { ingestCentre, readCheckedSets, type SetsFolders } from '../run-answer-sets.ts';
import { turnsOf } from '../run-centre.ts';
import { askWritten } from './ask-written.ts';
import { recordedModel } from './recorded-model.ts';

export interface WrittenRequest {
  /** As `ANSWERDESK_CHAT_MODEL` names them. */
  readonly models: readonly string[];
  /** Knowledge base that `cases` are about; centres are ingested into a folder of it. */
  readonly dataDir?: string | undefined;
  /** Questions of it; those of the sample company, if left out. */
  readonly cases?: string | undefined;
  /** Questions drawn of each place. */
  readonly count: number;
  readonly sets?: SetsFolders | undefined;
  readonly centres?: readonly string[] | undefined;
  readonly out: string;
  readonly seed: number;
}

interface Question {
  readonly id: string;
  readonly turns: readonly AskTurn[];
  readonly facts: readonly string[];
  readonly mustNot: readonly string[];
}

export type Way = 'quoted' | 'raw' | 'guarded';

/** A line of answers.jsonl. */
export interface WrittenAnswer {
  readonly id: string;
  readonly place: string;
  readonly question: string;
  readonly model: string;
  readonly way: Way;
  readonly decision: string;
  readonly isWritten: boolean;
  readonly text: string;
  readonly citations: readonly { readonly number: number; readonly title: string; readonly quote: string }[];
  readonly sentences: readonly {
    readonly text: string;
    readonly citations: readonly number[];
    readonly isGrounded: boolean;
  }[];
  readonly facts: number;
  readonly isWrong: boolean;
  readonly isDirect: boolean;
  readonly firstMs: number;
  readonly totalMs: number;
  readonly kept: number;
  readonly citedAnew: number;
  readonly dropped: number;
}

/** Of a folder that `runWritten` wrote to. */
export async function readWrittenAnswers(out: string): Promise<WrittenAnswer[]> {
  const content = await readFile(join(out, fileName), 'utf8').catch((cause: unknown) => {
    throw new AppError(
      'not-found',
      `${out} has no answers: run "answerdesk evals written MODEL... --out ${out}" first.`,
      { cause },
    );
  });
  return content
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as WrittenAnswer);
}

const fileName = 'answers.jsonl';
const sampleCompany = 'sample company';

/** Resolves to the answers in order of place, model, question; answers.jsonl has them as they come. */
export async function runWritten(
  request: WrittenRequest,
  { signal, screen }: CallOptions & { readonly screen: Screen },
): Promise<WrittenAnswer[]> {
  await mkdir(request.out, { recursive: true });
  const path = join(request.out, fileName);
  await writeFile(path, '');
  const answers: WrittenAnswer[] = [];
  for (const place of await placesOf(request, { signal, screen })) {
    for (const model of [undefined, ...request.models]) {
      const begun = Date.now();
      for await (const answer of answersOf(place, model, { ...request, signal })) {
        answers.push(answer);
        await appendFile(path, `${JSON.stringify(answer)}\n`);
        if (screen.isTerminal) screen.write(`\r\u001B[K${place.name}, ${answer.model}: ${answer.id}`);
      }
      const seconds = ((Date.now() - begun) / 1000).toFixed(0);
      screen.write(
        `${screen.isTerminal ? '\r\u001B[K' : ''}${place.name}, ${model ?? 'quoted'}: ${place.questions.length} questions, ${seconds} s\n`,
      );
    }
  }
  return answers;
}

interface Place {
  readonly name: string;
  readonly dataDir: string | undefined;
  readonly questions: readonly Question[];
}

async function placesOf(
  { dataDir, cases = packagePath('data/evals/golden.jsonl'), count, sets, centres, seed }: WrittenRequest,
  { signal, screen }: CallOptions & { readonly screen: Screen },
): Promise<Place[]> {
  const drawn = <Item>(items: readonly Item[]) => {
    const random = randomFrom(seed);
    const ordered = items.map((item) => ({ item, at: random() })).sort((a, b) => a.at - b.at);
    return ordered.slice(0, count).map(({ item }) => item);
  };
  const own = (await readCases(cases)).filter(
    ({ expect, kind, facts }) => expect === 'answer' && kind !== 'hostile' && facts.length > 0,
  );
  const places: Place[] = [{ name: sampleCompany, dataDir, questions: drawn(own) }];
  for (const { centre, questions } of sets ? await readCheckedSets(sets, centres, screen.write) : []) {
    const answerable = questions.filter(({ expect }) => expect === 'answer');
    places.push({
      name: centre.name,
      dataDir: await ingestCentre(centre.name, { dataDir, articles: sets!.articles }, { signal }),
      questions: drawn(answerable).map((question) => ({
        id: question.id,
        turns: turnsOf(question),
        facts: question.facts,
        mustNot: question.must_not,
      })),
    });
  }
  return places;
}

async function* answersOf(
  { name, dataDir, questions }: Place,
  model: string | undefined,
  { out, signal }: Pick<WrittenRequest, 'out'> & CallOptions,
): AsyncGenerator<WrittenAnswer> {
  await using stack = new AsyncDisposableStack();
  // Each way is asked of one pipeline, which quotes by itself.
  const opened = stack.use(await openSubject({ dataDir, chatModel: 'extractive' }));
  const { config, dependencies, desk } = opened;
  const embedder = () => desk.knowledge.embedder;
  const { scorer } = stack.use(await openSupportScore(embedder));
  const support = stack.use(await openSupport(config.groundedness, embedder));
  const writing = model === undefined ? undefined : stack.use(await openRecorded(model, config, out));
  const ways: Way[] = writing ? ['raw', 'guarded'] : ['quoted'];
  for (const { id, turns, facts, mustNot } of questions) {
    for (const way of ways) {
      const reply = await askWritten(
        turns,
        {
          dependencies,
          ...(writing ? { model: writing } : {}),
          ...(way === 'guarded' ? { guard: sentenceGuard(support) } : {}),
        },
        { signal },
      );
      const { decision, text, citations, isWritten, verdict } = reply;
      const isAnswer = decision === 'answer';
      const recall = isAnswer ? factRecall(text, facts) : 0;
      const sentences = isAnswer
        ? await groundednessOfSentences({ text, citations }, scorer, { signal })
        : [];
      yield {
        id,
        place: name,
        question: turns.at(-1)!.text,
        model: writing?.name ?? 'extractive',
        way,
        decision,
        isWritten,
        text,
        citations: citations.map(({ number, title, quote }) => ({ number, title, quote })),
        sentences: sentences.map(({ groundedness, ...sentence }) => ({
          ...sentence,
          isGrounded: groundedness >= groundedFrom,
        })),
        facts: recall,
        isWrong: isAnswer && (recall === 0 || forbiddenIn(text, mustNot).length > 0),
        isDirect: isAnswer && holdsFactFirst(text.replace(/\s*\[\d{1,3}\]/g, ''), facts),
        firstMs: reply.firstMs,
        totalMs: reply.totalMs,
        kept: verdict?.kept ?? 0,
        citedAnew: verdict?.citedAnew ?? 0,
        dropped: verdict?.dropped ?? 0,
      };
    }
  }
}

/** One thread, so that processor time is time. Two files of one name are told apart by their folders. */
async function openRecorded(setting: string, { chat }: Config, out: string) {
  const model = await openWritingModel({ ...chat, model: setting, threads: 1, atOnce: 1 });
  const folder = setting.split(/[:/\\]/).at(-2) ?? '';
  const records = openRecordStore(join(out, 'recordings.jsonl'), setting);
  return recordedModel(
    {
      ...model,
      name: `${folder}/${basename(setting)}`,
      [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
    },
    records,
  );
}
