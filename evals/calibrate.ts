// npm run calibrate: fits the policy's coefficients and thresholds on labelled questions, and the support score on labelled pairs.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Calibration } from '#chat/policy.ts';
import type { ChunkFilter } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import { chooseEmbedder, openChosenEmbedder } from '#rag/choose-embedder.ts';
import { openKnowledgeBase } from '#rag/knowledge-base.ts';
import { loadConfig } from '#server/config.ts';
import {
  defaultMaxError,
  type Evidence,
  evidenceOf,
  fitPolicy,
  passagesGiven,
} from './calibration/policy-fit.ts';
import { fitSupportScorer, readSupportPairs } from './judging/support-score.ts';
import { runCommand } from './scripts/command.ts';

const help = `Fits when the desk answers, asks back or declines, on questions whose articles are known.

  npm run calibrate
  npm run calibrate -- my-questions.jsonl
  npm run calibrate -- data/evals/golden.jsonl other.jsonl=var/other --out data/models/policy.json

Each line: {"id","turns":[{"role","text"}],"gold":["document id", …]}; gold is empty for a question that must not be answered.
FILE=DIR asks the knowledge base in DIR instead of the one in ANSWERDESK_DATA_DIR.

  --out FILE         where to write the fit; without it, it is only shown
  --support-out FILE where to write the support score, fitted anew for the embedder (the server reads data/models/support.json)
  --max-error SHARE  answer from the confidence on at which at most this share of the answers lacks its passage (default ${defaultMaxError})
  --language L       only passages in this language
  --json             the report on standard output
  --help
`;

const caseSchema = z.object({
  id: z.union([z.string(), z.number()]),
  turns: z.array(z.object({ role: z.enum(['customer', 'agent']), text: z.string() })).min(1),
  gold: z.array(z.string()),
});

const supportPairsPath = join(import.meta.dirname, '../data/evals/support-pairs.jsonl');

await runCommand({
  help,
  options: {
    out: { type: 'string' },
    'support-out': { type: 'string' },
    'max-error': { type: 'string', default: String(defaultMaxError) },
    language: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
  async run({ values, positionals }, signal) {
    const maxError = Number(values['max-error']);
    if (!(maxError > 0 && maxError < 1))
      throw new AppError('bad-request', '--max-error must lie between 0 and 1.');
    const config = loadConfig();
    const embedder = await openChosenEmbedder(await chooseEmbedder(config.embedder, config.dataDir));
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
          const row = await evidenceOf({ turns, gold }, knowledge.current(), { filter, signal });
          if (row) rows.push(row);
        }
        await knowledge.close();
      }
      const { calibration, report } = fitPolicy(rows, { embedder: embedder.modelId, maxError });
      if (values.out)
        await writeFile(values.out, `${JSON.stringify({ ...calibration, report }, undefined, 2)}\n`);
      if (values['support-out']) {
        const { model } = await fitSupportScorer(await readSupportPairs(supportPairsPath), embedder, {
          signal,
        });
        await writeFile(values['support-out'], `${JSON.stringify(model, undefined, 2)}\n`);
      }
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
