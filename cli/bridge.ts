// Whether the bridge to the help desk works, before a customer finds out.

import { loadConfig } from '#app/config.ts';
import { bridgeOf } from '#app/open-bridge.ts';
import { bridgeLabels, bridgeNames } from '#core/bridges.ts';
import { AppError } from '#core/errors.ts';
import { defineCommand } from './command.ts';

const help = `The bridge to the system in which your team works (docs/handover.md).

  answerdesk bridge check   tries address and credentials; reads only, opens and writes nothing

  --json   the outcome as JSON on standard output
  --help

Settings: ANSWERDESK_BRIDGE=${bridgeNames.join('|')}, and what .env.example says of it.

Exit codes: 0 it works; 1 it cannot be reached now; 2 bad usage, settings or credentials.
`;

export const command = defineCommand({
  help,
  options: { json: { type: 'boolean' } },
  async run({ values, positionals }, signal) {
    if (positionals.length !== 1 || positionals[0] !== 'check')
      throw new AppError('bad-request', `Say what to do.\n\n${help}`);
    const { bridge: settings, server } = loadConfig();
    const bridge = bridgeOf(settings);
    if (!bridge)
      throw new AppError(
        'config-invalid',
        `No bridge is set up: ANSWERDESK_BRIDGE=${bridgeNames.join('|')}.`,
      );
    const account = await bridge.check({ signal });
    const [base] = server.publicUrls;
    const path = `/bridges/${bridge.name}`;
    process.stderr.write(`${bridgeLabels[bridge.name]} answers: ${account}.\n`);
    process.stderr.write(
      base
        ? `Its webhooks go to ${base}${path}. Whether they arrive shows the first reply of an agent.\n`
        : `Its webhooks go to ${path} of this server. It needs a public address: ANSWERDESK_PUBLIC_URL.\n`,
    );
    if (values.json) process.stdout.write(`${JSON.stringify({ bridge: bridge.name, account, path })}\n`);
  },
});
