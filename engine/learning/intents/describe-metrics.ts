// Figures of a classifier as lines for a terminal.
import { formatValue } from '../metrics/format-value.ts';
import type { IntentEvaluation } from './evaluate-intents.ts';

export function describeMetrics({ metrics }: IntentEvaluation): string {
  return Object.values(metrics)
    .map(({ label, value, low, high, unit, n }) => {
      const [figure, from, to] = [value, low, high].map((one) => formatValue(one, unit));
      return `${label.padEnd(75)} ${figure} (95 %: ${from} – ${to}, ${n} texts)`;
    })
    .join('\n');
}
