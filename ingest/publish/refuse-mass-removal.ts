import { AppError } from '#core/errors.ts';

/** Below this many, people see what goes. */
const fewestRemoved = 20;
/** Of what a source had. A site that answers with half of its pages is ill more often than it is half as large. */
const mostLost = 0.5;

/**
 * A source that suddenly holds less than half of what is published of it: an export that was cut short, a help centre behind a log-in, a
 * wrong folder. Throws `bad-input`; what is published stays.
 */
export function refuseMassRemoval(
  source: string,
  {
    added,
    changed,
    removed,
    unchanged,
  }: Readonly<Record<'added' | 'changed' | 'removed' | 'unchanged', number>>,
): void {
  const before = changed + removed + unchanged;
  // New ids for old texts are no loss.
  const lost = removed - added;
  if (lost < fewestRemoved || lost <= before * mostLost) return;
  throw new AppError(
    'bad-input',
    `"${source}" had ${before} documents and now has ${added + changed + unchanged}. If that is right, run it again with --accept-removals. ` +
      'Otherwise look at the source; what is published stays as it is.',
  );
}
