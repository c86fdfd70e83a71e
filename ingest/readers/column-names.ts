// The header of a table as names of fields.

/** Names of the columns, each once; empty ones are numbered. */
export function columnNames(header: readonly string[]): string[] {
  const used = new Set<string>();
  return header.map((cell, index) => {
    const name = cell.replace(/\s+/g, ' ').trim() || `column ${index + 1}`;
    const own = used.has(name) ? `${name} ${index + 1}` : name;
    used.add(own);
    return own;
  });
}
