// From a file of labels to a classifier: trains, measures, and writes the model, its report and its card. It prints nothing.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '#core/errors.ts';
import { type IntentModel, writeIntentModel } from '#models/intents/intent-model.ts';
import { embedTexts } from './embed-texts.ts';
import { evaluateIntents, type IntentEvaluation, judgedText } from './evaluate-intents.ts';
import { intentModelCard } from './intent-model-card.ts';
import { evaluateOn, type IntentTools, writeReport } from './judge-intents.ts';
import { type LabelledText, readLabelFile } from './label-file.ts';
import { checkedClasses, trainIntents } from './train-intents.ts';

export interface LearnRequest {
  readonly labels: string;
  /** Folder for NAME.json, confusion.svg and the card. */
  readonly out: string;
  readonly name: string;
  /** Folder for report.html. */
  readonly report: string;
  readonly precision: number;
  readonly minExamples: number;
  readonly leaveOutSmall: boolean;
  /** Markdown that goes into MODEL_CARD.md; no card without it. */
  readonly card?: string | undefined;
}

export interface LearnTools extends IntentTools {
  /** Told what was left out, before the minutes that training takes. */
  readonly say: (text: string) => void;
}

export interface LearnedIntents {
  readonly model: IntentModel;
  readonly modelFile: string;
  readonly reportFile: string;
  readonly crossValidated: IntentEvaluation;
  /** On the texts that the file keeps for testing, where there are some. */
  readonly tested?: IntentEvaluation;
  readonly embeddingMs: number;
  readonly trainingMs: number;
}

/** Rejects with `bad-input` for labels that cannot be read, classes with too few texts, and folders that cannot be written to. */
export async function learnIntents(
  request: LearnRequest,
  { open, signal, progress, say }: LearnTools,
): Promise<LearnedIntents> {
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
  for (const note of notes) say(note);

  const startedAt = performance.now();
  const texts = train.map(({ text }) => text);
  const labels = train.map(({ label }) => label);
  // Before a minute is spent on vectors.
  checkedClasses(labels, request.minExamples);
  const embedder = await open();
  try {
    const vectors = await embedTexts(embedder, texts, { signal, progress });
    const embeddedAt = performance.now();
    const { name, precision, minExamples } = request;
    const trained = await trainIntents(
      { embedder: embedder.modelId, texts, labels, vectors },
      { name, precision, minExamples, signal, progress },
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
    const tested =
      known.length > 0 ? await evaluateOn(model, { rows: known, embedder, signal, progress }) : undefined;

    const file = writeIntentModel(model);
    await save(request.out, `${name}.json`, file);
    const best = trained.regularisation.map(({ l2, macroF1 }) => `${l2}: ${(macroF1 * 100).toFixed(1)} %`);
    const report = {
      title: `How well does ${name} tell what customers want?`,
      subject: `${model.labels.length} classes, ${train.length} texts of ${basename(request.labels)} · ${model.embedder}`,
      labels: model.labels,
      evaluation: tested ?? crossValidated,
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
    return {
      model,
      modelFile: join(request.out, `${name}.json`),
      reportFile: join(request.report, 'report.html'),
      crossValidated,
      ...(tested ? { tested } : {}),
      embeddingMs: embeddedAt - startedAt,
      trainingMs: trainedAt - embeddedAt,
    };
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
