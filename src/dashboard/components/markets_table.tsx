/** Kalshi's P&L market by market. */
import type { MarketRow } from "../../pnl/breakdown.ts";
import { hrefOf } from "../route.ts";
import { Amount } from "./amount.tsx";
import { type Column, SortableTable } from "./sortable_table.tsx";

function idOf({ subaccount, ticker }: MarketRow): string {
  return ticker === null ? "others" : `${subaccount}/${ticker}`;
}

function nameOf({ ticker, markets }: MarketRow) {
  return ticker === null
    ? `${markets} other markets`
    : <a className="ticker" href={hrefOf("events", null, { subject: ticker })}>{ticker}</a>;
}

function stateOf({ settled }: MarketRow): string | null {
  return settled === null ? null : settled ? "settled" : "open";
}

function amountColumn(
  name: "cost" | "realizedPnl" | "fees" | "pnl",
  label: string,
  signed: boolean,
): Column<MarketRow> {
  return {
    name,
    label,
    key: (row) => ({ kind: "amount", value: row[name] }),
    cell: (row) => <Amount value={row[name]} signed={signed} />,
  };
}

const COLUMNS: readonly Column<MarketRow>[] = [
  {
    name: "ticker",
    label: "Market",
    key: ({ ticker }) => ({ kind: "text", value: ticker }),
    cell: nameOf,
  },
  {
    name: "subaccount",
    label: "Subaccount",
    key: ({ subaccount }) => ({ kind: "amount", value: subaccount?.toString() ?? null }),
    cell: ({ subaccount }) => subaccount,
  },
  {
    name: "state",
    label: "State",
    key: (row) => ({ kind: "text", value: stateOf(row) }),
    cell: stateOf,
  },
  {
    name: "count",
    label: "Contracts",
    key: ({ count }) => ({ kind: "amount", value: count }),
    cell: ({ count }) => count,
  },
  amountColumn("cost", "Open cost", false),
  amountColumn("realizedPnl", "Realised", true),
  amountColumn("fees", "Fees", false),
  amountColumn("pnl", "P&L", true),
];

/** The markets; they add up to Kalshi's realised P&L and fees. */
export function MarketsTable({ markets }: { readonly markets: readonly MarketRow[] }) {
  return (
    <SortableTable
      name="Markets"
      caption="Each market's part of Kalshi's P&L; open ones first, then the latest traded."
      columns={COLUMNS}
      rows={markets}
      idOf={idOf}
      shown={20}
    />
  );
}
