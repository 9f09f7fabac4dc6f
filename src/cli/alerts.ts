/** `alerts`: shows the rules of a data directory and their deliveries, and tries a webhook. */
import { AlertStore } from "../alerts/alert_store.ts";
import { thresholdOf } from "../alerts/condition.ts";
import { addressOf } from "../alerts/courier.ts";
import type { Delivery } from "../alerts/delivery.ts";
import { testMessage } from "../alerts/payload.ts";
import { INITIAL } from "../alerts/rule_state.ts";
import type { Rule } from "../alerts/rules.ts";
import { send } from "../alerts/send.ts";
import { systemClock } from "../log/system_clock.ts";
import { isoOf } from "../pnl/iso_time.ts";
import { type AlertSettings, readAlertSettings } from "./alert_settings.ts";
import { type Command, type CommandContext, CommandError, UsageError } from "./command.ts";
import { type Config, readConfig } from "./config.ts";
import { prepareFolder } from "./folder.ts";
import { print, printJson } from "./output.ts";

/** Deliveries that are shown. */
const MOST_SHOWN = 50;

/** A condition in words: `netPnl < -1000.00`. */
function conditionText({ when }: Rule): string {
  if ("metric" in when) return `${when.metric} ${when.op} ${when.value}`;
  if ("unreconciled" in when) return `unreconciled > ${thresholdOf(when)}`;
  return "stale" in when ? `${when.stale} stale` : `watchdog: ${when.watchdog}`;
}

function list(store: AlertStore, { rules, receivers }: AlertSettings, json: boolean): number {
  const states = store.states();
  const listed = rules.map((rule) => {
    const { status, since, value } = states.get(rule.name) ?? INITIAL;
    return { ...rule, status, since: isoOf(since), value };
  });
  const webhooks = receivers.map((receiver) => ({
    name: receiver.name,
    disabled: store.isDisabled(receiver.name, addressOf(receiver)),
    ...store.standing(receiver.name, systemClock.now()),
  }));
  if (json) {
    printJson({ rules: listed, webhooks });
    return 0;
  }
  for (const { status, since, ...rule } of listed) {
    const from = since === null ? "" : `since ${since}`;
    const words = [rule.name, status.padEnd(8), conditionText(rule), `to ${rule.webhook}`, from];
    print(words.join("  ").trimEnd());
  }
  for (const { name, disabled, waiting, isFailing, givenUp } of webhooks) {
    const state = disabled ? "disabled" : isFailing ? "failing" : "ok";
    const lost = givenUp === 0 ? "" : `, ${givenUp} given up within a day`;
    print(`Webhook ${name}: ${state}, ${waiting} waiting${lost}`);
  }
  return 0;
}

function jsonOf({ createdAt, nextAt, doneAt, body, ...delivery }: Delivery) {
  const times = { createdAt: isoOf(createdAt), nextAt: isoOf(nextAt), doneAt: isoOf(doneAt) };
  return { ...delivery, ...times, body: JSON.parse(body) };
}

function deliveries(store: AlertStore, json: boolean): number {
  const shown = store.deliveries(MOST_SHOWN);
  if (json) {
    printJson(shown.map(jsonOf));
    return 0;
  }
  if (shown.length === 0) print("Nothing was sent yet.");
  for (const each of shown) {
    const next = each.nextAt === null ? "" : `next ${isoOf(each.nextAt)}`;
    const columns = [
      ...[isoOf(each.createdAt), each.status.padEnd(9), each.type.padEnd(18), each.rule],
      ...[`to ${each.webhook}`, `${each.attempts} attempts`, each.result ?? "", next],
    ];
    print(columns.join("  ").trimEnd());
  }
  return 0;
}

/** Sends one message now, and once. A receiver that was disabled and takes it is enabled again. */
async function test(
  store: AlertStore,
  { receivers }: AlertSettings,
  config: Config,
  name: string,
): Promise<number> {
  const receiver = receivers.find((each) => each.name === name);
  if (receiver === undefined) {
    const known = receivers.map((each) => each.name).join(", ") || "none";
    throw new UsageError(`alerts test: there is no webhook ${JSON.stringify(name)}, but ${known}`);
  }
  const now = systemClock.now();
  const message = testMessage(name, now, config.mode ?? "live");
  const { signal } = new AbortController();
  const { delivered, result } = await send(receiver, message, { now, signal });
  store.addDone(message, delivered ? "delivered" : "failed", result, now);
  if (delivered) store.enable(name);
  print(`${name}: ${delivered ? "delivered" : "not delivered"}, ${result}`);
  return delivered ? 0 : 1;
}

async function act(
  store: AlertStore,
  settings: AlertSettings,
  config: Config,
  { options, positionals }: CommandContext,
): Promise<number> {
  const [action, name] = positionals;
  if (action === "test") {
    if (name === undefined) throw new UsageError("alerts test needs <webhook>");
    return await test(store, settings, config, name);
  }
  if (name !== undefined) {
    throw new UsageError(`alerts ${action} takes no argument ${JSON.stringify(name)}`);
  }
  if (action === "list") return list(store, settings, options.json === true);
  if (action === "deliveries") return deliveries(store, options.json === true);
  throw new UsageError(`alerts: ${JSON.stringify(action)} is none of list, test, deliveries`);
}

/** The subcommand. */
export const command: Command = {
  name: "alerts",
  summary: "Show the rules of alerts and what was sent; try a webhook.",
  details:
    "list shows each rule and how it is; deliveries shows the newest messages and what came of\n" +
    "them; test <webhook> sends one that is signed like all, and enables a webhook that had\n" +
    "answered 410 again where it takes it. docs/OPERATIONS.md says more.",
  positionals: ["list|test|deliveries", "webhook"],
  leastPositionals: 1,
  options: { json: { type: "boolean", help: "list, deliveries: answer as JSON." } },
  async run(context) {
    const config = readConfig(context.env);
    if (config.role === "edge") {
      throw new CommandError("An edge has no alerts; run alerts where the writer runs");
    }
    const settings = readAlertSettings(config, context.env);
    if (settings === null) {
      throw new CommandError("There are no alerts: PNL_ALERTS_FILE names no file of rules");
    }
    prepareFolder(config.dataDir, "PNL_DATA_DIR");
    using store = await AlertStore.open(`${config.dataDir}/state.db`);
    return await act(store, settings, config, context);
  },
};
