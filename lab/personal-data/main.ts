// `npm run measure-redaction [-- --presidio FILE] [-- --show]`: personal data found in data/evals/personal-data, by patterns alone, with the
// model, and by Presidio where presidio.py has written what it found. `--show` names what was missed in tuning.jsonl; the test set is only counted.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { packagePath } from '#core/package-root.ts';
import { openOnnxEntityFinder } from '#models/personal-data/onnx-entity-finder.ts';
import { withEntities } from '#redact/entity-findings.ts';
import { createDefaultRedactor } from '#redact/redaction-profile.ts';
import { f2, type LabelledLine, type RedactionScore, type Span, scoreRedaction } from './score-redaction.ts';

const { values: options } = parseArgs({
  options: { presidio: { type: 'string' }, show: { type: 'boolean', default: false } },
});
const redactor = createDefaultRedactor();
const finder = await openOnnxEntityFinder(packagePath('data/models/personal-data'));
const presidio = new Map<string, Span[]>();
if (options.presidio) {
  for (const { id, spans } of await readLines<{ id: string; spans: [number, number][] }>(options.presidio))
    presidio.set(
      id,
      spans.map(([start, end]) => ({ start, end })),
    );
}

for (const part of ['tuning', 'test']) {
  const lines = await readLines<LabelledLine>(packagePath(`data/evals/personal-data/${part}.jsonl`));
  const started = performance.now();
  const entities = await finder.find(lines.map(({ text }) => text));
  const seconds = (performance.now() - started) / 1000;
  const scores: [string, RedactionScore][] = [
    [
      'patterns',
      scoreRedaction(
        lines,
        lines.map(({ text }) => redactor.findings(text, 'transcript')),
      ),
    ],
    ['model alone', scoreRedaction(lines, entities)],
    [
      'patterns and model',
      scoreRedaction(
        lines,
        lines.map(({ text }, index) =>
          withEntities(text, redactor.findings(text, 'transcript'), { entities: entities[index]! }),
        ),
      ),
    ],
  ];
  if (presidio.size > 0) {
    const found = lines.map(({ id, text }) => offsetsInUnits(text, presidio.get(id) ?? []));
    scores.push(['Presidio', scoreRedaction(lines, found)]);
  }
  process.stdout.write(
    `\n## ${part}: ${lines.length} lines, model ${(lines.length / seconds).toFixed(0)} lines/s\n\n${table(scores)}`,
  );
  if (options.show && part === 'tuning') {
    const { missed, wrong } = scores[2]![1];
    process.stdout.write(
      `\nMissed:\n${missed.join('\n')}\n\nTaken for personal data:\n${wrong.join('\n')}\n`,
    );
  }
}
await finder.close();

function table(scores: readonly (readonly [string, RedactionScore])[]): string {
  const share = (part: number, whole: number) => (whole === 0 ? '–' : `${part} of ${whole}`);
  const figure = (part: number, whole: number) =>
    whole === 0 ? '–' : (part / whole).toFixed(3).replace(/^0/, '');
  const row = (name: string, cell: (score: RedactionScore) => string) =>
    `| ${name} | ${scores.map(([, score]) => cell(score)).join(' | ')} |\n`;
  const classes = [...scores[0]![1].byClass.keys()].sort();
  const languages = [...scores[0]![1].byLanguage.keys()].sort();
  return (
    `|  | ${scores.map(([name]) => name).join(' | ')} |\n|---|${scores.map(() => '---|').join('')}\n` +
    row('recall', (score) => figure(score.found, score.values)) +
    row('precision', (score) => figure(score.right, score.findings)) +
    row('F2', (score) => f2(score).toFixed(3).replace(/^0/, '')) +
    row('clean lines touched', (score) => share(score.cleanLinesTouched, score.cleanLines)) +
    classes
      .map((name) =>
        row(name, ({ byClass }) => share(byClass.get(name)?.found ?? 0, byClass.get(name)?.values ?? 0)),
      )
      .join('') +
    languages
      .map((name) =>
        row(name, ({ byLanguage }) =>
          share(byLanguage.get(name)?.found ?? 0, byLanguage.get(name)?.values ?? 0),
        ),
      )
      .join('')
  );
}

/** Python counts code points, JavaScript UTF-16 code units. */
function offsetsInUnits(text: string, spans: readonly Span[]): Span[] {
  const unit = (point: number) => [...text].slice(0, point).join('').length;
  return spans.map(({ start, end }) => ({ start: unit(start), end: unit(end) }));
}

async function readLines<Row>(path: string): Promise<Row[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row);
}
