// The table that the bench prints.
import type { Spread } from './statistics.ts';

/** Also what `--json` gives, one for each row of the table. */
export interface BenchRow {
  readonly name: string;
  readonly unit: string;
  readonly ours?: Spread;
  readonly peer?: string;
  readonly theirs?: Spread;
  /** Ours divided by theirs, pair by pair. */
  readonly ratio?: Spread;
  readonly targets?: { readonly ours?: string; readonly ratio?: string };
  readonly note?: string;
  /** What could not be measured, and why. */
  readonly missing?: string;
}

export function toMarkdown(rows: readonly BenchRow[]): string {
  const head = ['measured', 'ours', 'peer', 'ratio', 'target', 'met'];
  const body = rows.map((row) => [
    row.note ? `${row.name} (${row.note})` : row.name,
    row.ours ? show(row.ours, row.unit) : '',
    row.theirs
      ? `${show(row.theirs, row.unit)} ${row.peer}`
      : row.missing
        ? `not measured: ${row.missing}`
        : '',
    row.ratio ? show(row.ratio, '') : '',
    [
      row.targets?.ours && `${row.targets.ours} ${row.unit}`,
      row.targets?.ratio && `ratio ${row.targets.ratio}`,
    ]
      .filter(Boolean)
      .join(', '),
    { true: 'yes', false: 'NO', undefined: '' }[`${isMet(row)}`],
  ]);
  return [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** By the medians. Undefined without a target, or when what it is about was not measured. */
export function isMet({ ours, ratio, targets = {} }: BenchRow): boolean | undefined {
  const checks = [
    { measured: ours, target: targets.ours },
    { measured: ratio, target: targets.ratio },
  ].filter(({ target }) => target !== undefined);
  if (checks.length === 0 || checks.some(({ measured }) => measured === undefined)) return undefined;
  return checks.every(({ measured, target }) => meets(measured!.median, target!));
}

function meets(value: number, target: string): boolean {
  const [, relation, limit] = /^(<=|>=)\s*([\d.]+)$/.exec(target) ?? [];
  return relation === '<=' ? value <= Number(limit) : value >= Number(limit);
}

function show({ median, low, high, runs }: Spread, unit: string): string {
  const range = runs > 1 ? ` (${digits(low)} – ${digits(high)})` : '';
  return `${digits(median)}${unit ? ` ${unit}` : ''}${range}`;
}

const digits = (value: number) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));
