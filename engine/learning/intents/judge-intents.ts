// Measures a classifier on labelled texts that it was not trained on, and writes the report for people. It prints nothing.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallOptions } from '#core/call-options.ts';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import {
  checkEmbedder,
  guessIntent,
  type IntentModel,
  readIntentModel,
} from '#models/intents/intent-model.ts';
import { confusionPicture } from './confusion-picture.ts';
import { embedTexts, type Progress } from './embed-texts.ts';
import { evaluateIntents, type IntentEvaluation, judgedText } from './evaluate-intents.ts';
import { toIntentHtml } from './intent-report.ts';
import { type LabelledText, readLabelFile } from './label-file.ts';
import { findModelFile } from './model-file.ts';

export interface JudgeRequest {
  /** File or folder. */
  readonly model: string;
  readonly labels: string;
  /** Texts that belong to no class. */
  readonly outOfScope?: string | undefined;
  /** Folder for report.html and confusion.svg. */
  readonly out?: string | undefined;
}

export interface IntentTools extends CallOptions {
  /** Called once everything that can be wrong with files is known to be right. */
  readonly open: () => Promise<Embedder>;
  readonly progress?: Progress | undefined;
}

/** Rejects with `bad-input` for files that cannot be read, classes that the model does not know, and another embedder. */
export async function judgeIntents(
  request: JudgeRequest,
  { open, signal, progress }: IntentTools,
): Promise<{ readonly evaluation: IntentEvaluation; readonly notes: readonly string[] }> {
  const path = await findModelFile(request.model);
  const model = readIntentModel(await readFile(path, 'utf8'), path);
  const { rows, notes } = await readLabelFile(request.labels);
  const outOfScope = request.outOfScope === undefined ? [] : (await readLabelFile(request.outOfScope)).rows;
  const strange = [
    ...new Set(rows.map(({ label }) => label).filter((label) => !model.labels.includes(label))),
  ];
  if (strange.length > 0)
    throw new AppError(
      'bad-input',
      `${request.labels} has ${strange.length} class(es) that ${path} does not know: ${strange.slice(0, 20).join(', ')}. Put texts that belong to no class into a file for --out-of-scope.`,
    );
  const embedder = await open();
  let evaluation: IntentEvaluation;
  try {
    checkEmbedder(model, embedder, path);
    evaluation = await evaluateOn(model, { rows, outOfScope, embedder, signal, progress });
  } finally {
    await embedder.close();
  }
  if (request.out !== undefined)
    await writeReport(request.out, {
      title: `How well does ${model.name} tell what customers want?`,
      subject: `${model.labels.length} classes, trained on ${model.training.texts} texts · ${rows.length} other texts asked · ${model.embedder}`,
      labels: model.labels,
      evaluation,
      notes,
    });
  return { evaluation, notes };
}

export interface EvaluationData {
  readonly rows: readonly (Pick<LabelledText, 'text' | 'label'> & { readonly line?: number })[];
  readonly outOfScope?: readonly Pick<LabelledText, 'text'>[];
  readonly embedder: Embedder;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: Progress | undefined;
}

export async function evaluateOn(
  model: IntentModel,
  { rows, outOfScope = [], embedder, signal, progress }: EvaluationData,
): Promise<IntentEvaluation> {
  const texts = [...rows, ...outOfScope].map(({ text }) => text);
  const vectors = await embedTexts(embedder, texts, { signal, progress });
  const guesses = vectors.map((vector, index) => guessIntent(model, vector, texts[index]!));
  return evaluateIntents(
    rows.map((row, index) => judgedText(row, guesses[index]!)),
    { outOfScope: guesses.slice(rows.length).map(({ familiarity }) => familiarity) },
  );
}

/** report.html, and confusion.svg in `pictures`. */
export async function writeReport(
  folder: string,
  report: Parameters<typeof toIntentHtml>[0],
  pictures = folder,
): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await mkdir(pictures, { recursive: true });
    await writeFile(join(folder, 'report.html'), toIntentHtml(report));
    await writeFile(
      join(pictures, 'confusion.svg'),
      confusionPicture(report.evaluation.judged, report.labels),
    );
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `${folder} cannot be written to: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
}
