// `answerdesk documents`: what is published, for people as a list, for programs as JSON lines, so that nothing outside has to read
// the files of a generation.
import { loadConfig } from '#app/config.ts';
import type { Document } from '#core/document.ts';
import { AppError } from '#core/errors.ts';
import { openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';
import { defineCommand, openJsonLines } from './command.ts';

const help = `Lists the documents of the knowledge base in use.

  answerdesk documents                                  a line each
  answerdesk documents --json > documents.jsonl         everything, one JSON object a line
  answerdesk documents --json --source help-centre --audience customer

  --json            {"id","source","kind","title","audience","language","url","updated","text"};
                    url and updated may be null
  --out FILE        where to write the JSON; standard output if left out
  --source NAME     only documents of this source; may be repeated
  --audience WHO    only customer or only internal documents
  --help

Exit codes: 0 done; 1 nothing is published, or it is damaged; 2 bad usage.
`;

export const command = defineCommand({
  help,
  options: {
    json: { type: 'boolean' },
    out: { type: 'string' },
    source: { type: 'string', multiple: true },
    audience: { type: 'string' },
  },
  async run({ values, positionals }) {
    if (positionals.length > 0) throw new AppError('bad-request', `documents takes options only.\n\n${help}`);
    const { audience, source } = values;
    if (audience !== undefined && audience !== 'customer' && audience !== 'internal')
      throw new AppError('bad-request', '--audience is customer or internal.');
    const { dataDir } = loadConfig();
    const generation = await openCurrentGeneration(dataDir);
    if (!generation)
      throw new AppError(
        'knowledge-base-missing',
        `Nothing is published in ${dataDir} yet: run "answerdesk ingest FOLDER".`,
      );
    const documents = generation.documents.filter(
      ({ metadata }) =>
        (audience === undefined || metadata.audience === audience) &&
        (!source || source.includes(metadata.source)),
    );
    if (!values.json) {
      for (const { id, metadata } of documents)
        process.stdout.write(
          `${[id, metadata.source, metadata.audience, metadata.language, metadata.title].join('\t')}\n`,
        );
      return;
    }
    const out = await openJsonLines(values.out);
    try {
      for (const document of documents) await out.write(toRow(document));
    } finally {
      await out.close();
    }
  },
});

function toRow({ id, pageContent, metadata }: Document) {
  const { source, kind, title, audience, language, url = null, updated = null } = metadata;
  return { id, source, kind, title, audience, language, url, updated, text: pageContent };
}
