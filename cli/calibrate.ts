// `answerdesk calibrate`: fits the thresholds for answering. It only takes the arguments apart.
import { loadConfig } from '#app/config.ts';
import { AppError } from '#core/errors.ts';
import { packagePath } from '#core/package-root.ts';
import { calibratePolicy, fitFile } from '#learning/calibration/calibrate-policy.ts';
import { describeCalibration } from '#learning/calibration/describe-calibration.ts';
import { defaultErrorBudget } from '#learning/calibration/policy-fit.ts';
import { toQuestionSet } from '#learning/calibration/question-sets.ts';
import { defineCommand } from './command.ts';

const help = `Fits when the desk answers, asks back or declines, on questions whose articles are known.

  answerdesk calibrate
  answerdesk calibrate my-questions.jsonl --error-budget 0.02
  answerdesk calibrate data/evals/golden.jsonl other.jsonl=var/other --out data/models/calibration.json
  answerdesk calibrate a.jsonl=var/a b.jsonl=var/b c.jsonl=var/c --test d.jsonl=var/d --report var/calibration

Each line: {"id","turns":[{"role","text"}],"gold":["document id", …]}. If no document answers, gold is empty.
"stratum" may say of which kind such a question is: near-miss, neighbouring, or foreign (of another help centre, reported apart).
FILE=DIR asks the knowledge base in DIR instead of the one in ANSWERDESK_DATA_DIR. With three files or more, a fit on the others
judges each. If a reranker is configured, a second fit uses its scores.

  --out FILE               where to write the fit; without it, the fit is only shown
  --error-budget S         the largest share of all questions that may be answered wrongly and with confidence
                           (default ${defaultErrorBudget}); the fit also holds the thresholds of other budgets, for ANSWERDESK_ERROR_BUDGET
  --unanswerable-share S   weigh the questions as if this share of them had no answer (default: as in the files)
  --test FILE=DIR          questions that only judge the fit; may be repeated
  --report DIR             where to write figures.md and a picture of risk, coverage and reliability
  --ablation               also show what each feature brings
  --groundedness-out FILE  fit the groundedness score for the embedder, too, and write it there; the server reads
                           data/models/groundedness.json
  --language L             only passages in this language
  --json                   the fit and its report on standard output
  --help

Exit codes: 0 done; 1 failed; 2 bad usage or input.
`;

const groundednessPairsPath = packagePath('data/evals/support-pairs.jsonl');

export const command = defineCommand({
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
  },
  async run({ values, positionals }, signal) {
    const errorBudget = toShare('--error-budget', values['error-budget']);
    const share = values['unanswerable-share'];
    const unanswerableShare = share === undefined ? undefined : toShare('--unanswerable-share', share);
    const config = loadConfig();
    const setOf = (argument: string) => toQuestionSet(argument, config.dataDir);
    const groundednessOut = values['groundedness-out'];
    const outcome = await calibratePolicy(
      {
        fitOn: (positionals.length > 0 ? positionals : [packagePath('data/evals/golden.jsonl')]).map(setOf),
        testOn: values.test.map(setOf),
        errorBudget,
        unanswerableShare,
        language: values.language,
        ablation: values.ablation,
        out: values.out,
        reportDir: values.report,
        groundedness:
          groundednessOut === undefined ? undefined : { pairs: groundednessPairsPath, out: groundednessOut },
      },
      config,
      { signal },
    );
    if (values.json) process.stdout.write(`${JSON.stringify(fitFile(outcome))}\n`);
    process.stderr.write(`${describeCalibration(outcome)}\n`);
  },
});

function toShare(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && value < 1) return value;
  throw new AppError('bad-request', `${name} must lie between 0 and 1.`);
}
