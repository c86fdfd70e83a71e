// A confusion matrix as an SVG picture that stands alone: rows are what was meant, columns what was guessed.
import { escapeHtml } from '../metrics/escape-html.ts';
import { confusionCounts, type LabelPair } from './intent-metrics.ts';

/** With more classes, names and numbers would not be readable. */
const mostNamed = 40;
const titleHeight = 46;

export function confusionPicture(pairs: readonly LabelPair[], labels: readonly string[]): string {
  const counts = confusionCounts(pairs, labels);
  const named = labels.length <= mostNamed;
  const cell = named ? (labels.length <= 12 ? 52 : 26) : Math.max(4, Math.floor(720 / labels.length));
  const longest = Math.max(...labels.map(({ length }) => length));
  const names = named ? Math.min(280, longest * 7.4 + 14) : 24;
  const size = labels.length * cell;
  const [width, height] = [names + size + 12, titleHeight + size + names];
  const parts: string[] = [];
  for (const [row, own] of counts.entries()) {
    const total = own.reduce((sum, count) => sum + count, 0);
    const y = titleHeight + row * cell;
    for (const [column, count] of own.entries()) {
      const x = names + column * cell;
      const share = total === 0 ? 0 : count / total;
      const kind = row === column ? 'right' : 'wrong';
      const title = `<title>${count} of ${total} ${escapeHtml(labels[row]!)} taken for ${escapeHtml(labels[column]!)}</title>`;
      // A single mistake among hundreds must still be seen.
      if (count > 0)
        parts.push(
          `<rect class="${kind}" x="${x}" y="${y}" width="${cell - 1}" height="${cell - 1}" fill-opacity="${(0.15 + 0.85 * share).toFixed(2)}">${title}</rect>`,
        );
      if (count > 0 && named)
        parts.push(
          `<text class="${share > 0.5 ? 'on' : 'count'}" x="${x + cell / 2}" y="${y + cell / 2 + 4}" text-anchor="middle">${count}</text>`,
        );
    }
    if (!named) continue;
    const label = escapeHtml(labels[row]!.length > 36 ? `${labels[row]!.slice(0, 35)}…` : labels[row]!);
    parts.push(`<text x="${names - 8}" y="${y + cell / 2 + 4}" text-anchor="end">${label}</text>`);
    parts.push(
      `<text transform="translate(${names + row * cell + cell / 2 + 4} ${titleHeight + size + 8}) rotate(-90)" text-anchor="end">${label}</text>`,
    );
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}" width="${Math.ceil(width)}" height="${Math.ceil(height)}" role="img" aria-label="Confusion matrix">
<style>
text { font: 13px system-ui, sans-serif; }
text { fill: #1d2228; }
.soft, .count { fill: #59626d; font-size: 12px; }
.on { fill: #fff; font-size: 12px; }
.right { fill: #2456a6; }
.wrong { fill: #c4501b; }
.frame { fill: none; stroke: #d9dde2; }
</style>
<rect width="100%" height="100%" fill="#fff"/>
<text class="soft" x="${names}" y="18">Rows: what was meant. Columns: what was guessed.</text>
<text class="soft" x="${names}" y="36">${pairs.length} texts that the model had not seen</text>
<rect class="frame" x="${names - 1}" y="${titleHeight - 1}" width="${size + 1}" height="${size + 1}"/>
${parts.join('\n')}
</svg>
`;
}
