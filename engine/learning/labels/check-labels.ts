// Labels as people write them into a spreadsheet, to labels that can be kept: every bad cell is named with its row, the rest is taken.

import type { NewGoldLabel } from './gold-labels.ts';
import { classesOf, type LabelKind, labelKinds } from './label-kinds.ts';

export interface SheetRow {
  /** As the spreadsheet counts, the header is row 1. */
  readonly row: number;
  /** By name of the column, in small letters. */
  readonly cells: Readonly<Record<string, string>>;
}

export interface LabelRules {
  /** Whether there is such a conversation. */
  isKnown(conversation: string): boolean;
  /** Classes of the kinds that are the team's, such as intents; a kind that is not here takes any name. */
  readonly classes: Readonly<Partial<Record<LabelKind, readonly string[]>>>;
  /** Who labelled where the row does not say. */
  readonly annotator?: string | undefined;
}

export interface CheckedLabels {
  readonly labels: readonly NewGoldLabel[];
  /** "row 7: …" */
  readonly problems: readonly string[];
  /** Rows without a label, which is no mistake. */
  readonly empty: number;
}

const longestClass = 100;
/** Takes a label back. */
const withdrawn = '-';
const conversationColumns = ['conversation', 'conversation_id', 'id'];
/** What a spreadsheet makes of yes and no in its own language. */
const spoken: Readonly<Record<string, string>> = Object.fromEntries([
  ...'true wahr vrai verdadero verdadeiro ja oui si sí sim y 1'.split(' ').map((word) => [word, 'yes']),
  ...'false falsch faux falso nein non não n 0'.split(' ').map((word) => [word, 'no']),
]);

export function checkLabels(rows: readonly SheetRow[], rules: LabelRules): CheckedLabels {
  const problems: { row: number; text: string }[] = [];
  const found = new Map<string, { label: NewGoldLabel; rows: number[]; values: Set<string | null> }>();
  let empty = 0;
  for (const { row, cells } of rows) {
    const problem = (text: string) => problems.push({ row, text: `row ${row}: ${text}` });
    const filled = labelKinds.filter((kind) => (cells[kind] ?? '') !== '');
    if (filled.length === 0) {
      empty += 1;
      continue;
    }
    const conversation = conversationOf(cells);
    if (conversation === '') problem('has labels and no conversation');
    else if (!rules.isKnown(conversation)) problem(`there is no conversation "${shown(conversation)}"`);
    else {
      const annotator = (cells.annotator ?? '').trim() || rules.annotator;
      if (!annotator) {
        problem('does not say who labelled it: fill the column annotator, or give --annotator NAME');
        continue;
      }
      for (const kind of filled) {
        const value = readClass(kind, cells[kind]!, rules);
        if ('problem' in value) {
          problem(value.problem);
          continue;
        }
        const key = JSON.stringify([conversation, kind, annotator]);
        const there = found.get(key) ?? {
          label: { conversation, kind, annotator, value: value.class },
          rows: [],
          values: new Set(),
        };
        there.rows.push(row);
        there.values.add(value.class);
        found.set(key, there);
      }
    }
  }
  const labels: NewGoldLabel[] = [];
  for (const { label, rows: at, values } of found.values())
    if (values.size === 1) labels.push(label);
    else
      problems.push({
        row: at[0]!,
        text: `rows ${at.join(' and ')}: ${label.annotator} calls the ${label.kind} of ${shown(label.conversation)} both ${[...values].map((value) => `"${value ?? withdrawn}"`).join(' and ')}; neither is taken`,
      });
  return { labels, problems: problems.sort((a, b) => a.row - b.row).map(({ text }) => text), empty };
}

/** `c:` in front keeps spreadsheets from making a number, a date or a formula of an id. */
export function conversationCell(id: string): string {
  return `c:${id}`;
}

function conversationOf(cells: SheetRow['cells']): string {
  const cell = conversationColumns.map((name) => cells[name] ?? '').find((text) => text !== '') ?? '';
  return cell.trim().replace(/^'?c:/, '');
}

function readClass(
  kind: LabelKind,
  cell: string,
  { classes }: Pick<LabelRules, 'classes'>,
): { readonly class: string | null } | { readonly problem: string } {
  const text = cell.trim().replace(/\s+/g, ' ');
  if (text === withdrawn) return { class: null };
  const known = classesOf(kind) ?? classes[kind];
  const wanted = text.toLowerCase();
  if (kind === 'language')
    return /^[a-z]{2,3}$/.test(wanted)
      ? { class: wanted }
      : { problem: `"${shown(text)}" is no language: write its code, such as en or de` };
  if (text.length > longestClass) return { problem: `the ${kind} has more than ${longestClass} characters` };
  if (!known) return { class: text };
  const meant = kind === 'resolved' ? (spoken[wanted] ?? wanted) : wanted;
  const match = known.find((name) => name.toLowerCase() === meant);
  if (match !== undefined) return { class: match };
  const list = known.slice(0, 12).join(', ');
  return {
    problem: `"${shown(text)}" is no ${kind}: ${list}${known.length > 12 ? `, … (${known.length} in all)` : ''}`,
  };
}

/** What is quoted of a sheet in a message is short. */
function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
