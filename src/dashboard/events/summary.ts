/** What an event says, in a line: its amount, and words. */
import type { RecordedEvent } from "../../pnl/event.ts";

/** A piece of a line: words, or a figure that is hidden with the amounts. */
export type Piece = string | { readonly money: string } | { readonly count: string };

/** An event in a line. */
export interface Summary {
  /** The dollars that the event is about; null where it is about none. */
  readonly amount: string | null;
  readonly pieces: readonly Piece[];
}

type Of<T extends string> = Extract<RecordedEvent, { type: `pnl.${T}.v1` }>;

function account(subaccount: number): string {
  return subaccount === 0 ? "main account" : `subaccount ${subaccount}`;
}

function fill({ data }: Of<"kalshi.fill.recorded">): Summary {
  const { outcomeSide, count, yesPrice, fee, taker } = data;
  const side = outcomeSide === "yes" ? "buys YES " : "sells YES ";
  const pieces = [side, { count }, " at ", { money: yesPrice }, ", fee ", { money: fee }];
  return { amount: null, pieces: [...pieces, taker ? ", taker" : ", maker"] };
}

function settlement({ data }: Of<"kalshi.settlement.recorded">): Summary {
  const { result, yesCount, noCount, revenue, subaccount } = data;
  const counts = [", YES ", { count: yesCount }, ", NO ", { count: noCount }];
  return { amount: revenue, pieces: [`result ${result}`, ...counts, `, ${account(subaccount)}`] };
}

function transfer({ data }: Of<"kalshi.deposit.recorded" | "kalshi.withdrawal.recorded">): Summary {
  return { amount: data.amount, pieces: [`${data.status}, fee `, { money: data.fee }] };
}

function breaker({ data }: Of<"source.degraded" | "source.recovered">): Summary {
  const { state, errorClass, consecutiveFailures } = data;
  const why = errorClass === null
    ? ""
    : `, ${errorClass}, ${consecutiveFailures} failures in a row`;
  return { amount: null, pieces: [`breaker ${state}${why}`] };
}

function cost({ data }: Of<"anthropic.cost.observed">): Summary {
  const described = data.byDescription === undefined
    ? ""
    : `, ${data.byDescription.length} descriptions`;
  return { amount: data.amount, pieces: [`day ${data.day}${described}`] };
}

function observed(event: RecordedEvent): Summary | null {
  switch (event.type) {
    case "pnl.kalshi.cash.observed.v1": {
      const { cash, subaccount } = event.data;
      return { amount: cash, pieces: [account(subaccount)] };
    }
    case "pnl.kalshi.portfolio.valued.v1": {
      const { value, subaccount } = event.data;
      return { amount: value, pieces: [account(subaccount)] };
    }
    case "pnl.kalshi.positions.observed.v1": {
      const { positions, subaccount } = event.data;
      return { amount: null, pieces: [`${positions.length} markets, ${account(subaccount)}`] };
    }
    case "pnl.anthropic.cost.observed.v1":
      return cost(event);
    case "pnl.revenue.totals.observed.v1":
      return {
        amount: event.data.collected,
        pieces: ["collected, of invoiced ", { money: event.data.invoiced }],
      };
    default:
      return null;
  }
}

function recorded(event: RecordedEvent): Summary | null {
  switch (event.type) {
    case "pnl.kalshi.fill.recorded.v1":
      return fill(event);
    case "pnl.kalshi.settlement.recorded.v1":
      return settlement(event);
    case "pnl.kalshi.deposit.recorded.v1":
    case "pnl.kalshi.withdrawal.recorded.v1":
      return transfer(event);
    case "pnl.adjustment.recorded.v1": {
      const { amount, component, reason, who } = event.data;
      return { amount, pieces: [`${component}: ${reason} (${who})`] };
    }
    default:
      return null;
  }
}

function ofSource(event: RecordedEvent): Summary | null {
  switch (event.type) {
    case "pnl.source.bound.v1": {
      const { origin, account: label, since } = event.data;
      const from = since === null ? "" : `, since ${since}`;
      return { amount: null, pieces: [`${origin}, account ${label}${from}`] };
    }
    case "pnl.source.backfilled.v1":
      return { amount: null, pieces: [`${event.data.facts} facts`] };
    case "pnl.source.degraded.v1":
    case "pnl.source.recovered.v1":
      return breaker(event);
    case "pnl.source.rejected.v1": {
      const { path, reason, identity } = event.data;
      return { amount: null, pieces: [`${path === "" ? identity : path} ${reason}`] };
    }
    case "pnl.source.accepted.v1":
      return { amount: null, pieces: [event.data.identity] };
    default:
      return null;
  }
}

/** An event in a line; one of a type that this page does not know says nothing. */
export function summaryOf(event: RecordedEvent): Summary {
  return recorded(event) ?? observed(event) ?? ofSource(event) ?? { amount: null, pieces: [] };
}
