/** Delivers what waits: to each webhook one message after another, again and again until it has it. */
import { createHash } from "node:crypto";
import { getLogger, type Logger } from "@logtape/logtape";
import type { Clock } from "../pnl/clock.ts";
import type { AlertStore, Attempt } from "./alert_store.ts";
import type { Delivery } from "./delivery.ts";
import { MOST_WAIT_MS, waitAfter } from "./retry.ts";
import { type Outcome, type Receiver, send } from "./send.ts";
import { Trouble } from "./trouble.ts";

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
  /** Outcomes that could not be saved, by webhook: one at most, for nothing is sent before it is. */
  readonly #unsaved = new Map<string, Attempt>();
  readonly #reading: Trouble;
  /** By webhook. */
  readonly #delivering = new Map<string, Trouble>();
  #health: readonly WebhookHealth[];

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    const logger = this.#logger = options.logger ?? getLogger(["pnl", "alerts"]);
    const { clock } = options;
    this.#reading = new Trouble({
      ...{ logger, clock },
      failed: "Cannot read how alerts are delivered",
      over: "How alerts are delivered can be read again",
    });
    for (const { name: webhook } of options.receivers) {
      const trouble = new Trouble({
        ...{ logger, clock, properties: { webhook } },
        failed: "Cannot deliver alerts to {webhook}",
        over: "Alerts are delivered to {webhook} again",
      });
      this.#delivering.set(webhook, trouble);
    }
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
      for (const { name } of this.#options.receivers) {
        try {
          this.#save(name);
        } catch (error) {
          this.#delivering.get(name)?.failed(error);
        }
      }
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
      this.#reading.over();
    } catch (error) {
      this.#reading.failed(error);
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
    const { signal } = this.#ending;
    const trouble = this.#delivering.get(receiver.name);
    try {
      await this.#send(receiver, signal);
      trouble?.over();
    } catch (error) {
      if (!signal.aborted) trouble?.failed(error);
    }
  }

  async #send(receiver: Receiver, signal: AbortSignal): Promise<void> {
    const { store, clock, timeoutMs } = this.#options;
    const { name } = receiver;
    this.#save(name);
    if (store.isDisabled(name, addressOf(receiver))) {
      if (store.standing(name, clock.now()).waiting === 0) return;
      return store.giveUp(name, "webhook_disabled", clock.now());
    }
    for (let sent = 0; sent < MOST_AT_ONCE; sent++) {
      const now = clock.now();
      if (now < (this.#resting.get(name) ?? 0)) return;
      const delivery = store.due(name, now);
      if (delivery === null) return;
      const limit = timeoutMs === undefined ? {} : { timeoutMs };
      this.#record(receiver, delivery, await send(receiver, delivery, { now, signal, ...limit }));
      this.#save(name);
      if (signal.aborted) return;
    }
  }

  /**
   * Saves what came of the last attempt. What was sent is not sent again for want of room on the disk:
   * its outcome is kept here until it is saved.
   *
   * @throws {DatabaseError} where it cannot be saved
   */
  #save(webhook: string): void {
    const attempt = this.#unsaved.get(webhook);
    if (attempt === undefined) return;
    this.#options.store.attempted(attempt);
    this.#unsaved.delete(webhook);
  }

  /** Says what came of an attempt, and keeps it to be saved. */
  #record(receiver: Receiver, delivery: Delivery, outcome: Outcome): void {
    const { clock } = this.#options;
    const { id, rule } = delivery;
    const { delivered, result, gone, busy, retryAfterMs } = outcome;
    const now = clock.now();
    const rest = Math.min(MOST_WAIT_MS, Math.max(REST_MS, retryAfterMs ?? 0));
    if (busy) this.#resting.set(receiver.name, now + rest);
    const attempts = delivery.attempts + 1;
    const facts = { id, rule, webhook: receiver.name, result, attempts };
    this.#count(receiver.name)[delivered ? "delivered" : "failed"] += 1;
    const wait = delivered || gone ? null : waitAfter(attempts, this.#random(), retryAfterMs);
    this.#unsaved.set(receiver.name, {
      ...{ id, result, now },
      status: delivered ? "delivered" : wait === null ? "failed" : "waiting",
      nextAt: wait === null ? null : now + wait,
      gone: gone ? { webhook: receiver.name, address: addressOf(receiver) } : null,
    });
    if (delivered) return this.#logger.info("Alert {rule} was delivered to {webhook}", facts);
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
