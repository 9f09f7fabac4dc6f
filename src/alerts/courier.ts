/** Delivers what waits: to each webhook one message after another, again and again until it has it. */
import { createHash } from "node:crypto";
import { getLogger, type Logger } from "@logtape/logtape";
import type { Clock } from "../pnl/clock.ts";
import type { AlertStore } from "./alert_store.ts";
import type { Delivery } from "./delivery.ts";
import { MOST_WAIT_MS, waitAfter } from "./retry.ts";
import { type Outcome, type Receiver, send } from "./send.ts";

/** What waits is looked at this often, milliseconds. */
const LOOK_MS = 1_000;
/** So many are sent to one webhook before the next look. */
const MOST_AT_ONCE = 50;
/** A receiver that is asked too much, and does not say for how long, is left alone so long, milliseconds. */
const REST_MS = 5_000;

/** What a courier works with. */
export interface CourierOptions {
  readonly store: AlertStore;
  readonly receivers: readonly Receiver[];
  readonly clock: Clock;
  /** Of 0 to 1; default `Math.random`. */
  readonly random?: () => number;
  /** Of one attempt, milliseconds. */
  readonly timeoutMs?: number;
  readonly logger?: Logger;
}

/** How deliveries to a webhook go. */
export interface WebhookHealth {
  readonly name: string;
  readonly state: "ok" | "failing" | "disabled";
  readonly waiting: number;
  /** Messages that were given up within the last day. */
  readonly givenUp: number;
  /** Attempts of this process. */
  readonly delivered: number;
  readonly failed: number;
}

/** Names a receiver's address without giving it away. */
export function addressOf({ url }: Pick<Receiver, "url">): string {
  return createHash("sha256").update(url).digest("hex");
}

/** Delivers, from {@link Courier.start} on. */
export class Courier {
  readonly #options: CourierOptions;
  readonly #logger: Logger;
  readonly #random: () => number;
  readonly #ending = new AbortController();
  readonly #rounds = new Map<string, Promise<void>>();
  /** Until when webhooks that were asked too much are left alone, Unix milliseconds. */
  readonly #resting = new Map<string, number>();
  readonly #counts = new Map<string, { delivered: number; failed: number }>();
  #health: readonly WebhookHealth[];

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#logger = options.logger ?? getLogger(["pnl", "alerts"]);
    this.#health = this.#look();
  }

  /** How deliveries to each webhook go, as of the last look. */
  get health(): readonly WebhookHealth[] {
    return this.#health;
  }

  /** Begins. Returns what ends it: what is on its way is given up, and sent again after the next start. */
  start(): () => Promise<void> {
    const timer = setInterval(() => this.wake(), LOOK_MS);
    this.wake();
    return async () => {
      clearInterval(timer);
      this.#ending.abort();
      await Promise.all(this.#rounds.values());
    };
  }

  /** Looks at once. */
  wake(): void {
    if (this.#ending.signal.aborted) return;
    for (const receiver of this.#options.receivers) {
      if (this.#rounds.has(receiver.name)) continue;
      const round = this.#round(receiver).finally(() => this.#rounds.delete(receiver.name));
      this.#rounds.set(receiver.name, round);
    }
    try {
      this.#health = this.#look();
    } catch (error) {
      this.#logger.error("Cannot read how alerts are delivered", { error });
    }
  }

  #look(): WebhookHealth[] {
    const { store, receivers, clock } = this.#options;
    return receivers.map((receiver) => {
      const { name } = receiver;
      const { waiting, isFailing, givenUp } = store.standing(name, clock.now());
      const isDisabled = store.isDisabled(name, addressOf(receiver));
      const state = isDisabled ? "disabled" : isFailing ? "failing" : "ok";
      const { delivered, failed } = this.#count(name);
      return { name, state, waiting, givenUp, delivered, failed };
    });
  }

  #count(name: string): { delivered: number; failed: number } {
    const known = this.#counts.get(name) ?? { delivered: 0, failed: 0 };
    this.#counts.set(name, known);
    return known;
  }

  /** Sends what is due to one webhook. It never fails. */
  async #round(receiver: Receiver): Promise<void> {
    const { store, clock, timeoutMs } = this.#options;
    const { signal } = this.#ending;
    try {
      if (store.isDisabled(receiver.name, addressOf(receiver))) {
        if (store.standing(receiver.name, clock.now()).waiting === 0) return;
        return store.giveUp(receiver.name, "webhook_disabled", clock.now());
      }
      for (let sent = 0; sent < MOST_AT_ONCE; sent++) {
        const now = clock.now();
        if (now < (this.#resting.get(receiver.name) ?? 0)) return;
        const delivery = store.due(receiver.name, now);
        if (delivery === null) return;
        const limit = timeoutMs === undefined ? {} : { timeoutMs };
        this.#record(receiver, delivery, await send(receiver, delivery, { now, signal, ...limit }));
        if (signal.aborted) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#logger.error("Cannot deliver alerts to {webhook}", { webhook: receiver.name, error });
    }
  }

  #record(receiver: Receiver, delivery: Delivery, outcome: Outcome): void {
    const { store, clock } = this.#options;
    const { id, rule } = delivery;
    const { delivered, result, gone, busy, retryAfterMs } = outcome;
    const now = clock.now();
    const rest = Math.min(MOST_WAIT_MS, Math.max(REST_MS, retryAfterMs ?? 0));
    if (busy) this.#resting.set(receiver.name, now + rest);
    const attempts = delivery.attempts + 1;
    const facts = { id, rule, webhook: receiver.name, result, attempts };
    this.#count(receiver.name)[delivered ? "delivered" : "failed"] += 1;
    if (delivered) {
      store.attempted({ id, status: "delivered", result, nextAt: null, now });
      return this.#logger.info("Alert {rule} was delivered to {webhook}", facts);
    }
    const wait = gone ? null : waitAfter(attempts, this.#random(), retryAfterMs);
    const nextAt = wait === null ? null : now + wait;
    store.attempted({ id, status: wait === null ? "failed" : "waiting", result, nextAt, now });
    if (gone) store.disable(receiver.name, addressOf(receiver), now);
    if (wait === null) {
      const why = gone ? ", which wants no more" : "";
      return this.#logger.error(`Alert {rule} was given up: {result} of {webhook}${why}`, facts);
    }
    this.#logger.warn("Alert {rule} was not delivered to {webhook}: {result}", {
      ...facts,
      nextAt: new Date(now + wait).toISOString(),
    });
  }
}
