/** Tables of text reports: rows between bars. */

/** Longest report that is read, in characters; real ones are below. */
export const MAX_REPORT = 64 << 20;

/** Cells of a line such as `| a | b |`; undefined when it is none. Leading spaces of the first cell are kept. */
export function cellsOf(line: string): string[] | undefined {
  if (!line.startsWith('|') || line.length > 10_000) return undefined;
  const end = line.lastIndexOf('|');
  return end === 0
    ? undefined
    : line
        .slice(1, end)
        .split('|')
        .map((cell, index) => (index === 0 ? cell.replace(/\s+$/, '') : cell.trim()));
}

export interface TableRow {
  /** First cell as written, with its indentation. */
  readonly name: string;
  /** Cells by the header's names. */
  readonly cells: Readonly<Record<string, string>>;
}

/** Rows of all tables whose header passes `isHeader`. */
export function tableRows(text: string, isHeader: (cells: readonly string[]) => boolean): TableRow[] {
  const rows: TableRow[] = [];
  let header: string[] | undefined;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const cells = cellsOf(line);
    if (cells === undefined) {
      if (line !== '' && !/^\+?[-+=|]+\+?$/.test(line)) header = undefined;
      continue;
    }
    const trimmed = cells.map((cell) => cell.trim());
    if (isHeader(trimmed)) {
      header = trimmed;
      continue;
    }
    if (header === undefined || /^[-:= ]*$/.test(cells.join(''))) continue;
    const names = header;
    rows.push({
      name: cells[0] ?? '',
      cells: Object.fromEntries(trimmed.map((cell, index) => [names[index] ?? String(index), cell])),
    });
  }
  return rows;
}
