// `answerdesk labels agreement`: how far annotators agree.
import { loadConfig } from '#app/config.ts';
import { readGoldLabels } from '#learning/labels/gold-labels.ts';
import { type KindAgreement, measureAgreement } from '#quality/labelling/label-agreement.ts';
import { labelsFolder } from '#quality/labelling/label-desk.ts';

const shownDisagreements = 20;

export async function agreementCommand({ json }: { readonly json: boolean }): Promise<void> {
  const { current, unreadable } = await readGoldLabels(labelsFolder(loadConfig().dataDir));
  const kinds = measureAgreement(current);
  if (json) {
    process.stdout.write(`${JSON.stringify({ kinds, unreadable })}\n`);
    return;
  }
  if (kinds.length === 0) {
    process.stdout.write('Nobody has labelled anything yet: answerdesk labels export --out to-label.csv\n');
    return;
  }
  process.stdout.write(`${kinds.map(describe).join('\n\n')}\n`);
  if (unreadable > 0)
    process.stderr.write(`${unreadable} line(s) of gold.jsonl cannot be read and count for nothing.\n`);
}

function describe({
  kind,
  annotators,
  conversations,
  shared,
  alpha,
  kappas,
  disagreements,
  note,
}: KindAgreement): string {
  return [
    `${kind}: ${conversations} conversation(s) by ${annotators.join(', ')}; ${shared} labelled by two or more`,
    ...(note === undefined ? [] : [`  ${note}`]),
    ...(alpha === undefined ? [] : [`  Krippendorff's alpha ${alpha.toFixed(2)}`]),
    ...kappas.map(
      ({ pair, kappa, n }) =>
        `  Cohen's kappa ${kappa.toFixed(2)}: ${pair.join(' and ')}, ${n} conversation(s)`,
    ),
    ...disagreements.slice(0, shownDisagreements).map(
      ({ conversation, values }) =>
        `  ${conversation}: ${Object.entries(values)
          .map(([who, value]) => `${who} "${value}"`)
          .join(', ')}`,
    ),
    ...(disagreements.length > shownDisagreements
      ? [`  and ${disagreements.length - shownDisagreements} more: --json`]
      : []),
  ].join('\n');
}
