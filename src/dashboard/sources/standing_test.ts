/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import type { BreakerHealth, SourceHealth } from "./source_health.ts";
import { adviceOn, configureAdvice, standingOf } from "./standing.ts";

function source(
  state: SourceHealth["state"],
  breaker: BreakerHealth["state"] | null = "CLOSED",
): SourceHealth {
  return {
    state,
    lastSuccessAt: null,
    nextPollAt: null,
    backfillRows: 0,
    breaker: breaker === null ? null : {
      state: breaker,
      consecutiveFailures: 0,
      openedAt: null,
      nextAttemptAt: null,
      lastError: null,
    },
  };
}

Deno.test("standingOf() says the gravest thing of a source", () => {
  const words = (...given: Parameters<typeof standingOf>) => standingOf(...given).words;
  assert.equal(words(source("ok"), false), "Answering");
  assert.equal(words(source("ok"), true), "Stale");
  assert.equal(words(source("degraded"), true), "Failing");
  assert.equal(words(source("degraded", "OPEN"), true), "Breaker open");
  assert.equal(words(source("degraded", "HALF_OPEN"), true), "Trying again");
  assert.equal(words(source("stopped", "OPEN"), true), "Stopped");
  assert.equal(words(source("backfilling"), true), "Reading history");
  assert.equal(words(source("starting"), true), "Starting");
  assert.equal(words(source("not_configured", null), true), "Not configured");
  assert.equal(standingOf(source("ok"), false).kind, "good");
  assert.equal(standingOf(source("degraded", "OPEN"), true).kind, "bad");
});

Deno.test("adviceOn() names what to look at for each class of error", () => {
  const classes = [
    ...["network", "timeout", "unauthorized", "rate_limited", "client_error", "server_error"],
    ...["malformed", "clock_skew", "internal", "another"],
  ];
  const advice = classes.map((each) => adviceOn("kalshi", each));
  assert.equal(new Set(advice).size, classes.length, "each has its own");
  assert.match(adviceOn("kalshi", "unauthorized"), /KALSHI_API_KEY_ID/);
  assert.match(adviceOn("anthropic", "rate_limited"), /ANTHROPIC_POLL_MS/);
  assert.match(adviceOn("revenue", "network"), /REVENUE_BASE_URL/);
  assert.match(configureAdvice("revenue"), /^Set REVENUE_BASE_URL /);
  assert.match(configureAdvice("anthropic"), /^Set ANTHROPIC_ADMIN_KEY /);
});
