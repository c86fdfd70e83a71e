// What `answerdesk calibrate` says of its fit, for a terminal.
import type { CalibrationOutcome, JudgedFit } from './calibrate-policy.ts';
import { passagesGiven } from './policy-fit.ts';
import type { PolicyReport } from './policy-report.ts';

export function describeCalibration({ plain, reranked }: CalibrationOutcome): string {
  return [
    describeOne(plain),
    ...(reranked ? [`\nwith ${reranked.reranker}\n${describeOne(reranked)}`] : []),
  ].join('\n');
}

function describeOne({ calibration, report }: JudgedFit): string {
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
