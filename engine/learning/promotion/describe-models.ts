// `answerdesk models list`, for people.
import type { KnownModels } from './name-models.ts';

export function describeModels({ models, current, problems }: KnownModels): string {
  const width = Math.max(...models.map(({ modelId }) => modelId.length));
  const rows = models.map(({ modelId, isBuiltIn, isEndpoint, bytes, addedAt, inUse, generations }) =>
    [
      inUse ? '*' : ' ',
      modelId.padEnd(width),
      (isEndpoint ? '' : `${(bytes / 1e6).toFixed(1)} MB`).padStart(9),
      (isBuiltIn ? 'built in' : isEndpoint ? 'of a server' : `added ${addedAt?.slice(0, 10)}`).padEnd(16),
      generations.join(', '),
    ]
      .join('  ')
      .trimEnd(),
  );
  const known = models.some(({ inUse }) => inUse);
  return [
    ...rows,
    '',
    current === undefined
      ? 'There is no knowledge base yet.'
      : known
        ? '* made the knowledge base in use.'
        : `The knowledge base in use was made with ${current}, which is not among them.`,
    ...problems,
  ].join('\n');
}
