/** A table whose rows the reader may put in order. */
import { type ReactNode, useState } from "react";
import { nextSorting, sorted, type Sorting, type SortKey } from "../sorting.ts";

/** A column. The first one heads the rows. */
export interface Column<Row> {
  readonly name: string;
  readonly label: string;
  /** What rows are sorted by; amounts stand at the right. */
  readonly key: (row: Row) => SortKey;
  readonly cell: (row: Row) => ReactNode;
}

/** Properties of {@link SortableTable}. */
export interface SortableTableProps<Row> {
  /** What the table is, for those who come to it by its place on the page. */
  readonly name: string;
  readonly caption: ReactNode;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Tells rows apart. */
  readonly idOf: (row: Row) => string;
  /** Rows at the end in any order, such as a sum. */
  readonly foot?: ReactNode;
  /** So many rows are shown at first. */
  readonly shown?: number;
}

const SHOWN = 50;

/** The table; more rows than are shown at first come with a button, on paper with their count. */
export function SortableTable<Row>(props: SortableTableProps<Row>) {
  const { name, caption, columns, rows, idOf, foot, shown = SHOWN } = props;
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [all, setAll] = useState(false);
  const by = columns.find(({ name }) => name === sorting?.column);
  const inOrder = by === undefined || sorting === null
    ? rows
    : sorted(rows, by.key, sorting.descending);
  const isCut = !all && rows.length > shown;
  return (
    <div className="sortable">
      <div className="scroll" tabIndex={0} role="region" aria-label={name}>
        <table>
          <caption>
            <span className="table-caption">{caption}</span>
          </caption>
          <Heads columns={columns} sample={rows[0]} sorting={sorting} sort={setSorting} />
          <tbody>
            {(isCut ? inOrder.slice(0, shown) : inOrder).map((row) => (
              <tr key={idOf(row)} data-row={idOf(row)}>
                {columns.map((column, index) => (
                  <Cell key={column.name} column={column} row={row} heads={index === 0} />
                ))}
              </tr>
            ))}
          </tbody>
          {foot === undefined ? null : <tfoot>{foot}</tfoot>}
        </table>
      </div>
      {isCut
        ? (
          <>
            <button type="button" onClick={() => setAll(true)}>Show all {rows.length} rows</button>
            <p className="print-only">{shown} of {rows.length} rows shown</p>
          </>
        )
        : null}
    </div>
  );
}

function Cell<Row>(
  { column, row, heads }: {
    readonly column: Column<Row>;
    readonly row: Row;
    readonly heads: boolean;
  },
) {
  const content = column.cell(row);
  if (heads) return <th scope="row">{content}</th>;
  const isNumber = column.key(row).kind === "amount";
  return <td className={isNumber ? "number" : undefined} data-column={column.name}>{content}</td>;
}

const ARROWS = { ascending: "↑", descending: "↓", none: "" } as const;

function Heads<Row>(
  { columns, sample, sorting, sort }: {
    readonly columns: readonly Column<Row>[];
    readonly sample: Row | undefined;
    readonly sorting: Sorting | null;
    readonly sort: (change: (before: Sorting | null) => Sorting | null) => void;
  },
) {
  return (
    <thead>
      <tr>
        {columns.map(({ name, label, key }) => {
          const kind = sample === undefined ? "text" : key(sample).kind;
          const isSorted = sorting?.column === name;
          const order = !isSorted ? "none" : sorting.descending ? "descending" : "ascending";
          return (
            <th
              scope="col"
              key={name}
              className={kind === "amount" ? "number" : undefined}
              aria-sort={isSorted ? order : undefined}
            >
              <button
                type="button"
                className="sort"
                onClick={() => sort((before) => nextSorting(before, name, kind))}
              >
                {label}
                <span className="sort-arrow" aria-hidden="true">{ARROWS[order]}</span>
              </button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
