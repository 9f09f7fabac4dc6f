/** `serve`: runs the server until a signal ends it. */
import { systemClock } from "../log/system_clock.ts";
import manifest from "../../deno.json" with { type: "json" };
import { type AlertSettings, readAlertSettings } from "./alert_settings.ts";
import type { Application } from "./application.ts";
import type { Command } from "./command.ts";
import { type Config, readConfig } from "./config.ts";
import { addressWarning, exposureWarning, hostAndPort } from "./grants.ts";
import { startLogging } from "./logging.ts";
import { print, printError } from "./output.ts";
import { addressOf } from "./serve_node.ts";
import { untilSignal } from "./signals.ts";

/** The server is down within this time of the first signal, whatever hangs. */
const STOP_MS = 5_000;

function banner(config: Config, port: number): string {
  const address = addressOf({ ...config, publicUrl: null }, port);
  const lines = [`pnl-stream ${manifest.version}: ${address}`];
  if (config.role === "edge" && config.redis !== null) {
    lines.push(`Edge of the writer that publishes to Redis at ${hostAndPort(config.redis.url)}.`);
  }
  if (config.mode === "sandbox") {
    lines.push(
      "SANDBOX: made-up data, for no upstream is configured. docs/INTEGRATION.md says how to connect yours.",
    );
  }
  return lines.join("\n");
}

/** Stops within the deadline. */
async function stopInTime(application: Application, endLogging: () => Promise<void>) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), STOP_MS);
  });
  const stopped = application.stop().then(endLogging).then(() => true as const);
  const result = await Promise.race([stopped, deadline]);
  clearTimeout(timer);
  if (result === null) {
    printError(`Not everything stopped within ${STOP_MS} ms; ending all the same.`);
  }
  return result === null ? 1 : 0;
}

/** Starts what the configuration asks for; what the other role needs is not loaded. */
async function start(
  config: Config,
  alerts: AlertSettings | null,
  signal: AbortSignal,
): Promise<Application> {
  if (config.role === "edge") {
    const { startEdge } = await import("./edge.ts");
    return await startEdge(config, systemClock);
  }
  const { startApplication } = await import("./application.ts");
  return await startApplication(config, systemClock, signal, alerts);
}

/** The subcommand. */
export const command: Command = {
  name: "serve",
  summary: "Poll the upstreams, keep the log, serve the API, the streams and the dashboard.",
  details:
    "Settings come from the environment: see .env.example. Ctrl-C or deno task stop ends it.",
  options: {},
  async run({ env }) {
    const config = readConfig(env);
    const alerts = readAlertSettings(config, env);
    const endLogging = await startLogging(config, undefined, alerts?.secrets);
    const ended = untilSignal();
    const starting = new AbortController();
    void ended.then(() => starting.abort());
    let application: Application;
    try {
      application = await start(config, alerts, starting.signal);
    } catch (error) {
      await endLogging();
      if (error === starting.signal.reason) return 0;
      throw error;
    }
    print(banner(config, application.port));
    for (const warning of [exposureWarning(config), addressWarning(config)]) {
      if (warning !== null) printError(`Warning: ${warning}`);
    }
    await ended;
    return await stopInTime(application, endLogging);
  },
};
