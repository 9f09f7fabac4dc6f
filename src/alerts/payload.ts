/** What a webhook is told. */
import { isoOf } from "../pnl/iso_time.ts";
import { type Condition, thresholdOf } from "./condition.ts";
import type { MessageType, NewDelivery } from "./delivery.ts";
import type { Notice, RuleState } from "./rule_state.ts";
import type { Rule } from "./rules.ts";

/** The body of a message; `type`, `timestamp` and `data` are those of Standard Webhooks. Times are UTC. */
export interface AlertMessage {
  readonly type: MessageType;
  /** When it was so, whenever it is delivered. */
  readonly timestamp: string;
  readonly data: {
    readonly rule: string;
    /** As the rule says it; null of a test. */
    readonly when: Condition | null;
    /** What the condition was judged by: a figure, when a source last answered, what the watchdog found. */
    readonly value: string | null;
    /** Null where the condition has none. */
    readonly threshold: string | null;
    /** Since when the condition holds, or held. */
    readonly since: string | null;
    /** True where this alert was told before, and still fires. */
    readonly repeated: boolean;
    /** Position of the last event that was folded. */
    readonly position: number | null;
    /** Stream position of the snapshot. */
    readonly pos: string | null;
    readonly mode: "live" | "sandbox";
  };
}

/** Where an alert stands in the log. */
export interface Place {
  readonly position: number | null;
  readonly pos: string | null;
  readonly mode: "live" | "sandbox";
}

/** A new `webhook-id`. */
function messageId(): string {
  return `msg_${crypto.randomUUID().replaceAll("-", "")}`;
}

/** The message of a rule that fires, fires still, or is resolved. */
export function noticeOf(
  { name: rule, when, webhook }: Pick<Rule, "name" | "when" | "webhook">,
  { since, value }: RuleState,
  notice: Notice,
  now: number,
  place: Place,
): NewDelivery {
  const type = notice === "resolved" ? "pnl.alert.resolved" : "pnl.alert.firing";
  const { position, pos, mode } = place;
  const threshold = thresholdOf(when);
  const message: AlertMessage = {
    type,
    timestamp: new Date(now).toISOString(),
    data: {
      ...{ rule, when, value, threshold, since: isoOf(since) },
      ...{ repeated: notice === "repeated", position, pos, mode },
    },
  };
  return { id: messageId(), webhook, rule, type, body: JSON.stringify(message) };
}

/** A message that only shows that a webhook works. */
export function testMessage(webhook: string, now: number, mode: Place["mode"]): NewDelivery {
  const type = "pnl.alert.test";
  const message: AlertMessage = {
    type,
    timestamp: new Date(now).toISOString(),
    data: {
      ...{ rule: "test", when: null, value: null, threshold: null, since: null },
      ...{ repeated: false, position: null, pos: null, mode },
    },
  };
  return { id: messageId(), webhook, rule: "test", type, body: JSON.stringify(message) };
}
