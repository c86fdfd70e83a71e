// `answerdesk cards list`: which cards the knowledge base in use has, and whether each is given.
import { loadConfig } from '#app/config.ts';
import { cardStatus } from '#core/answer-card.ts';
import { openPublished } from './open-published.ts';

export async function listCards({
  stale,
  json,
}: {
  readonly stale: boolean;
  readonly json: boolean;
}): Promise<void> {
  const { cards } = await openPublished(loadConfig().dataDir);
  const now = new Date();
  const rows = cards
    .map((card) => ({ card, status: cardStatus(card, now) }))
    .filter(({ card }) => !stale || card.staleSources.length > 0);
  for (const { card, status } of rows) {
    const {
      id,
      kind,
      state,
      audience,
      language,
      questions,
      sources,
      staleSources,
      validUntil = null,
      version,
    } = card;
    const row = json
      ? JSON.stringify({
          id,
          status,
          kind,
          state,
          audience,
          language,
          questions,
          sources,
          staleSources,
          validUntil,
          version,
        })
      : [
          id,
          status,
          kind,
          language,
          questions[0],
          staleSources.length > 0 ? `read again: ${staleSources.join(', ')}` : '',
        ]
          .join('\t')
          .trimEnd();
    process.stdout.write(`${row}\n`);
  }
  if (rows.length === 0) process.stderr.write(stale ? 'No card is stale.\n' : 'There are no answer cards.\n');
}
