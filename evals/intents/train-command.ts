// `intents train`: labels in, a model, its report and its card out.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import { writeIntentModel } from '#rag/intent-model.ts';
import { showProgress } from '../scripts/command.ts';
import { embedTexts } from './embed-texts.ts';
import { describeMetrics, evaluateOn, writeReport } from './eval-command.ts';
import { evaluateIntents, type IntentEvaluation, judgedText } from './evaluate-intents.ts';
import { intentModelCard } from './intent-model-card.ts';
import { type LabelledText, readLabelFile } from './label-file.ts';
import { checkedClasses, trainIntents } from './train-intents.ts';

export interface TrainRequest {
  readonly labels: string;
  readonly out: string;
  readonly name: string;
  readonly report: string;
  readonly precision: number;
  readonly minExamples: number;
  readonly leaveOutSmall: boolean;
  readonly card: string | undefined;
  readonly json: boolean;
}

export async function trainCommand(
  request: TrainRequest,
  { open, signal }: { open: () => Promise<Embedder>; signal: AbortSignal },
): Promise<void> {
  const { rows: read, notes: readNotes } = await readLabelFile(request.labels);
  const about = request.card === undefined ? undefined : await readAbout(request.card);
  const { rows, left } = request.leaveOutSmall
    ? withoutSmall(read, request.minExamples)
    : { rows: read, left: [] };
  const notes = [
    ...readNotes,
    ...(left.length > 0
      ? [`Left out, with fewer than ${request.minExamples} examples: ${left.join(', ')}.`]
      : []),
  ];
  const train = rows.filter(({ split }) => split === 'train');
  const test = rows.filter(({ split }) => split === 'test');
  for (const note of notes) process.stderr.write(`${note}\n`);

  const startedAt = performance.now();
  const texts = train.map(({ text }) => text);
  const labels = train.map(({ label }) => label);
  // Before a minute is spent on vectors.
  checkedClasses(labels, request.minExamples);
  const embedder = await open();
  try {
    const vectors = await embedTexts(embedder, texts, { signal, progress: showProgress });
    const embeddedAt = performance.now();
    const { name, precision, minExamples } = request;
    const trained = await trainIntents(
      { embedder: embedder.modelId, texts, labels, vectors },
      { name, precision, minExamples, signal, progress: showProgress },
    );
    const { model, heldOut } = trained;
    const trainedAt = performance.now();
    const crossValidated = evaluateIntents(
      train.map((row, index) => {
        const { guessed, probability, familiarity } = heldOut[index]!;
        const sure = probability >= (model.sureFrom[guessed] ?? Number.POSITIVE_INFINITY);
        return judgedText(row, { label: guessed, probability, familiarity, sure });
      }),
    );
    const known = test.filter(({ label }) => model.labels.includes(label));
    const tested = known.length > 0 ? await evaluateOn(model, { rows: known, embedder, signal }) : undefined;

    const file = writeIntentModel(model);
    await save(request.out, `${name}.json`, file);
    const best = trained.regularisation.map(({ l2, macroF1 }) => `${l2}: ${(macroF1 * 100).toFixed(1)} %`);
    const shown: IntentEvaluation = tested ?? crossValidated;
    const report = {
      title: `How well does ${name} tell what customers want?`,
      subject: `${model.labels.length} classes, ${train.length} texts of ${basename(request.labels)} · ${model.embedder}`,
      labels: model.labels,
      evaluation: shown,
      notes: [
        tested
          ? `Judged on the ${known.length} texts that the file keeps for testing.`
          : `Judged by cross-validation: each text by a model trained without its fold (${model.training.folds} folds).`,
        `Regularisation ${model.training.l2}, by macro-F1 in cross-validation (${best.join('; ')}).`,
        ...notes,
      ],
    };
    await writeReport(request.report, report, request.out);
    if (about !== undefined) {
      const hash = createHash('sha256').update(file).digest('hex');
      const card = intentModelCard({
        model,
        about,
        hash,
        crossValidated,
        tested,
        bytes: Buffer.byteLength(file),
      });
      await save(request.out, 'MODEL_CARD.md', card);
    }
    const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(1)} s`;
    process.stderr.write(
      `${join(request.out, `${name}.json`)}: ${model.labels.length} classes, ${train.length} texts, ${seconds(startedAt, embeddedAt)} for vectors, ${seconds(embeddedAt, trainedAt)} for training.\n` +
        `Cross-validated:\n${describeMetrics(crossValidated)}\n` +
        (tested ? `On texts kept for testing:\n${describeMetrics(tested)}\n` : '') +
        `${join(request.report, 'report.html')}\n`,
    );
    if (request.json)
      process.stdout.write(
        `${JSON.stringify({ crossValidated: crossValidated.metrics, ...(tested ? { tested: tested.metrics } : {}) })}\n`,
      );
  } finally {
    await embedder.close();
  }
}

async function readAbout(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError(
      'bad-input',
      `${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  });
}

function withoutSmall(
  rows: readonly LabelledText[],
  minExamples: number,
): { rows: LabelledText[]; left: string[] } {
  const train = Map.groupBy(
    rows.filter(({ split }) => split === 'train'),
    ({ label }) => label,
  );
  const isSmall = (label: string) => (train.get(label)?.length ?? 0) < minExamples;
  const left = [...new Set(rows.map(({ label }) => label).filter(isSmall))];
  return {
    rows: rows.filter(({ label }) => !isSmall(label)),
    left: left.map((label) => `${label} (${train.get(label)?.length ?? 0})`),
  };
}

/** Whole or not at all: a server may be reading the old one. */
async function save(folder: string, name: string, content: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const temporary = join(folder, `.${name}.${process.pid}`);
    await writeFile(temporary, content);
    await rename(temporary, join(folder, name));
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `${folder} cannot be written to: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
}
