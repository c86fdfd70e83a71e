// answerdesk ask "question": one answer on the terminal.

import { loadConfig } from '#app/config.ts';
import { openAnswerPipeline } from '#app/open-answer-pipeline.ts';
import { AppError } from '#core/errors.ts';
import { answerOnce } from './answer-once.ts';
import { defineCommand } from './command.ts';

const help = `Asks one question and prints the answer with its sources.

  answerdesk ask "can I return an opened product?"
  answerdesk ask --json "what does E4 mean?" | jq .citations

  --json   one line on standard output:
           {"decision","text","citations":[{"number","documentId","chunkId","title","url","quote"}],"timingsMs"}
  --help
`;

export const command = defineCommand({
  help,
  options: { json: { type: 'boolean' } },
  async run({ values, positionals }, signal) {
    const question = positionals.join(' ').trim();
    if (question === '')
      throw new AppError('bad-request', `Write the question behind the command, in quotes.\n\n${help}`);
    await using pipeline = await openAnswerPipeline(loadConfig());
    // Says what is wrong and what to run; an answer would only carry the sentence for customers.
    pipeline.knowledge.current();
    const answered = await answerOnce(pipeline.answer, [{ role: 'customer', text: question }], {
      signal,
      onEvent: (event) => {
        if (values.json) return;
        if (event.type === 'answer-delta') process.stdout.write(event.text);
        if (event.type === 'answer-replaced') process.stdout.write(`\n\n${event.text}`);
      },
    });
    if ('error' in answered) throw new AppError('model-unavailable', `No answer: ${answered.error.message}`);
    if (values.json) {
      process.stdout.write(`${JSON.stringify(answered)}\n`);
      return;
    }
    process.stdout.write('\n');
    for (const { number, title, url, documentId } of answered.citations)
      process.stdout.write(`\n[${number}] ${title}\n    ${url ?? documentId}\n`);
    if (process.stderr.isTTY)
      process.stderr.write(`\n${answered.decision}, ${Math.round(answered.timingsMs.total)} ms\n`);
  },
});
