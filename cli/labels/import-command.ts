// `answerdesk labels import`: what people wrote into the spreadsheet becomes gold labels.
import { loadConfig } from '#app/config.ts';
import { AppError } from '#core/errors.ts';
import { checkLabels } from '#learning/labels/check-labels.ts';
import { appendGoldLabels, readGoldLabels } from '#learning/labels/gold-labels.ts';
import type { LabelKind } from '#learning/labels/label-kinds.ts';
import { readWeakRows, weakFile } from '#learning/labels/weak-labels.ts';
import { labelsFolder } from '#quality/labelling/label-desk.ts';
import { readSheet } from '#quality/labelling/label-sheet.ts';
import { teamClasses } from '#quality/labelling/team-classes.ts';

export interface ImportRequest {
  readonly file: string;
  readonly annotator: string | undefined;
  readonly newClasses: boolean;
  readonly json: boolean;
}

const shownProblems = 50;

export async function importCommand({ file, annotator, newClasses, json }: ImportRequest): Promise<void> {
  const { dataDir } = loadConfig();
  const folder = labelsFolder(dataDir);
  const rows = await readSheet(file);
  const known = new Set<string>();
  for await (const { conversation } of readWeakRows(weakFile(folder))) known.add(conversation);
  if (known.size === 0)
    throw new AppError('bad-input', 'No conversation is labelled yet: run "answerdesk labels update" first.');
  const { current } = await readGoldLabels(folder);
  const classes: Partial<Record<LabelKind, readonly string[]>> = newClasses
    ? {}
    : await teamClasses(folder, dataDir, current);
  const { labels, problems, empty } = checkLabels(rows, {
    isKnown: (id) => known.has(id),
    classes,
    annotator,
  });
  const changed = await appendGoldLabels(folder, labels);
  if (json)
    process.stdout.write(
      `${JSON.stringify({ taken: changed.length, asBefore: labels.length - changed.length, empty, problems })}\n`,
    );
  else {
    process.stdout.write(
      `${changed.length} label(s) taken, ${labels.length - changed.length} as before, ${empty} row(s) without a label.\n`,
    );
    if (problems.length > 0) {
      const more = problems.length > shownProblems ? `\n  and ${problems.length - shownProblems} more` : '';
      process.stdout.write(`Not taken:\n  ${problems.slice(0, shownProblems).join('\n  ')}${more}\n`);
    }
    if (changed.length > 0)
      process.stdout.write('"answerdesk labels update" fits the other labels to them.\n');
  }
  if (problems.length > 0) process.exitCode = 2;
}
