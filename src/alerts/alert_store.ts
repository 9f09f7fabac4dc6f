/** How alerts are, and their deliveries, in `state.db`; the command line and the server both have it open. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import { openStateDatabase } from "../log/state_database.ts";
import { numberOrNull } from "../sqlite/columns.ts";
import { databaseError } from "../sqlite/database_error.ts";
import { preparedOnce } from "../sqlite/statements.ts";
import { inTransaction } from "../sqlite/transaction.ts";
import { type Delivery, deliveryOf, type NewDelivery } from "./delivery.ts";
import { MOST_WAIT_MS } from "./retry.ts";
import type { RuleState } from "./rule_state.ts";

/** Deliveries that wait for one webhook; the oldest of more is given up. */
const MOST_WAITING = 1_000;
/** Deliveries that are kept after they are done. */
const MOST_DONE = 1_000;
/** What was given up is told of for so long, milliseconds. */
const TOLD_MS = 24 * 3_600_000;

/** A rule that went on, and what is to be told of it. */
export interface Change {
  readonly rule: string;
  readonly state: RuleState;
  readonly delivery: NewDelivery | null;
}

/** What came of an attempt. */
export interface Attempt {
  readonly id: string;
  readonly status: Delivery["status"];
  readonly result: string;
  /** When it is tried again, Unix milliseconds; null where it is not. */
  readonly nextAt: number | null;
  /** The receiver at this address wants no more; null where it said no such thing. */
  readonly gone: { readonly webhook: string; readonly address: string } | null;
  readonly now: number;
}

/** How deliveries to a webhook go. */
export interface Standing {
  readonly waiting: number;
  /** The newest delivery that was tried has failed so far. */
  readonly isFailing: boolean;
  /** Messages of rules that were given up within the last day. */
  readonly givenUp: number;
}

type Row = Record<string, SQLOutputValue>;

function stateOf(row: Row): RuleState {
  const { status, since, told_at: toldAt, value } = row;
  return {
    status: status === "pending" || status === "firing" || status === "resolved" ? status : "ok",
    since: numberOrNull(since),
    toldAt: numberOrNull(toldAt),
    value: typeof value === "string" ? value : null,
  };
}

/** The alerts of a data directory. */
export class AlertStore implements Disposable {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #sql: (text: string) => StatementSync;

  private constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.#sql = preparedOnce(db);
    this.#path = path;
  }

  /**
   * Opens `state.db`; makes it where there is none. What is written survives a power cut: an alert that
   * was told is not told again.
   *
   * @throws {DatabaseError}
   */
  static async open(path: string): Promise<AlertStore> {
    return new AlertStore(await openStateDatabase(path, { synchronous: "FULL" }), path);
  }

  /** How each rule was left, by name. */
  states(): Map<string, RuleState> {
    const rows = this.#all("SELECT * FROM alert_states");
    return new Map(rows.map((row) => [String(row["rule"]), stateOf(row)]));
  }

  /**
   * Saves what changed, and what is to be told of it, together. A message that is there already is left
   * as it is: where saving it is said to have failed it may have come through all the same.
   *
   * @throws {DatabaseError} with nothing saved
   */
  save(changes: readonly Change[], now: number): void {
    this.#transaction(() => {
      for (const { rule, state: { status, since, toldAt, value }, delivery } of changes) {
        this.#run(
          "INSERT OR REPLACE INTO alert_states (rule, status, since, told_at, value) VALUES (?, ?, ?, ?, ?)",
          ...[rule, status, since, toldAt, value],
        );
        if (delivery !== null) this.#insert(delivery, now);
      }
    });
  }

  /** Adds a message that is to be sent. */
  add(delivery: NewDelivery, now: number): void {
    this.#transaction(() => this.#insert(delivery, now));
  }

  /** Adds a message that was sent once, and is not sent again. */
  addDone(
    delivery: NewDelivery,
    status: "delivered" | "failed",
    result: string,
    now: number,
  ): void {
    this.#transaction(() => {
      this.#insert(delivery, now);
      this.#attempted({ id: delivery.id, status, result, nextAt: null, gone: null, now });
    });
  }

  /**
   * Forgets the rules that are no more, and gives up what waits for webhooks that are no more.
   *
   * @returns the rules that were firing
   */
  keepOnly(rules: ReadonlySet<string>, webhooks: ReadonlySet<string>, now: number): string[] {
    const gone = [...this.states()].filter(([rule]) => !rules.has(rule));
    this.#transaction(() => {
      for (const [rule] of gone) this.#run("DELETE FROM alert_states WHERE rule = ?", rule);
      for (const { webhook } of this.#all("SELECT DISTINCT webhook FROM alert_deliveries")) {
        if (!webhooks.has(String(webhook))) this.#giveUp(String(webhook), "webhook_removed", now);
      }
    });
    return gone.filter(([, { status }]) => status === "firing").map(([rule]) => rule);
  }

  /**
   * What is to be sent to a webhook now, the oldest first; null where nothing is. Of one rule nothing is
   * sent before what came earlier. A time that is too far ahead is of a clock that was set back since.
   */
  due(webhook: string, now: number): Delivery | null {
    const [row] = this.#all(
      `SELECT * FROM alert_deliveries AS d WHERE webhook = ? AND status = 'waiting'
       AND (next_at <= ? OR next_at > ?) AND NOT EXISTS (
         SELECT 1 FROM alert_deliveries AS e WHERE e.webhook = d.webhook AND e.status = 'waiting'
         AND e.rule = d.rule AND e.seq < d.seq
       ) ORDER BY next_at, seq LIMIT 1`,
      ...[webhook, now, now + MOST_WAIT_MS],
    );
    return row === undefined ? null : deliveryOf(row);
  }

  /**
   * Writes down what came of an attempt. Where its receiver wants no more, what waits for it is given up
   * with it.
   *
   * @throws {DatabaseError} with nothing written
   */
  attempted(attempt: Attempt): void {
    const { gone, now } = attempt;
    this.#transaction(() => {
      this.#attempted(attempt);
      if (gone === null) return;
      const { webhook, address } = gone;
      this.#run(
        "INSERT OR REPLACE INTO alert_receivers_gone VALUES (?, ?, ?)",
        ...[webhook, address, now],
      );
      this.#giveUp(webhook, "webhook_disabled", now);
    });
  }

  /** The receiver answers again. */
  enable(webhook: string): void {
    this.#transaction(() =>
      this.#run("DELETE FROM alert_receivers_gone WHERE webhook = ?", webhook)
    );
  }

  /** True where the receiver at this address wants no more. */
  isDisabled(webhook: string, address: string): boolean {
    const sql = "SELECT 1 FROM alert_receivers_gone WHERE webhook = ? AND address = ?";
    return this.#all(sql, webhook, address).length > 0;
  }

  /** Gives up what waits for a webhook. */
  giveUp(webhook: string, result: string, now: number): void {
    this.#transaction(() => this.#giveUp(webhook, result, now));
  }

  /** The newest deliveries, the newest first. */
  deliveries(limit: number): Delivery[] {
    return this.#all("SELECT * FROM alert_deliveries ORDER BY seq DESC LIMIT ?", limit)
      .map(deliveryOf);
  }

  /** How deliveries to a webhook go. */
  standing(webhook: string, now: number): Standing {
    const [{ waiting = 0 } = {}] = this.#all(
      "SELECT count(*) AS waiting FROM alert_deliveries WHERE webhook = ? AND status = 'waiting'",
      webhook,
    );
    const [newest] = this.#all(
      `SELECT status FROM alert_deliveries WHERE webhook = ? AND (attempts > 0 OR status = 'failed')
       ORDER BY seq DESC LIMIT 1`,
      webhook,
    );
    const isFailing = newest !== undefined && newest["status"] !== "delivered";
    const [{ lost = 0 } = {}] = this.#all(
      `SELECT count(*) AS lost FROM alert_deliveries WHERE webhook = ? AND status = 'failed'
       AND type <> 'pnl.alert.test' AND done_at > ?`,
      ...[webhook, now - TOLD_MS],
    );
    return { waiting: Number(waiting), isFailing, givenUp: Number(lost) };
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#db.close();
  }

  #insert({ id, webhook, rule, type, body }: NewDelivery, now: number): void {
    this.#run(
      `INSERT INTO alert_deliveries (id, webhook, rule, type, body, status, attempts, created_at, next_at)
       VALUES (?, ?, ?, ?, ?, 'waiting', 0, ?, ?) ON CONFLICT (id) DO NOTHING`,
      ...[id, webhook, rule, type, body, now, now],
    );
    this.#run(
      `UPDATE alert_deliveries SET status = 'failed', result = 'too_many', next_at = NULL, done_at = ?
       WHERE webhook = ? AND status = 'waiting' AND seq <= (
         SELECT seq FROM alert_deliveries WHERE webhook = ? AND status = 'waiting'
         ORDER BY seq DESC LIMIT 1 OFFSET ${MOST_WAITING}
       )`,
      ...[now, webhook, webhook],
    );
    this.#run(
      `DELETE FROM alert_deliveries WHERE status <> 'waiting' AND seq <= (
         SELECT seq FROM alert_deliveries WHERE status <> 'waiting'
         ORDER BY seq DESC LIMIT 1 OFFSET ${MOST_DONE}
       )`,
    );
  }

  #attempted({ id, status, result, nextAt, now }: Attempt): void {
    this.#run(
      `UPDATE alert_deliveries SET attempts = attempts + 1, status = ?, result = ?, next_at = ?,
       done_at = ? WHERE id = ?`,
      ...[status, result, nextAt === null ? null : Math.ceil(nextAt)],
      ...[status === "waiting" ? null : now, id],
    );
  }

  #giveUp(webhook: string, result: string, now: number): void {
    this.#run(
      `UPDATE alert_deliveries SET status = 'failed', result = ?, next_at = NULL, done_at = ?
       WHERE webhook = ? AND status = 'waiting'`,
      ...[result, now, webhook],
    );
  }

  #all(sql: string, ...values: SQLInputValue[]): Row[] {
    try {
      return this.#sql(sql).all(...values);
    } catch (error) {
      throw databaseError(this.#path, "read", error);
    }
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#sql(sql).run(...values);
  }

  #transaction(work: () => void): void {
    try {
      inTransaction(this.#db, work);
    } catch (error) {
      throw databaseError(this.#path, "write", error);
    }
  }
}
