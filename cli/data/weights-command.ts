// `answerdesk data weights`: how much each conversation counts in training, so that rare groups are heard.
import { loadConfig } from '#app/config.ts';
import { AppError } from '#core/errors.ts';
import { agreedValues, goldKey, readGoldLabels } from '#learning/labels/gold-labels.ts';
import { isLabelKind, labelKinds, type WeakKind } from '#learning/labels/label-kinds.ts';
import { readWeakRows, type WeakRow, weakFile } from '#learning/labels/weak-labels.ts';
import { inverseFrequencyWeights } from '#quality/bias/sample-weights.ts';
import { labelsFolder } from '#quality/labelling/label-desk.ts';
import { openJsonLines } from '../command.ts';

export async function weightsCommand({
  by,
  out,
}: {
  readonly by: readonly string[];
  readonly out: string | undefined;
}): Promise<void> {
  const kinds = by.filter(isLabelKind);
  if (kinds.length !== by.length || kinds.length === 0)
    throw new AppError('bad-request', `--by takes kinds of labels: ${labelKinds.join(', ')}.`);
  const folder = labelsFolder(loadConfig().dataDir);
  const gold = agreedValues((await readGoldLabels(folder)).current);
  const groupOf = ({ conversation, labels }: WeakRow) =>
    kinds
      .map((kind) => gold.get(goldKey(conversation, kind)) ?? labels[kind as WeakKind]?.[0] ?? 'unknown')
      .join(' / ');
  const counts = new Map<string, number>();
  for await (const row of readWeakRows(weakFile(folder))) {
    const group = groupOf(row);
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  if (counts.size === 0)
    throw new AppError('bad-input', 'No conversation is labelled yet: run "answerdesk labels update" first.');
  const weights = inverseFrequencyWeights(counts);
  const lines = await openJsonLines(out);
  try {
    for await (const row of readWeakRows(weakFile(folder))) {
      const group = groupOf(row);
      await lines.write({ conversation: row.conversation, group, weight: weights.get(group) });
    }
  } finally {
    await lines.close();
  }
}
