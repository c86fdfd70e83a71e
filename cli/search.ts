// answerdesk search --in FILE --out FILE [--k 10]: what the knowledge base finds for each question.

import { loadConfig } from '#app/config.ts';
import { openKnowledge } from '#app/open-knowledge.ts';
import { condense } from '#chat/understand/condense.ts';
import { AppError } from '#core/errors.ts';
import { toTurns } from '#core/turns.ts';
import { asTheDesk } from '#learning/dialogue-acts/shipped-reader.ts';
import { defineCommand, openJsonLines, showProgress } from './command.ts';
import { readQuestions } from './question-file.ts';

const help = `Finds articles for questions.

  answerdesk search --in questions.jsonl --out found.jsonl
  answerdesk search --in questions.jsonl --k 5 > found.jsonl

Each line in:   {"id":"1","turns":[{"role":"customer","text":"How do I reset it?"}]}
Each line out:  {"id","query","results":[{"documentId","chunkId","title","score"}]}
Each document is one result: its best passage.

  --in FILE    questions as JSONL (required)
  --out FILE   where to write; standard output if left out
  --k N        results a question, 1 to 100 (default 10)
  --source S   only documents of this source; may be repeated
  --language L only documents in this language (ISO 639-1); may be repeated
  --help

The knowledge base is read from ANSWERDESK_DATA_DIR (default var/). Articles for agents only are never found.
`;

/** Passages looked at for each document wanted: several of the best passages often come from the same document. */
const passagesPerDocument = 5;

export const command = defineCommand({
  help,
  options: {
    in: { type: 'string' },
    out: { type: 'string' },
    k: { type: 'string', default: '10' },
    source: { type: 'string', multiple: true },
    language: { type: 'string', multiple: true },
  },
  async run({ values }, signal) {
    if (!values.in) throw new AppError('bad-request', `--in FILE is missing.\n\n${help}`);
    const k = Number(values.k);
    if (!Number.isInteger(k) || k < 1 || k > 100)
      throw new AppError('bad-request', '--k must be a whole number from 1 to 100.');
    const questions = await readQuestions(values.in);
    await using knowledge = await openKnowledge(loadConfig());
    const filter = {
      audiences: ['customer'] as const,
      ...(values.source ? { sources: values.source } : {}),
      ...(values.language ? { languages: values.language } : {}),
    };
    const out = await openJsonLines(values.out);
    try {
      for (const [index, { id, turns }] of questions.entries()) {
        const { query, search } = condense(toTurns(turns), asTheDesk);
        const passages = await knowledge.current().retrieve(search.query, {
          k: k * passagesPerDocument,
          filter,
          context: search.context,
          signal,
        });
        const best = [...Map.groupBy(passages, ({ chunk }) => chunk.documentId).values()]
          .map(([first]) => first!)
          .slice(0, k);
        await out.write({
          id,
          query,
          results: best.map(({ chunk, score }) => ({
            documentId: chunk.documentId,
            chunkId: chunk.id,
            title: chunk.title,
            score,
          })),
        });
        showProgress(index + 1, questions.length);
      }
    } finally {
      await out.close();
    }
  },
});
