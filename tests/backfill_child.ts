/** A process of `backfill_test.ts` that reads an account into a log until it is killed. */
import { openSqliteEventLog } from "../src/log/sqlite_event_log.ts";
import { systemClock as clock } from "../src/log/system_clock.ts";
import { kalshiSource } from "../src/sources/kalshi.ts";
import { Poller } from "../src/sources/poller.ts";
import { StateStore } from "../src/sources/state_store.ts";

const { dir, kalshi } = JSON.parse(Deno.args[0] ?? "{}");
const log = await openSqliteEventLog({ path: `${dir}/events.db`, clock });
const state = await StateStore.open({ path: `${dir}/state.db` });
const sources = [kalshiSource({ ...kalshi, clock, intervalMs: 60_000 })];
new Poller({ sources, log, state, clock }).start();
