// npm run calibrate: fits the policy's coefficients and thresholds on labelled questions. A question counts as answerable when the
// passages that a chat model would be given hold a gold document: the policy must know what retrieval found, not what exists.
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { condense } from '#chat/condense.ts';
import { type Calibration, decideBeforeRetrieval, evidenceFeatures, featureNames } from '#chat/policy.ts';
import type { ChunkFilter } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import { openKnowledgeBase } from '#rag/knowledge-base.ts';
import { openEmbedder } from '#rag/open-embedder.ts';
import { loadConfig } from '#server/config.ts';
import { fitLogistic, type LabelledRow, predictLogistic } from './calibration/logistic-regression.ts';
import {
  auroc,
  expectedCalibrationError,
  type Prediction,
  wilsonInterval,
} from './metrics/classification.ts';
import { runCommand } from './scripts/command.ts';

const help = `Fits when the desk answers, asks back or declines, on questions whose articles are known.

  npm run calibrate
  npm run calibrate -- my-questions.jsonl
  npm run calibrate -- data/evals/golden.jsonl other.jsonl=var/other --out data/models/policy.json

Each line: {"id","turns":[{"role","text"}],"gold":["document id", …]}; gold is empty for a question that must not be answered.
FILE=DIR asks the knowledge base in DIR instead of the one in ANSWERDESK_DATA_DIR.

  --out FILE         where to write the fit; without it, it is only shown
  --max-error SHARE  answer from the confidence on at which at most this share of the answers lacks its passage (default 0.23)
  --language L       only passages in this language
  --json             the report on standard output
  --help
`;

const caseSchema = z.object({
  id: z.union([z.string(), z.number()]),
  turns: z.array(z.object({ role: z.enum(['customer', 'agent']), text: z.string() })).min(1),
  gold: z.array(z.string()),
});

/** Passages that a chat model is given, as in server/chat/answer.ts. */
const passagesGiven = 5;
const folds = 5;

interface Evidence extends LabelledRow {
  readonly answerable: boolean;
}

await runCommand({
  help,
  options: {
    out: { type: 'string' },
    'max-error': { type: 'string', default: '0.23' },
    language: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
  async run({ values, positionals }, signal) {
    const maxError = Number(values['max-error']);
    if (!(maxError > 0 && maxError < 1))
      throw new AppError('bad-request', '--max-error must lie between 0 and 1.');
    const config = loadConfig();
    const embedder = await openEmbedder(config.embedder);
    try {
      const filter: ChunkFilter = {
        audiences: ['customer'],
        ...(values.language ? { languages: [values.language] } : {}),
      };
      const sets = positionals.length > 0 ? positionals : ['data/evals/golden.jsonl'];
      const rows: Evidence[] = [];
      for (const set of sets) {
        const [file, dataDir = config.dataDir] = set.split('=') as [string, string?];
        const knowledge = await openKnowledgeBase({ dataDir, embedder, pollIntervalMs: 0 });
        for (const { turns, gold } of await readCases(file)) {
          if (decideBeforeRetrieval({ question: turns.at(-1)!.text })) continue;
          const passages = (
            await knowledge.current().retrieve(condense(turns).query, { k: 10, filter, signal })
          ).slice(0, passagesGiven);
          const features = evidenceFeatures(passages);
          rows.push({
            features: featureNames.map((name) => features[name]),
            label: passages.some(({ chunk }) => gold.includes(chunk.documentId)),
            answerable: gold.length > 0,
          });
        }
        await knowledge.close();
      }
      const { calibration, report } = fitPolicy(rows, embedder.modelId, maxError);
      if (values.out)
        await writeFile(values.out, `${JSON.stringify({ ...calibration, report }, undefined, 2)}\n`);
      if (values.json) process.stdout.write(`${JSON.stringify({ ...calibration, report })}\n`);
      process.stderr.write(`${describeReport(calibration, report)}\n`);
    } finally {
      await embedder.close();
    }
  },
});

async function readCases(path: string): Promise<z.infer<typeof caseSchema>[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError(
      'bad-input',
      `${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  });
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      try {
        return caseSchema.parse(JSON.parse(line));
      } catch (cause) {
        throw new AppError('bad-input', `${path}, line ${index + 1}: not a case with id, turns and gold.`, {
          cause,
        });
      }
    });
}

/** Every figure comes from questions that the fit which judged them had not seen (cross-validation). */
function fitPolicy(rows: readonly Evidence[], embedder: string, maxError: number) {
  if (rows.length < 50 || rows.every((row) => row.label) || !rows.some((row) => row.label)) {
    throw new AppError(
      'bad-input',
      `${rows.length} questions are too few, or all alike: at least 50, answerable and unanswerable ones, are needed.`,
    );
  }
  const models = Array.from({ length: folds }, (_, fold) =>
    fitLogistic(rows.filter((_row, index) => index % folds !== fold)),
  );
  const predictions = rows.map(({ features, label, answerable }, index) => ({
    probability: predictLogistic(models[index % folds]!, features),
    label,
    answerable,
  }));
  const answerFrom = thresholdFor(predictions, maxError);
  // Below this, a list of articles to choose from would hold the right one less often than two times in five.
  const clarifyFrom = Math.min(answerFrom, thresholdWhere(predictions, 0.4));
  const model = fitLogistic(rows);
  const calibration: Calibration = {
    embedder,
    coefficients: Object.fromEntries(
      featureNames.map((name, index) => [name, round(model.coefficients[index]!)]),
    ) as Calibration['coefficients'],
    intercept: round(model.intercept),
    answerFrom: round(answerFrom),
    clarifyFrom: round(clarifyFrom),
  };
  const share = (part: readonly unknown[], whole: readonly unknown[]) => ({
    share: round(part.length / Math.max(1, whole.length)),
    n: whole.length,
    interval: wilsonInterval(part.length, whole.length).map(round),
  });
  const answered = predictions.filter(({ probability }) => probability >= answerFrom);
  const answerable = predictions.filter((prediction) => prediction.answerable);
  const unanswerable = predictions.filter((prediction) => !prediction.answerable);
  const declined = (list: readonly Prediction[]) =>
    list.filter(({ probability }) => probability < clarifyFrom);
  return {
    calibration,
    report: {
      questions: rows.length,
      passageFound: share(
        rows.filter((row) => row.label),
        answerable,
      ),
      auroc: round(auroc(predictions)),
      calibrationError: round(expectedCalibrationError(predictions)),
      answeredWithoutPassage: share(
        answered.filter(({ label }) => !label),
        answered,
      ),
      answerableAnswered: share(
        answerable.filter(({ probability }) => probability >= answerFrom),
        answerable,
      ),
      answerableDeclined: share(declined(answerable), answerable),
      unanswerableAnswered: share(
        unanswerable.filter(({ probability }) => probability >= answerFrom),
        unanswerable,
      ),
      unanswerableDeclined: share(declined(unanswerable), unanswerable),
    },
  };
}

/** The lowest confidence from which on the share of wrong ones stays within the limit. */
function thresholdFor(predictions: readonly Prediction[], maxError: number): number {
  const sorted = [...predictions].sort((a, b) => b.probability - a.probability);
  let wrong = 0;
  let best = 0.99;
  for (const [index, { probability, label }] of sorted.entries()) {
    if (!label) wrong++;
    if (wrong / (index + 1) <= maxError) best = probability;
  }
  return best;
}

/** The confidence around which the given share is right. */
function thresholdWhere(predictions: readonly Prediction[], share: number): number {
  const sorted = [...predictions].sort((a, b) => a.probability - b.probability);
  const window = Math.max(20, Math.floor(sorted.length / 10));
  for (let start = 0; start + window <= sorted.length; start++) {
    const part = sorted.slice(start, start + window);
    if (part.filter(({ label }) => label).length / window >= share)
      return part[Math.floor(window / 2)]!.probability;
  }
  return 0;
}

function describeReport(calibration: Calibration, report: ReturnType<typeof fitPolicy>['report']): string {
  const percent = ({ share, n, interval }: { share: number; n: number; interval: number[] }) =>
    `${(share * 100).toFixed(1)} % of ${n} (95 %: ${(interval[0]! * 100).toFixed(1)} – ${(interval[1]! * 100).toFixed(1)})`;
  return [
    `${report.questions} questions, cross-validated; embedder ${calibration.embedder}`,
    `passage with the answer among the ${passagesGiven} given   ${percent(report.passageFound)}`,
    `telling found from not found, AUROC            ${report.auroc.toFixed(3)}, calibration error ${report.calibrationError.toFixed(3)}`,
    `answers whose passages lack the answer         ${percent(report.answeredWithoutPassage)}`,
    `answerable questions answered                  ${percent(report.answerableAnswered)}, declined ${percent(report.answerableDeclined)}`,
    `unanswerable questions answered                ${percent(report.unanswerableAnswered)}, declined ${percent(report.unanswerableDeclined)}`,
    `answer from ${calibration.answerFrom}, ask back from ${calibration.clarifyFrom}`,
  ].join('\n');
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
