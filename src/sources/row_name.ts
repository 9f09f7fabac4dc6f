/** The names by which rejected rows are known, and are found again among the rows that could be read. */
import type { Candidate } from "../pnl/event.ts";

/** A deposit or a withdrawal, in whatever state: ids of one kind may be those of the other too. */
export function transferName(kind: "deposit" | "withdrawal", id: string): string {
  return `${kind}/${id}`;
}

/** The settlement of a market for one subaccount; one that comes in parts has one name for all of them. */
export function settlementName(ticker: string, subaccount: number): string {
  return `settlement/${ticker}/${subaccount}`;
}

/** The names that a rejection of this candidate's row may have given. */
export function rowNames(candidate: Candidate): string[] {
  if (candidate.kind !== "fact") return [];
  const { id } = candidate;
  switch (candidate.type) {
    case "pnl.source.rejected.v1":
      return [];
    case "pnl.kalshi.settlement.recorded.v1":
      return [id, settlementName(candidate.subject, candidate.data.subaccount)];
    case "pnl.kalshi.deposit.recorded.v1":
      return [id, transferName("deposit", candidate.data.transferId)];
    case "pnl.kalshi.withdrawal.recorded.v1":
      return [id, transferName("withdrawal", candidate.data.transferId)];
    default:
      return [id];
  }
}
