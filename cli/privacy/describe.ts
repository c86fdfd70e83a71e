// What was found of a person, and what was erased, for people. No address is repeated.
import type { Receipt } from '#privacy/erase-subject.ts';
import type { Found } from '#privacy/find-subject.ts';

export function describeFound(found: Found): string {
  const { conversations, mentions, team, transcripts, articles, pictures, files, names, models, unknown } =
    found;
  const lines = [
    list('Conversations', conversations),
    list(
      'Mentions by others',
      mentions.map(({ table, conversationId }) => (conversationId ? `${table} of ${conversationId}` : table)),
    ),
    list(
      'Ingested conversations',
      transcripts.map(({ id, source }) => `${id} (${source})`),
    ),
    list('Articles and cards', articles),
    list('Pictures', pictures),
    list(
      'Files',
      files.map(({ path, outcome }) => (outcome === 'left' ? `${path} (no text: not changed)` : path)),
    ),
    list(
      'Of the team, not erased',
      team.map(({ table }) => table),
    ),
    list(
      'Only the name, to be looked at (--include ID if it is theirs)',
      names.map(({ where, id }) => `${where} ${id}`),
    ),
    list(
      'Models that were trained on texts',
      models.map(
        ({ path, holdsSubject }) =>
          `${path} (${holdsSubject === 'yes' ? 'on texts of the person' : 'on texts that are not here'})`,
      ),
    ),
    list('Not of Answerdesk', unknown),
  ].flat();
  const isNothing =
    conversations.length + mentions.length + transcripts.length + articles.length + files.length === 0;
  return [
    `Person ${found.subject}${found.erasedBefore ? ', erased before' : ''}`,
    ...(isNothing ? ['Nothing is kept of this person.'] : []),
    ...lines,
  ].join('\n');
}

const mostShown = 20;

function list(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const shown = items.slice(0, mostShown).map((item) => `  ${item}`);
  return [
    `${title}: ${items.length}`,
    ...shown,
    ...(items.length > mostShown ? [`  … (--json lists all)`] : []),
  ];
}

export function describeReceipt({ subject, erased, remains, verified }: Receipt): string {
  const counts = Object.entries(erased).map(([kind, count]) => `  ${kind}: ${count}`);
  return [
    `Person ${subject.hash}: ${counts.length > 0 ? 'erased' : 'nothing was there to erase'}`,
    ...counts,
    `All ${verified.files} files were searched afterwards, ${verified.bytes.toLocaleString('en')} bytes: ${
      verified.found === 0
        ? 'nothing of the person is left'
        : `${verified.found} still hold an address, see below`
    }.`,
    'Left, and why:',
    ...remains.map(({ what, why }) => `  ${what}: ${why}`),
  ].join('\n');
}
