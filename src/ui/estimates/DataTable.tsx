import { memo, type ReactNode, useMemo, useState } from 'react';
import { CsvExport } from './Exports.tsx';
import type { Cell } from './plot-export.ts';
import { sameRow, sortRows } from './sort.ts';

export interface Column<Row> {
  readonly id: string;
  readonly label: string;
  /** For sorting and CSV. */
  readonly value: (row: Row) => Cell;
  /** What is shown; the value when absent. */
  readonly cell?: (row: Row) => ReactNode;
  readonly numeric?: boolean;
  readonly help?: string;
  /** Only in the CSV: the table shows it elsewhere in the row. */
  readonly csvOnly?: boolean;
}

interface DataTableProps<Row> {
  readonly title: string;
  readonly name: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly selected?: (row: Row) => boolean;
  readonly start?: { readonly column: string; readonly down: boolean };
  readonly rowProps?: RowProps<Row>;
  readonly tools?: ReactNode;
}

type RowProps<Row> = (row: Row) => React.HTMLAttributes<HTMLTableRowElement>;

interface RowViewProps {
  readonly row: unknown;
  readonly columns: readonly Column<unknown>[];
  readonly selected: boolean;
  readonly rowProps: RowProps<unknown> | undefined;
}

/** Rows that an edit does not change are not drawn anew. What `rowProps` does follows from the row alone. */
const MemoRow = memo(
  function RowView({ row, columns, selected, rowProps }: RowViewProps) {
    return (
      <tr className={selected ? 'data__row--selected' : ''} {...rowProps?.(row)}>
        {columns.map(({ id, value, cell, numeric }) => (
          <td key={id} className={numeric ? 'figures__number' : ''}>
            {cell ? cell(row) : value(row)}
          </td>
        ))}
      </tr>
    );
  },
  (before, after) =>
    before.selected === after.selected && before.columns === after.columns && sameRow(before.row, after.row),
);

/** A table that sorts by any column and saves as CSV. */
export function DataTable<Row>({
  title,
  name,
  columns,
  rows,
  keyOf,
  selected,
  start,
  rowProps,
  tools,
}: DataTableProps<Row>) {
  const [order, setOrder] = useState(start);
  const column = columns.find(({ id }) => id === order?.column);
  const sorted = useMemo(
    () => (column && order ? sortRows(rows, column.value, order.down) : rows),
    [rows, column, order],
  );
  const shown = useMemo(() => columns.filter((one) => !one.csvOnly), [columns]);
  const csvRows = () => [
    columns.map(({ label }) => label),
    ...sorted.map((row) => columns.map(({ value }) => value(row))),
  ];
  return (
    <div className="data">
      <div className="data__head">
        <h3>{title}</h3>
        {tools}
        <CsvExport name={name} title={title} rows={csvRows} />
      </div>
      <table className="figures data__table" aria-label={title}>
        <thead>
          <tr>
            {shown.map(({ id, label, numeric, help }) => {
              const here = order?.column === id;
              return (
                <th
                  key={id}
                  scope="col"
                  className={numeric ? 'figures__number' : ''}
                  aria-sort={here ? (order.down ? 'descending' : 'ascending') : undefined}
                >
                  <button
                    type="button"
                    className="data__sort"
                    title={help}
                    onClick={() => setOrder({ column: id, down: here ? !order.down : numeric === true })}
                  >
                    {label}
                    <span aria-hidden="true">{here ? (order.down ? ' ▾' : ' ▴') : ''}</span>
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <MemoRow
              key={keyOf(row)}
              row={row}
              columns={shown as readonly Column<unknown>[]}
              selected={selected?.(row) ?? false}
              rowProps={rowProps as RowProps<unknown> | undefined}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
