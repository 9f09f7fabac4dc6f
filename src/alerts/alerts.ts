/** The alerts of a writer: the rules are judged, what they say is delivered. */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../pnl/clock.ts";
import { AlertStore } from "./alert_store.ts";
import { AlertWatch, type Watched } from "./alert_watch.ts";
import { Courier, type WebhookHealth } from "./courier.ts";
import type { Rule } from "./rules.ts";
import type { Receiver } from "./send.ts";

/** What alerts work with. */
export interface AlertsOptions {
  readonly rules: readonly Rule[];
  readonly receivers: readonly Receiver[];
  /** Of `state.db`. */
  readonly path: string;
  readonly clock: Clock;
  readonly mode: "live" | "sandbox";
}

/** How alerts are. */
export interface AlertsHealth {
  readonly rules: readonly {
    readonly name: string;
    readonly status: "ok" | "pending" | "firing";
  }[];
  readonly webhooks: readonly WebhookHealth[];
}

/** Alerts, from {@link Alerts.start} on. */
export class Alerts implements Disposable {
  readonly #store: AlertStore;
  readonly #rules: readonly Rule[];
  readonly #watch: AlertWatch;
  readonly #courier: Courier;

  private constructor(store: AlertStore, options: AlertsOptions) {
    const { rules, receivers, clock, mode } = options;
    this.#store = store;
    this.#rules = rules;
    const names = new Set(rules.map(({ name }) => name));
    const webhooks = new Set(receivers.map(({ name }) => name));
    for (const rule of store.keepOnly(names, webhooks, clock.now())) {
      getLogger(["pnl", "alerts"]).warn("Alert {rule} was firing, and is no rule any more", {
        rule,
      });
    }
    this.#courier = new Courier({ store, receivers, clock });
    const onMessage = () => this.#courier.wake();
    this.#watch = new AlertWatch({ rules, store, clock, mode, onMessage });
  }

  /**
   * Opens what was kept of them.
   *
   * @throws {DatabaseError}
   */
  static async open(options: AlertsOptions): Promise<Alerts> {
    const store = await AlertStore.open(options.path);
    try {
      return new Alerts(store, options);
    } catch (error) {
      store[Symbol.dispose]();
      throw error;
    }
  }

  /** How they are now. */
  health(): AlertsHealth {
    const rules = this.#rules.map(({ name }) => {
      const status = this.#watch.states.get(name)?.status ?? "ok";
      return { name, status: status === "resolved" ? "ok" as const : status };
    });
    return { rules, webhooks: this.#courier.health };
  }

  /** Begins to judge and to deliver. Returns what ends both. */
  start(watched: Watched): () => Promise<void> {
    const endWatch = this.#watch.start(watched);
    const endCourier = this.#courier.start();
    return async () => {
      endWatch();
      await endCourier();
    };
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }
}
