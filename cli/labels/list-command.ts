// `answerdesk labels list`: how often each label comes; as JSON, the labels of every conversation.
import { loadConfig } from '#app/config.ts';
import { agreedValues, goldKey, readGoldLabels } from '#learning/labels/gold-labels.ts';
import { type LabelKind, labelKinds, type WeakKind } from '#learning/labels/label-kinds.ts';
import { readWeakRows, weakFile } from '#learning/labels/weak-labels.ts';
import { labelsFolder } from '#quality/labelling/label-desk.ts';

export async function listCommand({
  kinds,
  json,
}: {
  readonly kinds: readonly LabelKind[];
  readonly json: boolean;
}): Promise<void> {
  const folder = labelsFolder(loadConfig().dataDir);
  const gold = agreedValues((await readGoldLabels(folder)).current);
  const wanted = kinds.length > 0 ? kinds : labelKinds;
  const counts = new Map<LabelKind, Map<string, { weak: number; gold: number }>>();
  let conversations = 0;
  for await (const row of readWeakRows(weakFile(folder))) {
    conversations += 1;
    const labels = wanted.flatMap((kind) => {
      const given = gold.get(goldKey(row.conversation, kind));
      const weak = row.labels[kind as WeakKind];
      const value = given ?? weak?.[0];
      if (value === undefined) return [];
      return [
        {
          kind,
          value,
          by: given === undefined ? ('machine' as const) : ('person' as const),
          probability: given === undefined ? weak![1] : 1,
        },
      ];
    });
    if (json)
      process.stdout.write(
        `${JSON.stringify({ conversation: row.conversation, source: row.source, labels })}\n`,
      );
    for (const { kind, value, by } of labels) {
      const ofKind = counts.get(kind) ?? new Map<string, { weak: number; gold: number }>();
      counts.set(kind, ofKind);
      const count = ofKind.get(value) ?? { weak: 0, gold: 0 };
      ofKind.set(value, count);
      count[by === 'person' ? 'gold' : 'weak'] += 1;
    }
  }
  if (json) return;
  if (conversations === 0) {
    process.stdout.write('No conversation is labelled yet: answerdesk labels update\n');
    return;
  }
  for (const [kind, ofKind] of counts) {
    process.stdout.write(`${kind}\n`);
    const rows = [...ofKind].sort((a, b) => b[1].weak + b[1].gold - a[1].weak - a[1].gold);
    for (const [value, { weak, gold: people }] of rows)
      process.stdout.write(
        `  ${String(weak + people).padStart(7)}  ${value}${people > 0 ? `  (${people} by people)` : ''}\n`,
      );
  }
}
