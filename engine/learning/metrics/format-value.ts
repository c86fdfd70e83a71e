// Figures as people read them.
import type { Metric } from './metric.ts';

/** "0.083", "8.3 %", "12.4 ms". */
export function formatValue(value: number, unit: Metric['unit']): string {
  if (unit === 'share') return `${(value * 100).toFixed(1)} %`;
  if (unit === 'score') return value.toFixed(3);
  if (unit === 'count' || unit === 'characters') return value.toFixed(0);
  return `${value.toFixed(value < 10 ? 2 : 1)} ${unit}`;
}
