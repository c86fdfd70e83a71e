// Tables to sentences: each row becomes a list item that names its columns, so that it can be found, quoted and read by itself.

const rowPattern = /^\s*\|(.*?)\|?\s*$/;

/** Rows are lines that begin with `|`; the first is the head. A table of one row stays as it is. */
export function tablesToLists(text: string): string {
  const out: string[] = [];
  let rows: string[] = [];
  const flush = () => {
    out.push(...(rows.length > 1 ? rowsToItems(rows) : rows));
    rows = [];
  };
  for (const line of text.split('\n')) {
    if (rowPattern.test(line)) {
      rows.push(line);
    } else {
      flush();
      out.push(line);
    }
  }
  flush();
  return out.join('\n');
}

function rowsToItems([head = '', ...body]: readonly string[]): string[] {
  const columns = cellsOf(head);
  return body.map((row) => {
    const [first = '', ...rest] = cellsOf(row);
    const named = rest.flatMap((cell, index) => {
      const column = columns[index + 1];
      return cell === '' ? [] : [column ? `${column}: ${cell}` : cell];
    });
    return `- ${[first, named.join('; ')].filter(Boolean).join(' — ')}`;
  });
}

function cellsOf(row: string): string[] {
  return (rowPattern.exec(row)?.[1] ?? '').split(/(?<!\\)\|/).map((cell) => cell.trim());
}
