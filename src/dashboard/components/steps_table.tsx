/** The waterfall as a table. */
import type { Step } from "../waterfall_steps.ts";
import { Amount } from "./amount.tsx";
import { Explained } from "./explained.tsx";
import { type Column, SortableTable } from "./sortable_table.tsx";

function columnsAt(position: number): readonly Column<Step>[] {
  return [
    {
      name: "label",
      label: "Step",
      key: ({ label }) => ({ kind: "text", value: label }),
      cell: ({ label }) => label,
    },
    {
      name: "of",
      label: "Part of",
      key: ({ of }) => ({ kind: "text", value: of }),
      cell: ({ of }) => of,
    },
    {
      name: "amount",
      label: "Amount",
      key: ({ amount }) => ({ kind: "amount", value: amount }),
      cell: ({ amount, metric }) => (
        <Explained metric={metric} at={position}>
          <Amount value={amount} signed />
        </Explained>
      ),
    },
    {
      name: "running",
      label: "Up to here",
      key: ({ running }) => ({ kind: "amount", value: running }),
      cell: ({ running }) => <Amount value={running} signed />,
    },
  ];
}

/** The steps of the waterfall, each with what all up to it add up to. */
export function StepsTable(
  { steps, position }: { readonly steps: readonly Step[]; readonly position: number },
) {
  return (
    <SortableTable
      name="Steps from revenue to net"
      caption="The same as a table: from revenue to net, step by step."
      columns={columnsAt(position)}
      rows={steps}
      idOf={({ of, label }) => `${of}/${label}`}
    />
  );
}
