// Builds a training set in the data folder: train.jsonl, validation.jsonl, test.jsonl, card.json and card.md. All or nothing is written.
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '#app/config.ts';
import { openKnowledge } from '#app/open-knowledge.ts';
import { openSupportScore } from '#app/open-writing.ts';
import { sentenceGuard } from '#chat/write/guard-sentences.ts';
import type { CallOptions } from '#core/call-options.ts';
import { syncFolder, writeDurably } from '#core/durable-file.ts';
import type { EntityFinder } from '#core/entity-finder.ts';
import { AppError } from '#core/errors.ts';
import { createNearDuplicates } from '#ingest/clean/near-duplicates.ts';
import { openCurrentContents } from '#knowledge/generations/generation-reader.ts';
import type { LabelKind } from '#learning/labels/label-kinds.ts';
import { estimateTokens } from '#models/chat/estimate-tokens.ts';
import { openOnnxEntityFinder } from '#models/personal-data/onnx-entity-finder.ts';
import { labelDesk } from '#quality/labelling/label-desk.ts';
import { createEntityPass } from '#redact/entity-pass.ts';
import { createPublishedWords } from '#redact/published-words.ts';
import { createDefaultRedactor } from '#redact/redaction-profile.ts';
import { refuseProblems, validateFile } from '../format/validate-file.ts';
import { balanceExamples } from './balance-examples.ts';
import { balanceFigures, splitFigures, type TrainingCard, trainingCardMarkdown } from './data-card.ts';
import { gatherQuestions } from './gather-questions.ts';
import { type MadeExample, makeExamples } from './make-examples.ts';
import { findPersonalData, type PersonalFinding } from './personal-data.ts';
import { shareOf } from './seeded-share.ts';
import { type SplitName, splitExamples, splitNames } from './split-examples.ts';

export interface TrainingSetRequest {
  readonly name: string;
  readonly seed: number;
  /** Tokens of prompt and answer together of the model that will be trained. */
  readonly contextTokens: number;
  /** Shares, 0 to 1. */
  readonly refusals: number;
  readonly validation: number;
  readonly test: number;
  readonly balance: readonly LabelKind[];
  readonly mostSections: number;
  /** Leaves out examples in which a detector of personal data fires; otherwise nothing is written. */
  readonly leaveOutPersonal: boolean;
}

export interface BuildOptions extends CallOptions {
  readonly progress?: ((done: number, total: number) => void) | undefined;
}

export interface TrainingSet {
  readonly folder: string;
  readonly card: TrainingCard;
}

/** Of an answer; a prompt leaves room for so much. */
const answerTokens = 400;

export function trainingSetFolder(dataDir: string, name: string): string {
  return join(dataDir, 'fine-tuning', 'sets', name);
}

/** Rejects with `bad-input` where nothing is left to learn from, or where personal data was found; then nothing is written. */
export async function buildTrainingSet(
  config: Config,
  request: TrainingSetRequest,
  { signal, progress }: BuildOptions,
): Promise<TrainingSet> {
  const { dataDir } = config;
  const { seed, contextTokens } = request;
  const folder = trainingSetFolder(dataDir, request.name);
  if (await stat(folder).catch(() => undefined))
    throw new AppError('bad-input', `${folder} is there already: name another set with --name.`);
  // What is new has no labels yet, and only what is known to be settled is learnt from.
  await labelDesk(config, {}, { signal });
  using contents = await openCurrentContents(dataDir);
  if (!contents)
    throw new AppError('knowledge-base-missing', 'There is no knowledge base yet: answerdesk ingest PATH');
  const published = createPublishedWords();
  for (const document of contents.documents) published.learn(document);
  const detectors = await openDetectors(config, signal);
  await using _finder = detectors;
  const redactor = createDefaultRedactor();
  const tools = { redactor, entities: detectors.entities, isPublished: published.has };
  const { questions, leftOut } = await gatherQuestions(dataDir, contents, {
    ...tools,
    mostSections: request.mostSections,
    signal,
  });
  const reasons = new Map(leftOut);
  const count = (why: string) => reasons.set(why, (reasons.get(why) ?? 0) + 1);

  await using knowledge = await openKnowledge(config);
  await using score = await openSupportScore(() => knowledge.embedder);
  const exampleTools = {
    retriever: knowledge.current(),
    openGuard: sentenceGuard(score),
    room: {
      contextTokens,
      maxTokens: answerTokens,
      countTokens: estimateTokens,
      ...(config.chat.size ? { size: config.chat.size } : {}),
    },
    refusals: request.refusals,
    seed,
  };
  const seen = createNearDuplicates();
  const made: MadeExample[] = [];
  for (const [index, question] of questions.entries()) {
    signal?.throwIfAborted();
    if (seen.addOrFind(`${question.turns.map(({ text }) => text).join('\n')}\n${question.answer}`)) {
      count('near-duplicate');
      continue;
    }
    const examples = await makeExamples(question, exampleTools, { signal });
    if (examples.length === 0) count('no article supports the answer');
    made.push(...examples);
    progress?.(index + 1, questions.length);
  }

  const findings = await findPersonalData(made, tools);
  if (findings.length > 0 && !request.leaveOutPersonal) throw refusal(findings);
  const personal = new Set(findings.map(({ example }) => example));
  const splits = splitExamples(
    made.filter((example) => !personal.has(example)),
    request,
  );
  const train = balanceExamples(splits.train, { by: request.balance, seed });
  if (train.length === 0)
    throw new AppError(
      'bad-input',
      `Nothing to learn from: ${[...reasons].map(([why, many]) => `${many} ${why}`).join(', ') || 'no conversation and no article'}.`,
    );
  const files = { ...splits, train: inOrder(train, seed) };
  const card: TrainingCard = {
    schemaVersion: 1,
    name: request.name,
    createdAt: new Date().toISOString(),
    generation: contents.info.id,
    settings: {
      seed,
      contextTokens,
      refusals: request.refusals,
      validation: request.validation,
      test: request.test,
      balance: request.balance,
    },
    splits: mapSplits((split) => splitFigures(files[split], estimateTokens)),
    balance: balanceFigures(splits.train, train),
    leftOut: Object.fromEntries(reasons),
    sources: contents.info.sources.map(({ name, terms }) => ({ name, terms })),
    personalData: { detectors: detectors.names, leftOut: findings.length },
    files: {},
  };
  return { folder, card: await writeSet(folder, files, card) };
}

interface Detectors extends AsyncDisposable {
  readonly entities: ReturnType<typeof createEntityPass>;
  readonly names: readonly string[];
}

async function openDetectors(
  { personalData: { model, threads } }: Config,
  signal: AbortSignal | undefined,
): Promise<Detectors> {
  const patterns = 'patterns and checksums';
  if (model === 'off')
    return {
      entities: {
        find: async (texts) => texts.map(() => []),
        finish: async () => {},
        counts: { searched: 0, known: 0 },
      },
      names: [patterns],
      async [Symbol.asyncDispose]() {},
    };
  let finder: EntityFinder | undefined = await openOnnxEntityFinder(model, threads);
  const opened = finder;
  return {
    entities: createEntityPass({ openFinder: async () => opened, ...(signal ? { signal } : {}) }),
    names: [patterns, `the model ${opened.modelId}`],
    async [Symbol.asyncDispose]() {
      await finder?.close();
      finder = undefined;
    },
  };
}

/** Ids and kinds, never the values. */
function refusal(findings: readonly PersonalFinding[]): AppError {
  const lines = findings
    .slice(0, 20)
    .map(({ example: { from }, kinds }) => `  ${from.kind} ${from.id}: ${kinds.join(', ')}`);
  return new AppError(
    'bad-input',
    [
      `Nothing was written: personal data may be left in ${findings.length} example(s).`,
      ...lines,
      ...(findings.length > lines.length ? ['  …'] : []),
      'Leave these out with --leave-out-personal, or mend them at their source and ingest again.',
    ].join('\n'),
  );
}

async function writeSet(
  folder: string,
  files: Readonly<Record<SplitName, readonly MadeExample[]>>,
  card: TrainingCard,
): Promise<TrainingCard> {
  const temporary = `${folder}.tmp-${process.pid}`;
  await mkdir(temporary, { recursive: true });
  try {
    const hashes: Record<string, string> = {};
    for (const split of splitNames) {
      const path = join(temporary, `${split}.jsonl`);
      const lines = files[split].map(({ example }) => Buffer.from(`${JSON.stringify(example)}\n`));
      hashes[`${split}.jsonl`] = (await writeDurably(path, lines)).sha256;
      // As whoever reads it will see it.
      refuseProblems(
        path,
        await validateFile(path, {
          atLeast: 0,
          mostTokens: card.settings.contextTokens,
          countTokens: estimateTokens,
        }),
      );
    }
    const whole = { ...card, files: hashes };
    await writeDurably(join(temporary, 'card.json'), [
      Buffer.from(`${JSON.stringify(whole, undefined, 2)}\n`),
    ]);
    await writeDurably(join(temporary, 'card.md'), [Buffer.from(trainingCardMarkdown(whole))]);
    await rename(temporary, folder);
    await syncFolder(join(folder, '..'));
    return whole;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function mapSplits<Value>(value: (split: SplitName) => Value): Record<SplitName, Value> {
  return { train: value('train'), validation: value('validation'), test: value('test') };
}

/** What was made of one article or customer must not stand in a row. */
function inOrder(examples: readonly MadeExample[], seed: number): MadeExample[] {
  return examples
    .map((example, index) => ({ example, rank: shareOf(`${index}`, seed) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ example }) => example);
}
