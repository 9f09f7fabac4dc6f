/** A message to a webhook, as it is kept. */
import type { SQLOutputValue } from "node:sqlite";
import { numberOrNull } from "../sqlite/columns.ts";

/** What a message is about. */
export type MessageType = "pnl.alert.firing" | "pnl.alert.resolved" | "pnl.alert.test";

/** A message that is to be sent. */
export interface NewDelivery {
  /** The `webhook-id` of every attempt. */
  readonly id: string;
  readonly webhook: string;
  readonly rule: string;
  readonly type: MessageType;
  readonly body: string;
}

/** A message that is, or was, to be sent. Times are Unix milliseconds. */
export interface Delivery extends Omit<NewDelivery, "type"> {
  readonly type: string;
  readonly status: "waiting" | "delivered" | "failed";
  /** So many attempts were made. */
  readonly attempts: number;
  /** What came of the last attempt, or why there is none; null before the first. */
  readonly result: string | null;
  readonly createdAt: number;
  /** When it is tried next; null where it is not. */
  readonly nextAt: number | null;
  readonly doneAt: number | null;
}

/** A row of `alert_deliveries`. */
export function deliveryOf(row: Record<string, SQLOutputValue>): Delivery {
  const status = row["status"];
  return {
    id: String(row["id"]),
    webhook: String(row["webhook"]),
    rule: String(row["rule"]),
    type: String(row["type"]),
    body: String(row["body"]),
    status: status === "waiting" || status === "delivered" ? status : "failed",
    attempts: Number(row["attempts"]),
    result: typeof row["result"] === "string" ? row["result"] : null,
    createdAt: Number(row["created_at"]),
    nextAt: numberOrNull(row["next_at"]),
    doneAt: numberOrNull(row["done_at"]),
  };
}
