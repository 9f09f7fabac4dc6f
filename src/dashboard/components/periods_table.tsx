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
export function PeriodsTable(
  { periods, position }: { readonly periods: Snapshot["periods"]; readonly position: number },
) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Table of periods">
      <table className="periods">
        <caption>
          <span className="table-caption">
            Revenue and expenses over the same span, from when every source is known within it.
          </span>
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
            <PeriodRow
              key={name}
              name={name}
              label={label}
              period={periods[name]}
              position={position}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function PeriodRow({ name, label, period, position }: {
  readonly name: string;
  readonly label: string;
  readonly period: Snapshot["periods"]["day"];
  readonly position: number;
}) {
  return (
    <tr data-period={name}>
      <th scope="row">{label}</th>
      {FIGURES.map(([figure]) => (
        <td className="number" key={figure} data-figure={figure}>
          <Explained metric={`periods.${name}.${figure}`} at={position}>
            <Amount value={period[figure]} signed={figure === "netPnl"} />
          </Explained>
        </td>
      ))}
      <td className="number" data-figure="grossMarginPct">
        <Explained metric={`periods.${name}.grossMarginPct`} at={position}>
          <Percent value={period.grossMarginPct} />
        </Explained>
      </td>
      <td>
        <Time value={period.since} />
      </td>
    </tr>
  );
}
