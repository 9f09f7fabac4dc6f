/** How the service is. */
import { z } from "zod";
import { TIME_OR_NULL } from "../../pnl/printed.ts";
import type { MirrorStatus } from "../../redis/event_mirror.ts";
import type { HubStats } from "../../stream/hub_stats.ts";
import { named } from "./names.ts";
import { AGE_MS, POSITION, SOURCE } from "./served.ts";
import { BREAKER_STATE, SOURCE_STATE } from "./source_shapes.ts";

const NUMBER = z.int().min(0);
const STATUS = z.enum(["ok", "degraded", "unavailable"]);
const TIER = z.enum(["ok", "failed", "not_configured"]);

const MIRROR = z.strictObject({
  state: z.enum(["waiting", "filling", "following", "failed"]),
  position: POSITION,
  lagEvents: NUMBER,
  lagSeconds: z.number().min(0),
  begun: NUMBER,
  lastError: z.string().nullable(),
}) satisfies z.ZodType<MirrorStatus>;

const REDIS = z.strictObject({
  connection: z.enum(["connecting", "ready", "down"]),
  lastError: z.string().nullable(),
  readable: z.boolean(),
  lease: z.enum(["held", "waiting", "lost"]).optional(),
  branch: z.string().nullable().optional(),
  mirror: MIRROR.optional(),
  snapshots: z.strictObject({ offset: NUMBER.nullable() }).optional(),
}).describe("What only a writer has is not there on an edge.");

const ALERTS = z.strictObject({
  firing: z.array(z.string()).describe("Rules by name."),
  webhooks: z.record(
    z.string(),
    z.strictObject({
      state: z.enum(["ok", "failing", "disabled"]),
      waiting: NUMBER.describe("Messages that are still to be delivered."),
    }),
  ),
});

const STREAMS = z.strictObject({
  connections: z.strictObject({ websocket: NUMBER, sse: NUMBER }),
  closing: NUMBER,
  accepted: NUMBER,
  refused: z.strictObject({
    connections: NUMBER,
    address: NUMBER,
    key: NUMBER,
    handshakes: NUMBER,
    draining: NUMBER,
    frames: NUMBER,
    bytes: NUMBER,
    slow: NUMBER,
  }).describe("By the limit that was reached."),
  sent: NUMBER,
  conflated: NUMBER,
  resets: NUMBER,
  lateTimes: NUMBER,
  holds: NUMBER,
  bufferedBytes: NUMBER,
  held: NUMBER,
  acknowledging: NUMBER,
  late: NUMBER,
  ageMs: z.strictObject({ p50: z.number(), max: z.number() }).nullable(),
}) satisfies z.ZodType<HubStats>;

/** What anybody may know. */
export const BRIEF_HEALTH = named(
  "BriefHealth",
  z.strictObject({ status: STATUS, version: z.string() }),
);

/** How the service is, and every reason why it is not better. */
export const HEALTH = named(
  "Health",
  z.strictObject({
    status: STATUS,
    reasons: z.array(z.string()).describe("Empty where all is well."),
    role: z.enum(["all", "edge"]),
    version: z.string(),
    mode: z.enum(["live", "sandbox"]).nullable().describe("Of the writer."),
    writer: z.string().nullable().describe("Where the writer listens, as an edge knows it."),
    uptimeSeconds: NUMBER,
    position: POSITION,
    confirmedAgeMs: AGE_MS.nullable(),
    projection: z.strictObject({
      status: z.enum(["running", "rebuilding", "failed"]),
      position: POSITION,
    }),
    sources: z.partialRecord(
      SOURCE,
      z.strictObject({
        state: SOURCE_STATE,
        lastSuccessAt: TIME_OR_NULL,
        nextPollAt: TIME_OR_NULL,
        backfillRows: NUMBER,
        breaker: BREAKER_STATE,
      }),
    ),
    tiers: z.strictObject({ memory: TIER, redis: TIER, sqlite: TIER }),
    redis: REDIS.nullable().describe("Null where it is not configured."),
    alerts: ALERTS.nullable().describe("Null where no rules are configured, and on an edge."),
    streams: STREAMS,
  }),
);

const STALLS = { stalls: z.array(z.string()).optional().describe("What the watchdog found.") };

/** The process is ready. */
export const READY = named("Ready", z.strictObject({ status: z.literal("ok"), ...STALLS }));

/** No traffic should come now. */
export const NOT_READY = named(
  "NotReady",
  z.strictObject({ status: z.literal("not_ready"), reason: z.string(), ...STALLS }),
);

const TIER_STATS = named(
  "TierStats",
  z.strictObject({
    hits: NUMBER,
    misses: NUMBER,
    errors: NUMBER,
    hitRate: z.number().min(0).max(1).nullable(),
    latency: z.strictObject({ p50: z.number().nullable(), p99: z.number().nullable() })
      .describe("Milliseconds."),
    entries: NUMBER.nullable(),
  }),
);

/** How often each tier of the read path answered, and how fast. */
export const CACHE_STATS = named(
  "CacheStats",
  z.partialRecord(z.enum(["memory", "redis", "sqlite", "default"]), TIER_STATS),
);
