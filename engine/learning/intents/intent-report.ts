// report.html of a training or an evaluation: one file that opens without a network, for the person who labelled the texts.
import { escapeHtml } from '../metrics/escape-html.ts';
import { formatValue } from '../metrics/format-value.ts';
import { reportStyle } from '../metrics/report-style.ts';
import { confusionPicture } from './confusion-picture.ts';
import type { IntentEvaluation, JudgedText } from './evaluate-intents.ts';
import { classFigures, confusionCounts } from './intent-metrics.ts';

export interface IntentReport {
  readonly title: string;
  /** Which model, trained on what. */
  readonly subject: string;
  readonly labels: readonly string[];
  readonly evaluation: IntentEvaluation;
  readonly notes: readonly string[];
}

const shown = 30;

export function toIntentHtml({ title, subject, labels, evaluation, notes }: IntentReport): string {
  const { judged, metrics } = evaluation;
  const picture = Buffer.from(confusionPicture(judged, labels)).toString('base64');
  const figures = Object.values(metrics).map(
    ({ label, value, unit, low, high, n }) =>
      `<li class="fair"><strong>${formatValue(value, unit)}</strong><p>${escapeHtml(label)}</p><small>95 %: ${formatValue(low, unit)} – ${formatValue(high, unit)}, ${n} texts</small></li>`,
  );
  const percent = (share: number) => formatValue(share, 'share');
  const classes = classFigures(judged)
    .sort((a, b) => a.f1 - b.f1)
    .map(({ label, texts, precision, recall, f1 }) => [
      label,
      texts,
      percent(precision),
      percent(recall),
      percent(f1),
    ]);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${reportStyle()}
img { max-width: 100%; height: auto; }</style>
</head>
<body>
<header><h1>${escapeHtml(title)}</h1><p class="subject">${escapeHtml(subject)}</p></header>
<main>
<section id="summary"><h2>In short</h2><ul class="headlines">${figures.join('')}</ul>
${notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`).join('')}</section>
<section><h2>What is taken for what</h2><figure><img alt="Confusion matrix; the table below names the commonest mistakes" src="data:image/svg+xml;base64,${picture}"></figure>
${table(['Meant', 'Guessed', 'Texts'], confusions(evaluation, labels))}</section>
<section><h2>Every class, weakest first</h2>
${table(['Class', 'Texts', 'Precision', 'Recall', 'F1'], classes)}
<p class="note">Precision: of the texts that were given this label, the share that has it. Recall: of the texts that have it, the share that was given it. F1 is high only where both are.</p></section>
<section><h2>Look at these again</h2>
<p>Where the model is sure and still wrong, the label is often what is wrong, or two classes mean the same.</p>
${table(['Line', 'Text', 'Label', 'Guess', 'Probability'], suspects(judged))}</section>
</main>
</body>
</html>
`;
}

function confusions({ judged }: IntentEvaluation, labels: readonly string[]): (string | number)[][] {
  return confusionCounts(judged, labels)
    .flatMap((own, row) => own.map((count, column) => ({ row, column, count })))
    .filter(({ row, column, count }) => row !== column && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, shown)
    .map(({ row, column, count }) => [labels[row]!, labels[column]!, count]);
}

function suspects(judged: readonly JudgedText[]): (string | number)[][] {
  return judged
    .filter(({ expected, guessed }) => expected !== guessed)
    .sort((a, b) => b.probability - a.probability)
    .slice(0, shown)
    .map(({ line, text, expected, guessed, probability }) => [
      line,
      text.slice(0, 300),
      expected,
      guessed,
      formatValue(probability, 'share'),
    ]);
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  if (rows.length === 0) return '<p>None.</p>';
  const cell = (value: string | number) =>
    `<td${typeof value === 'number' || /^[\d.]+ %$/.test(value) ? ' class="number"' : ''}>${escapeHtml(String(value))}</td>`;
  return `<div class="scroll"><table><thead><tr>${head.map((name) => `<th>${name}</th>`).join('')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map(cell).join('')}</tr>`)
    .join('')}</tbody></table></div>`;
}
