// `answerdesk cards check PATH...`: what ingestion would say of the cards, without ingesting.
import { loadConfig } from '#app/config.ts';
import { isAddress } from '#core/answer-card.ts';
import type { CallOptions } from '#core/call-options.ts';
import { AppError } from '#core/errors.ts';
import { readCardFile } from '#ingest/cards/card-files.ts';
import type { CardItem, ProblemItem } from '#ingest/item.ts';
import { findFiles } from '#ingest/sources/find-files.ts';
import { openCurrentGeneration } from '#knowledge/generations/generation-reader.ts';

export async function checkCards(
  { paths, json }: { readonly paths: readonly string[]; readonly json: boolean },
  { signal }: CallOptions,
): Promise<void> {
  const { files } = await findFiles(paths);
  const cardFiles = files.filter(({ format }) => format === 'cards-yaml' || format === 'cards-csv');
  if (cardFiles.length === 0)
    throw new AppError('bad-input', `There is no *.answers.yaml or *.answers.csv in ${paths.join(', ')}.`);
  const items: (CardItem | ProblemItem)[] = [];
  for (const file of cardFiles) items.push(...(await Array.fromAsync(readCardFile(file, signal))));
  // Without a knowledge base it is not known which documents there are.
  const documents = (await openCurrentGeneration(loadConfig().dataDir))?.documents;
  const known = documents && new Set(documents.map(({ id }) => id));
  const problems = items.flatMap((item) => {
    if (item.type === 'problem') return [{ ...item.origin, problem: item.reason }];
    const unknown = item.card.sources.filter((source) => known && !isAddress(source) && !known.has(source));
    return unknown.map((source) => ({
      ...item.origin,
      problem: `card "${item.id.split('#').at(-1)}": its source "${source}" is not in the knowledge base; write the id of a document ("answerdesk documents" lists them), or an address`,
    }));
  });
  for (const problem of problems)
    process.stdout.write(
      json ? `${JSON.stringify(problem)}\n` : `${problem.file}:${problem.line ?? 1}: ${problem.problem}\n`,
    );
  const cards = items.filter(({ type }) => type === 'card').length;
  process.stderr.write(`${cards} card(s) can be used, ${problems.length} problem(s).\n`);
  if (problems.length > 0) process.exitCode = 2;
}
