// npm run -s lab -- CASES…: what each part of the search brings, on a team's own questions and knowledge base.
import { basename } from 'node:path';
import { loadConfig } from '#app/config.ts';
import { openKnowledge } from '#app/open-knowledge.ts';
import { createQuestionRewriter } from '#chat/understand/rewrite-question.ts';
import { defineCommand, runCommand } from '#cli/command.ts';
import { AppError } from '#core/errors.ts';
import { type EvalCase, readCases } from '#evals/cases/eval-case.ts';
import { openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { openWritingModel } from '#models/chat/open-chat-model.ts';
import { compareRankers, describeRows, type RankerRow } from './compare-rankers.ts';
import { followUpRankers, partRankers } from './rankers.ts';

const help = `Shows what each part of the search brings: words and meaning alone and together, their weights, and how follow-ups are searched for.

  npm run -s lab -- data/evals/golden.jsonl
  npm run -s lab -- my-questions.jsonl other.jsonl=var/other
  npm run -s lab -- my-questions.jsonl --json > lab.json

Each line: {"id","turns":[{"role","text"}],"standalone","gold":["document id", …]}, as for answerdesk evals; cases without gold are left out.
FILE=DIR asks the knowledge base in DIR instead of the one in ANSWERDESK_DATA_DIR. ADAPTER:FILE reads a public data set.
With a chat model configured, its rewriting of follow-ups is measured too.

  --rewrite-timeout MS  how long the chat model may take for one question (default 3000)
  --json                figures on standard output
  --help
`;

interface SetReport {
  readonly set: string;
  readonly embedder: string;
  readonly parts: readonly RankerRow[];
  readonly followUps: readonly RankerRow[];
}

const command = defineCommand({
  help,
  options: {
    'rewrite-timeout': { type: 'string', default: '3000' },
    json: { type: 'boolean' },
  },
  async run({ values, positionals }, signal) {
    if (positionals.length === 0) throw new AppError('bad-request', `CASES is missing.\n\n${help}`);
    const timeoutMs = Number(values['rewrite-timeout']);
    if (!(timeoutMs > 0)) throw new AppError('bad-request', '--rewrite-timeout must be a number above 0.');
    const config = loadConfig();
    const reports: SetReport[] = [];
    for (const set of positionals) {
      const [reference, dataDir = config.dataDir] = set.split('=') as [string, string?];
      const cases = (await readCases(reference)).filter(({ gold }) => gold.length > 0);
      await using knowledge = await openKnowledge({ ...config, dataDir });
      const served = knowledge.current();
      const generation = await openCurrentGeneration(dataDir);
      if (!generation)
        throw new AppError('knowledge-base-missing', `There is no knowledge base in ${dataDir}.`);
      const known = new Set(generation.chunks.map(({ documentId }) => documentId));
      const judged = cases.filter(({ gold }) => gold.some((id) => known.has(id)));
      if (judged.length === 0)
        throw new AppError('bad-input', `No case of ${reference} has a gold document that is in ${dataDir}.`);
      if (judged.length < cases.length)
        process.stderr.write(
          `${reference}: ${cases.length - judged.length} cases left out, none of their gold documents is in the knowledge base\n`,
        );
      const rewriteQuestion =
        config.chat.model === 'extractive'
          ? undefined
          : createQuestionRewriter((await openWritingModel(config.chat)).model, { timeoutMs });
      const lab = {
        generation,
        embedder: knowledge.embedder,
        served,
        ...(rewriteQuestion ? { rewriteQuestion } : {}),
      };
      const several = judged.filter((evalCase: EvalCase) => evalCase.turns.length > 1);
      const report: SetReport = {
        set: reference,
        embedder: knowledge.embedder.modelId,
        parts: await compareRankers(partRankers(lab), judged, { signal }),
        followUps: several.length > 0 ? await compareRankers(followUpRankers(lab), several, { signal }) : [],
      };
      reports.push(report);
      process.stderr.write(`\n${describeRows(`${basename(reference)}: complete questions`, report.parts)}\n`);
      if (report.followUps.length > 0)
        process.stderr.write(`\n${describeRows(`${basename(reference)}: follow-ups`, report.followUps)}\n`);
    }
    if (values.json) process.stdout.write(`${JSON.stringify(reports)}\n`);
  },
});

await runCommand(async () => command, process.argv.slice(2));
