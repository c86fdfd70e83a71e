// answerdesk answer --in FILE --out FILE: what the desk answers to each question, through the same answer() as the server.

import { loadConfig } from '#app/config.ts';
import { openAnswerPipeline } from '#app/open-answer-pipeline.ts';
import { AppError } from '#core/errors.ts';
import { answerOnce } from './answer-once.ts';
import { defineCommand, openJsonLines, showProgress } from './command.ts';
import { readQuestions } from './question-file.ts';

const help = `Answers questions from the knowledge base.

  answerdesk answer --in questions.jsonl --out answers.jsonl

Each line in:   {"id":"1","turns":[{"role":"customer","text":"How do I reset it?"}]}
Each line out:  {"id","decision":"answer"|"clarify"|"small-talk"|"decline"|"handoff","text",
                 "citations":[{"documentId","chunkId","quote"}],"timingsMs":{"retrieve","firstToken","total"}}
"cards": ids of the answer cards that stand in the text, if there are any.
If something failed, the line has "error":{"code","message"} instead of a decision.

  --in FILE    questions as JSONL (required)
  --out FILE   where to write; standard output if left out
  --no-cards   as if the team had written no answer cards
  --help

The knowledge base is read from ANSWERDESK_DATA_DIR (default var/), the chat model from ANSWERDESK_CHAT_MODEL.
`;

export const command = defineCommand({
  help,
  options: { in: { type: 'string' }, out: { type: 'string' }, 'no-cards': { type: 'boolean' } },
  async run({ values }, signal) {
    if (!values.in) throw new AppError('bad-request', `--in FILE is missing.\n\n${help}`);
    const questions = await readQuestions(values.in);
    await using pipeline = await openAnswerPipeline(loadConfig(), { cards: !values['no-cards'] });
    pipeline.knowledge.current();
    const out = await openJsonLines(values.out);
    let failures = 0;
    try {
      for (const [index, { id, turns }] of questions.entries()) {
        const answered = await answerOnce(pipeline.answer, turns, { signal });
        if ('error' in answered) failures++;
        await out.write(
          'error' in answered
            ? { id, ...answered }
            : {
                ...answered,
                id,
                citations: answered.citations.map(({ documentId, chunkId, quote }) => ({
                  documentId,
                  chunkId,
                  quote,
                })),
              },
        );
        showProgress(index + 1, questions.length);
      }
    } finally {
      await out.close();
    }
    if (failures > 0)
      throw new AppError(
        'model-unavailable',
        `${failures} of ${questions.length} questions could not be answered; their lines say why.`,
      );
  },
});
