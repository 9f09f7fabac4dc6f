/** What a journal says of an event beside its amounts. */
import type { RecordedEvent } from "./event.ts";

/** The names of all tags. */
export const JOURNAL_TAGS = [
  "source",
  "id",
  "time",
  "recorded",
  "market",
  "subaccount",
  "who",
  "reason",
] as const;

/** A tag of an entry: name and value. */
export type JournalTag = readonly [(typeof JOURNAL_TAGS)[number], string];

/** The words of an entry. */
export interface JournalWords {
  /** What happened, in a line. */
  readonly title: string;
  /** What else is known of it, by name. */
  readonly tags: readonly JournalTag[];
}

/** The words for an event. */
export function journalWords(event: RecordedEvent): JournalWords {
  const about: JournalTag[] = [];
  if (
    event.type === "pnl.kalshi.fill.recorded.v1" ||
    event.type === "pnl.kalshi.settlement.recorded.v1"
  ) {
    about.push(["market", event.subject], ["subaccount", String(event.data.subaccount)]);
  } else if (event.type === "pnl.adjustment.recorded.v1") {
    about.push(["who", event.data.who], ["reason", event.data.reason]);
  }
  return {
    title: titleOf(event),
    tags: [
      ["source", event.source],
      ["id", event.id],
      ["time", event.time],
      ["recorded", event.recordedtime],
      ...about,
    ],
  };
}

function titleOf(event: RecordedEvent): string {
  const { subject } = event;
  switch (event.type) {
    case "pnl.kalshi.fill.recorded.v1": {
      const { count, outcomeSide, yesPrice } = event.data;
      return `Fill of ${subject}: ${count} ${outcomeSide} with YES at ${yesPrice}`;
    }
    case "pnl.kalshi.settlement.recorded.v1":
      return `Settlement of ${subject}: ${event.data.result}`;
    case "pnl.kalshi.deposit.recorded.v1":
      return `Deposit ${event.data.transferId}: ${event.data.status}`;
    case "pnl.kalshi.withdrawal.recorded.v1":
      return `Withdrawal ${event.data.transferId}: ${event.data.status}`;
    case "pnl.anthropic.cost.observed.v1":
      return `Anthropic costs of ${event.data.day}: now ${event.data.amount}`;
    case "pnl.revenue.totals.observed.v1":
      return `Revenue totals: now ${event.data.collected} collected of ${event.data.invoiced} invoiced`;
    case "pnl.adjustment.recorded.v1":
      return `Correction of ${event.data.component}: ${event.data.reason}`;
    case "pnl.source.bound.v1":
      return `Source ${subject}: origin ${event.data.origin} account ${event.data.account}`;
    case "pnl.kalshi.cash.observed.v1":
    case "pnl.source.backfilled.v1":
      return "Cash that the venue reports and the events do not explain";
    default:
      return `${event.type} of ${subject}`;
  }
}
