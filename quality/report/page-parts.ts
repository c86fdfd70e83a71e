// What the sections of the data report are put together from. Cells are HTML: whoever makes one has escaped it.

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return none('None.');
  const cell = (html: string, column: number) =>
    `<td data-label="${head[column]!.replace(/"/g, '&quot;')} "${/^[\d.,–]+$/.test(html) ? ' class="number"' : ''}>${html}</td>`;
  return `<div class="scroll" tabindex="0" role="group" aria-label="${head[0]!.replace(/"/g, '&quot;')}, a table"><table><thead><tr>${head.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map(cell).join('')}</tr>`)
    .join('')}</tbody></table></div>`;
}

/** The figure stands beside it, so screen readers pass it over. */
export function bar(share: number): string {
  const width = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return `<span class="share" aria-hidden="true"><i style="width:${width}%"></i></span>`;
}

export function none(text: string): string {
  return `<p class="none">${text}</p>`;
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}

export function number(value: number): string {
  return value.toLocaleString('en');
}

export function plural(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}
