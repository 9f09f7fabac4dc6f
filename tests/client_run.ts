/** A client with short waits, and what it shows over time, for tests. */
import assert from "node:assert/strict";
import { until } from "../src/http/test_streams.ts";
import type { ClientState } from "../src/client/client_state.ts";
import { PnlClient, type PnlClientOptions } from "../src/client/pnl_client.ts";

/** Waits of milliseconds instead of seconds. */
export const QUICK = {
  firstRetryMs: 20,
  longestRetryMs: 100,
  connectMs: 600,
  settledMs: 1_000,
  firstProbeMs: 300,
  longestProbeMs: 600,
  wakeMs: 300,
};

/** A client that runs until it is disposed of. */
export class ClientRun implements Disposable {
  readonly client: PnlClient;
  /** Each state, in order. */
  readonly states: ClientState[] = [];
  /** The offset of each final that was given out. */
  readonly finals: number[] = [];
  readonly #http = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });

  /** Starts it. Each request of its fetch is a connection of its own. */
  constructor(url: string, options: Partial<PnlClientOptions> = {}) {
    const { timings, ...rest } = options;
    this.client = new PnlClient({
      url,
      fetch: (input, init) => fetch(input, { ...init, client: this.#http }),
      ...rest,
      timings: { ...QUICK, ...timings },
    });
    this.client.subscribe(() => this.states.push(this.client.state));
    this.client.onFinal(({ served }) => this.finals.push(Number(served.pos.split(":")[1])));
    this.client.start();
  }

  /** The state now. */
  get state(): ClientState {
    return this.client.state;
  }

  /** Each status with its transport, repetitions left out. */
  get story(): string[] {
    const all = this.states.map(({ status, transport }) =>
      transport === null ? status : `${status} ${transport}`
    );
    return all.filter((each, index) => each !== all[index - 1]);
  }

  /** Waits until the state is as wished. */
  reaches(wished: (state: ClientState) => boolean, what: string, ms?: number): Promise<void> {
    return until(() => wished(this.state), what, ms).catch((error) => {
      throw new Error(
        `${error.message}: ${JSON.stringify({ ...this.state, snapshot: undefined })}`,
      );
    });
  }

  /** Waits until it is live over a transport, with a snapshot. */
  live(transport: string, ms?: number): Promise<void> {
    return this.reaches(
      (state) => state.transport === transport && state.snapshot !== null,
      `live over ${transport}`,
      ms,
    );
  }

  /** Waits until so many finals were given out as are expected; fails where they are others. */
  async gaveOut(expected: readonly number[], ms?: number): Promise<void> {
    // Where too few have come, the comparison tells which.
    await until(() => this.finals.length >= expected.length, "all finals", ms).catch(() => {});
    assert.deepEqual(this.finals, expected, `${this.story.join(", ")}; ${this.#told}`);
  }

  /** The state but the snapshot, as text. */
  get #told(): string {
    return JSON.stringify({ ...this.state, snapshot: undefined });
  }

  [Symbol.dispose](): void {
    this.client.stop();
    this.#http.close();
  }
}
