// MODEL_CARD.md beside a classifier. What is true of every classifier is written here; what is true of this one comes from a Markdown file.
import type { IntentModel } from '#models/intents/intent-model.ts';
import { formatValue } from '../metrics/format-value.ts';
import type { Metric } from '../metrics/metric.ts';
import type { IntentEvaluation } from './evaluate-intents.ts';
import { classFigures } from './intent-metrics.ts';

export interface CardFacts {
  readonly model: IntentModel;
  /** Title, data, licences, limits: goes first, as it is. */
  readonly about: string;
  /** SHA-256 of the model's file. */
  readonly hash: string;
  readonly bytes: number;
  readonly crossValidated: IntentEvaluation;
  readonly tested: IntentEvaluation | undefined;
}

export function intentModelCard({ model, about, hash, bytes, crossValidated, tested }: CardFacts): string {
  const { training } = model;
  const figure = (metric: Metric | undefined) => {
    if (!metric) return '';
    const [value, low, high] = [metric.value, metric.low, metric.high].map((one) =>
      formatValue(one, metric.unit),
    );
    return `${value} (${low} – ${high}) of ${metric.n}`;
  };
  const rows = Object.entries(crossValidated.metrics).map(
    ([id, metric]) =>
      `| ${metric.label} | ${figure(metric)} |${tested ? ` ${figure(tested.metrics[id])} |` : ''}`,
  );
  const classes = classFigures((tested ?? crossValidated).judged).map(
    ({ label, texts, precision, recall, f1 }) =>
      `| ${label} | ${texts} | ${formatValue(precision, 'share')} | ${formatValue(recall, 'share')} | ${formatValue(f1, 'share')} | ${sureFrom(model, label)} |`,
  );
  return `${about.trim()}

## How good it is

Every figure with its 95 % interval and the number of texts.

| | cross-validated (${training.folds} folds) |${tested ? ' texts kept for testing |' : ''}
|---|---|${tested ? '---|' : ''}
${rows.join('\n')}

| class | texts | precision | recall | F1 | sure from |
|---|---|---|---|---|---|
${classes.join('\n')}

*Sure from*: the lowest probability from which on ${formatValue(model.precision, 'share')} of the guesses of the class were right in cross-validation.
The class table is of the texts ${tested ? 'kept for testing' : 'in cross-validation'}; [confusion.svg](confusion.svg) is its picture.

## What it is

| | |
|---|---|
| task | one of ${model.labels.length} classes for a customer's message: ${model.labels.join(', ')} |
| kind | multinomial logistic regression on the vectors of a frozen embedder |
| embedder | ${model.embedder}; another one is refused |
| trained on | ${training.texts} texts, SHA-256 of texts and labels ${training.data} |
| regularisation (L2) | ${training.l2}, chosen by cross-validated macro-F1 |
| temperature | ${model.temperature.toFixed(3)} |
| size | ${Math.round(bytes / 1024)} KB |

\`\`\`
sha256(${model.name}.json) = ${hash}
\`\`\`
`;
}

function sureFrom(model: IntentModel, label: string): string {
  const from = model.sureFrom[label];
  return from === undefined || from === null ? 'never' : formatValue(from, 'share');
}
