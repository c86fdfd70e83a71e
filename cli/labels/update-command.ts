// `answerdesk labels update`: labels by rules and models.
import { loadConfig } from '#app/config.ts';
import type { CallOptions } from '#core/call-options.ts';
import { type LabelDeskRequest, labelDesk } from '#quality/labelling/label-desk.ts';
import { lockTraining } from '../privacy/lock-data-folder.ts';

export async function updateCommand(
  { json, ...request }: LabelDeskRequest & { readonly json: boolean },
  { signal }: CallOptions,
): Promise<void> {
  const config = loadConfig();
  // Whoever is erased meanwhile would be labelled all the same.
  using _lock = lockTraining(config.dataDir);
  const { fitted, ...summary } = await labelDesk(config, request, {
    signal,
    progress: (done) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${done} conversations`);
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\n');
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...summary, voters: fitted.voters })}\n`);
    return;
  }
  const { conversations, unchanged, labelled, intents, products } = summary;
  if (conversations === 0) {
    process.stdout.write('There is no conversation yet, so nothing to label.\n');
    return;
  }
  const lines = [
    `${conversations} conversations, ${unchanged} as at the last update.`,
    ...Object.entries(labelled).map(
      ([kind, share]) => `  ${kind.padEnd(10)} ${Math.round(share * 100)} % have a label`,
    ),
    intentLine(intents),
    `Products: ${products.slice(0, 12).join(', ') || 'none found in titles of articles; name them in a taxonomy'}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function intentLine({ from, names }: { readonly from: string; readonly names: readonly string[] }): string {
  if (from === 'none')
    return 'Intents: none. There are too few conversations to find groups; name them with --taxonomy.';
  const origin = from === 'taxonomy' ? 'of the taxonomy' : 'found by clustering';
  const shown = names.slice(0, 12).join(', ');
  return `Intents (${names.length}, ${origin}): ${shown}${names.length > 12 ? ', …' : ''}`;
}
