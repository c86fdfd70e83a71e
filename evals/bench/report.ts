// The table that the bench prints, and the same as JSON.
import type { Spread } from './statistics.ts';

export interface BenchRow {
  readonly name: string;
  readonly unit: string;
  readonly ours: Spread;
  readonly peer?: string;
  readonly theirs?: Spread;
  /** Ours divided by theirs, pair by pair. */
  readonly ratio?: Spread;
  readonly targets?: { readonly ours?: string; readonly ratio?: string };
  readonly note?: string;
}

export function toMarkdown(rows: readonly BenchRow[]): string {
  const head = ['measured', 'ours', 'peer', 'ratio', 'target', 'met'];
  const body = rows.map((row) => [
    row.note ? `${row.name} (${row.note})` : row.name,
    show(row.ours, row.unit),
    row.theirs ? `${show(row.theirs, row.unit)} ${row.peer}` : '',
    row.ratio ? show(row.ratio, '') : '',
    [
      row.targets?.ours && `${row.targets.ours} ${row.unit}`,
      row.targets?.ratio && `ratio ${row.targets.ratio}`,
    ]
      .filter(Boolean)
      .join(', '),
    verdict(row),
  ]);
  return [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** By the medians; empty without a target. */
function verdict({ ours, ratio, targets }: BenchRow): string {
  const checks = [
    targets?.ours ? meets(ours.median, targets.ours) : undefined,
    targets?.ratio && ratio ? meets(ratio.median, targets.ratio) : undefined,
  ].filter((check) => check !== undefined);
  return checks.length === 0 ? '' : checks.every(Boolean) ? 'yes' : 'NO';
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
