// How a command line and people write a help desk: `zendesk:acme`. The command line is parsed at each start of the server, so nothing that
// connects is imported here.
import type { DeskName, DeskSpec } from '../source-spec.ts';

const desks: readonly DeskName[] = ['zendesk', 'intercom', 'freshdesk', 'help-scout', 'chatwoot'];

/** Undefined for what names no desk. */
export function parseDeskPlace(text: string): Pick<DeskSpec, 'desk' | 'account'> | undefined {
  const [, name, account = ''] = /^([a-z-]+):(?!\/\/)(\S+)$/.exec(text) ?? [];
  const desk = desks.find((known) => known === name);
  return desk && { desk, account };
}
