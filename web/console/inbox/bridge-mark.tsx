// Where the conversation's case is in the team's other system, and whether it has got there.
import { Icon } from '../parts/icon.tsx';
import { clock, fill, t } from '../text/strings.ts';
import type { CaseDetails } from '../wire/types.ts';

export function BridgeMark({ bridge }: Pick<CaseDetails, 'bridge'>) {
  if (!bridge) return null;
  const { label, state, id, url, since, error } = bridge;
  // Slack's names of threads say nothing.
  const name = id !== undefined && /^\d+$/.test(id) ? `${label} #${id}` : label;
  const words =
    state === 'pending'
      ? fill(fill(t.bridge_pending, label), clock(since))
      : fill(t[`bridge_${state}`], name);
  return (
    <p>
      {url ? (
        <a href={url} target="_blank" rel="noreferrer">
          {words} ↗
        </a>
      ) : (
        words
      )}
      {error !== undefined && (
        <span className="bad" title={error}>
          {' '}
          <Icon name="danger" /> {t.bridgeFails}
        </span>
      )}
    </p>
  );
}
