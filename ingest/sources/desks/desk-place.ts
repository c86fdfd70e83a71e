// How a command line and people write a help desk: `zendesk:acme`. The command line is parsed at each start of the server, so nothing that
// connects is imported here.
import { type DeskSpec, deskNames } from '../source-spec.ts';

/** Undefined for what names no desk. */
export function parseDeskPlace(text: string): Pick<DeskSpec, 'desk' | 'account'> | undefined {
  const [, name, account = ''] = /^([a-z-]+):(?!\/\/)(\S+)$/.exec(text) ?? [];
  const desk = deskNames.find((known) => known === name);
  return desk && { desk, account };
}
