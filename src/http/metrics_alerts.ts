/** Metrics of the alerts, where rules are configured. Their names and those of webhooks are labels: few. */
import type { Exposition, Sample } from "../metrics/exposition.ts";
import type { AppDeps } from "./deps.ts";

/** Writes them. */
export function alertMetrics(out: Exposition, { alerts }: AppDeps): void {
  if (alerts === null) return;
  const { rules, webhooks } = alerts();
  out.gauge(
    "pnl_alert_firing",
    "1 where the rule fires.",
    rules.map(({ name: rule, status }): Sample => [{ rule }, status === "firing"]),
  );
  out.gauge(
    "pnl_alert_webhook_failing",
    "1 where the webhook does not take what it is sent, or wants no more.",
    webhooks.map(({ name: webhook, state }): Sample => [{ webhook }, state !== "ok"]),
  );
  out.gauge(
    "pnl_alert_deliveries_waiting",
    "Messages that are still to be delivered.",
    webhooks.map(({ name: webhook, waiting }): Sample => [{ webhook }, waiting]),
  );
  out.gauge(
    "pnl_alert_deliveries_given_up",
    "Messages that were given up within the last day.",
    webhooks.map(({ name: webhook, givenUp }): Sample => [{ webhook }, givenUp]),
  );
  out.counter(
    "pnl_alert_attempts_total",
    "Attempts to deliver.",
    webhooks.flatMap(({ name: webhook, delivered, failed }): Sample[] => [
      [{ webhook, outcome: "delivered" }, delivered],
      [{ webhook, outcome: "failed" }, failed],
    ]),
  );
}
