/** One writer and one edge with readers and streams on both, while something is done to their Redis. */
import assert from "node:assert/strict";
import { redisKeys } from "../src/redis/keys.ts";
import { type FaultyProxy, startFaultyProxy } from "../src/redis/test_proxy.ts";
import { streamLines } from "../src/redis/test_mirror.ts";
import { startRedis, type TestRedis } from "../src/redis/testing.ts";
import { ReadWatch } from "./read_watch.ts";
import { appendRate, current, INTERVAL_MS, Nodes } from "./redis_nodes.ts";
import { type ServerProcess, until } from "./server_process.ts";
import { missedFinals, SseFollower, WebSocketFollower } from "./stream_follower.ts";

const CURRENT = "/api/pnl/current";
const BREAKDOWN = "/api/pnl/breakdown";
/** It is an answer like any other, and no failure, while something is only degraded. */
const HEALTH = "/health";

/** How long things run undisturbed before, and after, milliseconds. */
const CALM_MS = 3_000;
/** The mirror and the edge are whole again within this time of Redis's return, milliseconds. */
const HEALED_MS = 5_000;
/** Time that an answer may need, and a reader between two, on a busy machine, milliseconds. */
const READING_MS = 300;

/** What is running, and who looks at it. */
export interface Scene {
  readonly redis: TestRedis;
  readonly nodes: Nodes;
  readonly writer: ServerProcess;
  readonly edge: ServerProcess;
  readonly writerReads: ReadWatch;
  readonly edgeReads: ReadWatch;
  /** Between the writer and Redis, and between the edge and Redis; only the writer and edge of a proxied scene use them. */
  readonly proxies: { readonly writer: FaultyProxy; readonly edge: FaultyProxy };
  readonly followers: readonly [WebSocketFollower, SseFollower];
}

/** When a fault began and ended, wall-clock milliseconds. */
export interface Fault {
  readonly from: number;
  readonly to: number;
}

/** Options of {@link withScene}. */
export interface SceneOptions {
  /** Both reach Redis through proxies that can break what passes. */
  readonly proxied?: boolean;
  /** Paths of the writer that are read in each round beside the current figures. */
  readonly alsoRead?: () => readonly string[];
  /** Runs before anything looks. Gives the writer that goes on. */
  readonly prepare?: (nodes: Nodes, redis: TestRedis) => Promise<ServerProcess>;
}

/** Sets the scene, lets it run calmly for a while, then does the work. */
export async function withScene(
  options: SceneOptions,
  work: (scene: Scene) => Promise<void>,
): Promise<void> {
  await using redis = await startRedis();
  await using nodes = await Nodes.prepare();
  await using writerProxy = await startFaultyProxy(redis.port);
  await using edgeProxy = await startFaultyProxy(redis.port);
  const proxies = { writer: writerProxy, edge: edgeProxy };
  const url = (proxy: FaultyProxy) => options.proxied === true ? proxy.url : redis.url;
  const writer = await (options.prepare?.(nodes, redis) ?? nodes.writer(url(writerProxy)));
  const edge = await nodes.edge(url(edgeProxy));
  const more = options.alsoRead ?? (() => []);
  await using writerReads = new ReadWatch(
    writer.url,
    () => [CURRENT, BREAKDOWN, HEALTH, ...more()],
  );
  await using edgeReads = new ReadWatch(edge.url, () => [CURRENT, BREAKDOWN, HEALTH]);
  await using socket = new WebSocketFollower(edge.url).start();
  await using events = new SseFollower(edge.url).start();
  const followers = [socket, events] as const;
  await calm();
  await work({ redis, nodes, writer, edge, writerReads, edgeReads, proxies, followers });
}

/** Lets things run. */
export async function calm(ms: number = CALM_MS): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** Everything that holds through and after each fault. Stops the readers and the growth of the log. */
export async function assertUnharmed(scene: Scene, fault: Fault): Promise<void> {
  await calm();
  for (const watch of [scene.writerReads, scene.edgeReads]) await watch.stop();
  await assertRate(scene, fault);
  assert.deepEqual(scene.writerReads.failures, [], "reads of the writer");
  assert.deepEqual(scene.edgeReads.failures, [], "reads of the edge");
  await assertMirrored(scene);
  await assertStreams(scene);
}

/** The writer appends as before, in each second of the fault and after. */
async function assertRate({ nodes }: Scene, { from, to }: Fault): Promise<void> {
  const lines = await nodes.lines();
  const usual = appendRate(lines, from - CALM_MS, from);
  const after = appendRate(lines, from, to + CALM_MS);
  const least = Math.min(...after.perSecond);
  const mean = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0) / counts.length;
  const said = JSON.stringify({ usual, after });
  assert.ok(mean(usual.perSecond) > 5, said);
  assert.ok(mean(after.perSecond) >= 0.8 * mean(usual.perSecond), said);
  assert.ok(least >= 0.5 * mean(usual.perSecond), said);
}

/** Nothing more is appended; then the stream is the log, line for line. */
export async function assertMirrored({ nodes, redis }: Pick<Scene, "nodes" | "redis">) {
  nodes.billing.freeze();
  await calm(INTERVAL_MS);
  const lines = await nodes.lines();
  const found = await until(
    () => streamLines(redis.client, redisKeys().events),
    (entries) => entries.at(-1)?.position === lines.at(-1)?.position,
    HEALED_MS,
  );
  assert.deepEqual(found, lines);
}

/** Nobody was moved backwards, and no final was left out without a word. */
async function assertStreams({ writer, edge, followers }: Scene): Promise<void> {
  const history = await (await fetch(`${writer.url}/api/pnl/history?limit=1000`)).json();
  const all = history.items.map(({ position }: { position: number }) => 2 * position + 1);
  const end = await until(
    () => Promise.all([current(writer), current(edge)]),
    ([written, shown]) => written.served.pos === shown.served.pos && shown.served.confirmed,
    HEALED_MS,
  );
  const pos = end[0].served.pos;
  for (const follower of followers) {
    const name = follower.constructor.name;
    await until(
      () => Promise.resolve(follower.seen.at(-1)),
      (last) => `${last?.epoch}:${last?.offset}` === pos && last?.confirmed === true,
      HEALED_MS,
    );
    assert.deepEqual(follower.breaches, [], name);
    assert.deepEqual(missedFinals(follower.finals, all), [], name);
  }
}

/** An edge that is cut off says so within two intervals, to readers and on its streams. */
export function assertUnconfirmed({ edgeReads, followers }: Scene, { from, to }: Fault): void {
  const told = from + 2 * INTERVAL_MS + READING_MS;
  for (const path of [CURRENT, BREAKDOWN]) {
    const late = edgeReads.between(path, told, to);
    assert.ok(late.length > 10, `${late.length} readings`);
    assert.deepEqual(late.filter(({ confirmed }) => confirmed !== false), [], path);
  }
  for (const follower of followers) {
    // Streams say it with the next tick.
    const late = follower.seen.filter(({ at }) => at > told + INTERVAL_MS && at < to);
    assert.ok(late.length > 0, "ticks go on");
    assert.deepEqual(late.filter(({ confirmed }) => confirmed), []);
  }
}

/** Soon after the fault its number is confirmed again, to readers and on its streams. */
export function assertConfirmedAgain({ edgeReads, followers }: Scene, { to }: Fault): void {
  const late = edgeReads.between(CURRENT, to + CALM_MS - 2 * INTERVAL_MS);
  assert.ok(late.length > 0 && late.every(({ confirmed }) => confirmed), JSON.stringify(late[0]));
  for (const follower of followers) assert.equal(follower.seen.at(-1)?.confirmed, true);
}

/** A small page of history that no append changes any more; another one for each `n`. */
export function closedPage(n: number, to: string): string {
  const from = new Date(Date.UTC(2026, 0, 1) + n).toISOString();
  return `/api/pnl/history?from=${from}&to=${to}&limit=1`;
}
