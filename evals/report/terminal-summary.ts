// The figures of a run as lines for a terminal.
import { formatValue } from '#learning/metrics/format-value.ts';
import { type Report, withinLimit } from './report.ts';

export function describeReport({ suites, subject, complete }: Report): string {
  const lines = [
    `${subject.documents} documents, ${subject.embedder}, ${subject.chatModel}, answers from ${subject.answerFrom}${complete ? '' : ' (interrupted)'}`,
  ];
  for (const [name, { metrics, cases, notes }] of Object.entries(suites)) {
    const errors = cases.filter(({ verdict }) => verdict === 'error').length;
    lines.push(
      '',
      `${name}${errors > 0 ? `: ${errors} case(s) could not be judged, because something failed` : ''}`,
    );
    for (const note of notes) lines.push(`  ${note}`);
    for (const metric of Object.values(metrics)) {
      const { value, low, high, n, unit, label, note } = metric;
      const figure = formatValue(value, unit).padStart(11);
      const interval = `(95 %: ${formatValue(low, unit)} to ${formatValue(high, unit)}, n ${n})`;
      lines.push(`${withinLimit(metric) ? ' ' : '!'} ${figure} ${interval.padEnd(46)} ${label}`);
      if (note !== undefined) lines.push(`${' '.repeat(61)}${note}`);
    }
  }
  return lines.join('\n');
}
