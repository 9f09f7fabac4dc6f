/** Revenue against expenses over the same span: the day, the month, the year and all time. */
import type { Snapshot } from "../../pnl/snapshot_schema.ts";
import { Amount, Percent } from "./amount.tsx";
import { Explained } from "./explained.tsx";
import { Time } from "./time.tsx";

const PERIODS = [["day", "UTC day"], ["month", "Month"], ["year", "Year"], [
  "all",
  "All time",
]] as const;
const FIGURES = [["revenue", "Revenue"], ["expenses", "Expenses"], ["netPnl", "Net P&L"]] as const;

/** The table of a snapshot's periods. */
export function PeriodsTable({ periods }: { readonly periods: Snapshot["periods"] }) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Periods">
      <table className="periods">
        <caption>
          Revenue and expenses over the same span, from when every source is known within it.
        </caption>
        <thead>
          <tr>
            <th scope="col">Period</th>
            {FIGURES.map(([name, label]) => (
              <th scope="col" className="number" key={name}>{label}</th>
            ))}
            <th scope="col" className="number">Margin</th>
            <th scope="col">Known since</th>
          </tr>
        </thead>
        <tbody>
          {PERIODS.map(([name, label]) => (
            <PeriodRow key={name} name={name} label={label} period={periods[name]} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function PeriodRow({ name, label, period }: {
  readonly name: string;
  readonly label: string;
  readonly period: Snapshot["periods"]["day"];
}) {
  return (
    <tr data-period={name}>
      <th scope="row">{label}</th>
      {FIGURES.map(([figure]) => (
        <td className="number" key={figure} data-figure={figure}>
          <Explained metric={`periods.${name}.${figure}`}>
            <Amount value={period[figure]} signed={figure === "netPnl"} />
          </Explained>
        </td>
      ))}
      <td className="number" data-figure="grossMarginPct">
        <Percent value={period.grossMarginPct} />
      </td>
      <td>
        <Time value={period.since} />
      </td>
    </tr>
  );
}
