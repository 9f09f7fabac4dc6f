/** Snapshots as they are delivered, and their history. */
import { z } from "zod";
import { MONEY, TIME, TIME_OR_NULL } from "../../pnl/printed.ts";
import { PERIOD, SNAPSHOT } from "../../pnl/snapshot_schema.ts";
import { named } from "./names.ts";
import { SERVED } from "./served.ts";

named("Period", PERIOD);
const METRICS = named("Metrics", SNAPSHOT.shape.metrics);
const STORED = named("StoredSnapshot", SNAPSHOT);

/** The snapshot, with `served`. */
export const DELIVERED = named("Snapshot", SNAPSHOT.extend({ served: SERVED }));

const BUCKET = named(
  "Bucket",
  z.strictObject({
    start: TIME,
    open: MONEY,
    high: MONEY,
    low: MONEY,
    close: MONEY,
    last: METRICS.describe("Of the last final snapshot in it."),
  }).describe("Net P&L over a minute, an hour or a day."),
);

const PAGE = {
  nextCursor: z.string().nullable()
    .describe("`cursor` of the next page; null where nothing more is there now."),
  first: TIME_OR_NULL.describe("Start of the oldest item that there is at this resolution."),
  served: SERVED,
};

/** A page of history. */
export const HISTORY_PAGE = named(
  "HistoryPage",
  z.discriminatedUnion("resolution", [
    z.strictObject({ resolution: z.literal("raw"), items: z.array(STORED), ...PAGE }),
    z.strictObject({ resolution: z.enum(["1m", "1h", "1d"]), items: z.array(BUCKET), ...PAGE }),
  ]),
);
