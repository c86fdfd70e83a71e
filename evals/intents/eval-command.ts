// `intents eval`: a classifier on labelled texts that it was not trained on.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Embedder } from '#core/embedder.ts';
import { AppError } from '#core/errors.ts';
import { checkEmbedder, guessIntent, type IntentModel, readIntentModel } from '#rag/intent-model.ts';
import { formatValue } from '../report/report.ts';
import { showProgress } from '../scripts/command.ts';
import { confusionPicture } from './confusion-picture.ts';
import { embedTexts } from './embed-texts.ts';
import { evaluateIntents, type IntentEvaluation, judgedText } from './evaluate-intents.ts';
import { toIntentHtml } from './intent-report.ts';
import { type LabelledText, readLabelFile } from './label-file.ts';
import { findModelFile } from './model-file.ts';

export interface EvalRequest {
  readonly model: string;
  readonly labels: string;
  readonly outOfScope: string | undefined;
  readonly out: string | undefined;
  readonly json: boolean;
}

export async function evalCommand(
  request: EvalRequest,
  { open, signal }: { open: () => Promise<Embedder>; signal: AbortSignal },
): Promise<void> {
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
    evaluation = await evaluateOn(model, { rows, outOfScope, embedder, signal });
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
  for (const note of notes) process.stderr.write(`${note}\n`);
  process.stderr.write(`${describeMetrics(evaluation)}\n`);
  if (request.json) process.stdout.write(`${JSON.stringify(evaluation.metrics)}\n`);
}

export interface EvaluationData {
  readonly rows: readonly (Pick<LabelledText, 'text' | 'label'> & { readonly line?: number })[];
  readonly outOfScope?: readonly Pick<LabelledText, 'text'>[];
  readonly embedder: Embedder;
  readonly signal?: AbortSignal | undefined;
}

export async function evaluateOn(
  model: IntentModel,
  { rows, outOfScope = [], embedder, signal }: EvaluationData,
): Promise<IntentEvaluation> {
  const texts = [...rows, ...outOfScope].map(({ text }) => text);
  const vectors = await embedTexts(embedder, texts, { signal, progress: showProgress });
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

export function describeMetrics({ metrics }: IntentEvaluation): string {
  return Object.values(metrics)
    .map(({ label, value, low, high, unit, n }) => {
      const [figure, from, to] = [value, low, high].map((one) => formatValue(one, unit));
      return `${label.padEnd(75)} ${figure} (95 %: ${from} – ${to}, ${n} texts)`;
    })
    .join('\n');
}
