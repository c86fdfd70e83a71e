// npm run calibrate: fits the policy's coefficients and thresholds on labelled questions, and the groundedness score on labelled pairs.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Calibration, PolicyFit } from '#chat/policy.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { ChunkFilter } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import { chooseEmbedder, openChosenEmbedder } from '#rag/choose-embedder.ts';
import { openReranker } from '#rag/open-reranker.ts';
import { loadConfig } from '#server/config.ts';
import { ablate, describeFit, type JudgedSet } from './calibration/policy-figures.ts';
import {
  defaultErrorBudget,
  type Evidence,
  fitPolicy,
  passagesGiven,
  predictEvidence,
} from './calibration/policy-fit.ts';
import { policyPicture } from './calibration/policy-picture.ts';
import { type PolicyReport, reportOn } from './calibration/policy-report.ts';
import { type CollectOptions, collectEvidence, toQuestionSet } from './calibration/question-sets.ts';
import { weighEvidence } from './calibration/weigh-evidence.ts';
import { fitGroundedness, readGroundednessPairs } from './judging/groundedness.ts';
import { runCommand } from './scripts/command.ts';

const help = `Fits when the desk answers, asks back or declines, on questions whose articles are known.

  npm run calibrate
  npm run calibrate -- my-questions.jsonl --error-budget 0.02
  npm run calibrate -- data/evals/golden.jsonl other.jsonl=var/other --out data/models/policy.json
  npm run calibrate -- a.jsonl=var/a b.jsonl=var/b c.jsonl=var/c --test d.jsonl=var/d --report var/calibration

Each line: {"id","turns":[{"role","text"}],"gold":["document id", …]}; gold is empty for a question that must not be answered.
"stratum" may say what kind that is: near-miss, neighbouring, foreign (of another help centre: reported apart).
FILE=DIR asks the knowledge base in DIR instead of the one in ANSWERDESK_DATA_DIR. From three files on, each is judged by a fit on
the others. Where a reranker is configured, a second fit is made for the evidence that has its scores.

  --out FILE         where to write the fit; without it, it is only shown
  --error-budget S   at most this share of all questions is answered wrongly and with confidence (default ${defaultErrorBudget});
                     the fit also has the thresholds of other budgets, for ANSWERDESK_ERROR_BUDGET
  --unanswerable-share S  weigh the questions as if this share of them had no answer; default: as in the files
  --test FILE=DIR    questions that are only for judging the fit; may be repeated
  --report DIR       write figures.md and a picture of risk, coverage and reliability there
  --ablation         also what each feature brings
  --groundedness-out FILE  where to write the groundedness score, fitted anew for the embedder (the server reads data/models/groundedness.json)
  --language L       only passages in this language
  --json             the fit and its report on standard output
  --help
`;

const groundednessPairsPath = join(import.meta.dirname, '../data/evals/support-pairs.jsonl');

await runCommand({
  help,
  options: {
    out: { type: 'string' },
    'groundedness-out': { type: 'string' },
    'error-budget': { type: 'string', default: String(defaultErrorBudget) },
    'unanswerable-share': { type: 'string' },
    test: { type: 'string', multiple: true, default: [] },
    report: { type: 'string' },
    ablation: { type: 'boolean', default: false },
    language: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
  async run({ values, positionals }, signal) {
    const errorBudget = toShare('--error-budget', values['error-budget']);
    const share = values['unanswerable-share'];
    const unanswerableShare = share === undefined ? undefined : toShare('--unanswerable-share', share);
    const config = loadConfig();
    const files = positionals.length > 0 ? positionals : ['data/evals/golden.jsonl'];
    // The model that the first knowledge base was made with: all have to be of one.
    const { dataDir } = toQuestionSet(files[0]!, config.dataDir);
    const embedder = await openChosenEmbedder(await chooseEmbedder(config.embedder, dataDir));
    const reranker = await openReranker(config.reranker).catch(async (thrown) => {
      await embedder.close();
      throw thrown;
    });
    try {
      const filter: ChunkFilter = {
        audiences: ['customer'],
        ...(values.language ? { languages: [values.language] } : {}),
      };
      const options = { embedder, reranker, filter, signal };
      const [fitOn, testOn] = [
        await collect(files, config.dataDir, options),
        await collect(values.test, config.dataDir, options),
      ];
      const judge = (kind: 'plain' | 'reranked') => {
        const rows = weighEvidence(fitOn[kind], { unanswerableShare });
        const { calibration, predictions } = fitPolicy(rows, { embedder: embedder.modelId, errorBudget });
        const sets: JudgedSet[] = [
          ...bySet(predictions, false),
          ...bySet(predictEvidence(testOn[kind], calibration), true),
        ];
        const ablation = values.ablation ? { ablation: ablate(rows) } : {};
        return { calibration, sets, ablation, report: reportOn(predictions, calibration) };
      };
      const plain = judge('plain');
      const reranked = reranker ? judge('reranked') : undefined;
      const written = {
        ...plain.calibration,
        report: plain.report,
        ...(reranker && reranked
          ? {
              reranked: {
                reranker: reranker.modelId,
                ...withoutEmbedder(reranked.calibration),
                report: reranked.report,
              },
            }
          : {}),
      };
      if (values.out) await writeFile(values.out, `${JSON.stringify(written, undefined, 2)}\n`);
      if (values.report) {
        await mkdir(values.report, { recursive: true });
        const judged = [
          { name: 'plain', title: `Evidence of ${embedder.modelId} and words`, ...plain },
          ...(reranked
            ? [{ name: 'reranked', title: `The same and ${reranker!.modelId}`, ...reranked }]
            : []),
        ];
        const parts = judged.map(
          ({ name, title, calibration, sets, ablation }) =>
            `${describeFit(title, calibration, { sets, ...ablation })}\n\n![Risk by coverage, and reliability](${name}.svg)`,
        );
        await writeFile(
          join(values.report, 'figures.md'),
          `# Figures of the fit\n\nWritten by \`npm run calibrate\`; what they mean: docs/abstention.md.\n\n${parts.join('\n\n')}\n`,
        );
        for (const { name, calibration, sets } of judged)
          await writeFile(
            join(values.report, `${name}.svg`),
            policyPicture(sets.map(ownQuestions), calibration.answerFrom),
          );
      }
      if (values['groundedness-out']) {
        const { model } = await fitGroundedness(
          await readGroundednessPairs(groundednessPairsPath),
          embedder,
          {
            signal,
          },
        );
        await writeFile(values['groundedness-out'], `${JSON.stringify(model, undefined, 2)}\n`);
      }
      if (values.json) process.stdout.write(`${JSON.stringify(written)}\n`);
      process.stderr.write(`${summary(plain.calibration, plain.report)}\n`);
      if (reranked)
        process.stderr.write(
          `\nwith ${reranker!.modelId}\n${summary(reranked.calibration, reranked.report)}\n`,
        );
    } finally {
      await reranker?.close();
      await embedder.close();
    }
  },
});

async function collect(
  sets: readonly string[],
  dataDir: string,
  options: CollectOptions & CallOptions,
): Promise<{ plain: Evidence[]; reranked: Evidence[] }> {
  const plain: Evidence[] = [];
  const reranked: Evidence[] = [];
  for (const set of sets) {
    const found = await collectEvidence(toQuestionSet(set, dataDir), options);
    plain.push(...found.plain);
    reranked.push(...(found.reranked ?? []));
  }
  return { plain, reranked };
}

function bySet(predictions: JudgedSet['predictions'], isTest: boolean): JudgedSet[] {
  return [...Map.groupBy(predictions, ({ group }) => group)].map(([name, own]) => ({
    name: name ?? 'questions',
    isTest,
    predictions: own,
  }));
}

function ownQuestions(set: JudgedSet): JudgedSet {
  return { ...set, predictions: set.predictions.filter(({ stratum }) => stratum !== 'foreign') };
}

function withoutEmbedder({ embedder: _embedder, ...fit }: Calibration): PolicyFit {
  return fit;
}

function toShare(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && value < 1) return value;
  throw new AppError('bad-request', `${name} must lie between 0 and 1.`);
}

function summary(calibration: Calibration, report: PolicyReport): string {
  const percent = ({ share, n, interval }: PolicyReport['answered']) =>
    `${(share * 100).toFixed(1)} % of ${n} (95 %: ${(interval[0]! * 100).toFixed(1)} – ${(interval[1]! * 100).toFixed(1)})`;
  return [
    `${report.questions} questions, each judged by a fit that had not seen it; embedder ${calibration.embedder}`,
    `passage with the answer among the ${passagesGiven} given   ${percent(report.passageFound)}`,
    `telling found from not found, AUROC            ${report.auroc.toFixed(3)}, calibration error ${report.calibrationError.toFixed(3)} (by chance alone ${report.calibrationErrorByChance.toFixed(3)})`,
    `questions answered wrongly and with confidence ${percent(report.wrongAndSure)}`,
    `answers whose passages lack the answer         ${percent(report.answeredWithoutPassage)}`,
    `answerable questions answered                  ${percent(report.answerableAnswered)}, declined ${percent(report.answerableDeclined)}`,
    `unanswerable questions answered                ${percent(report.unanswerableAnswered)}, declined ${percent(report.unanswerableDeclined)}`,
    `answer from ${calibration.answerFrom}, ask back from ${calibration.clarifyFrom}`,
    ...(calibration.errorBudgets ?? []).map(
      ({ budget, answerFrom, coverage, answerableAnswered }) =>
        `error budget ${(budget * 100).toFixed(1)} %: answer from ${answerFrom}, ${(coverage * 100).toFixed(0)} % of questions answered, ${(answerableAnswered * 100).toFixed(0)} % of the answerable ones`,
    ),
  ].join('\n');
}
