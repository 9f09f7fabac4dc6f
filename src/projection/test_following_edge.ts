/** An edge that follows a real Redis through a proxy, for tests. */
import { systemClock } from "../log/system_clock.ts";
import { RedisConnection } from "../redis/connection.ts";
import { RedisModels } from "../redis/models.ts";
import { type FaultyProxy, startFaultyProxy } from "../redis/test_proxy.ts";
import { startRedis, type TestRedis } from "../redis/testing.ts";
import { EdgeProjection } from "./edge_projection.ts";
import type { Frame } from "./frame.ts";
import { type OpenedEdgeReadPath, openEdgeReadPath } from "./open_edge_read_path.ts";

/** The writer's interval in these tests, milliseconds. */
export const INTERVAL_MS = 200;

/** An edge, what it told, and what stands behind it. */
export class FollowingEdge implements AsyncDisposable {
  /** Since the last restart. */
  readonly frames: Frame[] = [];
  restarts = 0;
  readonly edge: EdgeProjection;
  readonly reading: OpenedEdgeReadPath;
  readonly redis: RedisConnection;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(url: string, intervalMs = INTERVAL_MS) {
    this.redis = new RedisConnection({ url });
    const { redis } = this;
    this.edge = new EdgeProjection({ redis, clock: systemClock, windowMs: 5_000, intervalMs });
    const models = new RedisModels(redis);
    this.reading = openEdgeReadPath({ edge: this.edge, models, clock: systemClock });
    this.edge.onRestart(() => {
      this.restarts += 1;
      this.frames.length = 0;
    });
    this.edge.subscribe((frame) => this.frames.push(frame));
    this.#running = this.edge.run(this.#stop.signal);
  }

  /** Offsets told since the last restart. */
  get offsets(): number[] {
    return this.frames.map(({ offset }) => offset);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.reading.stop();
    await this.redis.close();
  }
}

/** Runs a test with a Redis, a proxy in front of it, and an edge behind that. */
export async function withEdge(
  test: (
    parts: {
      readonly server: TestRedis;
      readonly proxy: FaultyProxy;
      readonly following: FollowingEdge;
    },
  ) => Promise<void>,
): Promise<void> {
  await using server = await startRedis();
  await using proxy = await startFaultyProxy(server.port);
  await using following = new FollowingEdge(proxy.url);
  await test({ server, proxy, following });
}
