/** `doctor`: checks all that a start needs, and says what to do about what is wrong. */
import { systemClock } from "../log/system_clock.ts";
import { type CheckResult, runChecks } from "./check.ts";
import type { Command } from "./command.ts";
import { readConfig } from "./config.ts";
import { localChecks } from "./local_checks.ts";
import { print, printJson } from "./output.ts";
import { openRedisChecks } from "./redis_checks.ts";
import { upstreamChecks } from "./upstream_checks.ts";

const MARKS = { ok: "ok  ", warn: "warn", fail: "FAIL", skip: "--  " } as const;

const DETAILS = {
  live: "live",
  sandbox: "sandbox: no upstream is configured",
  edge: "edge: serves what the writer leaves in Redis",
} as const;

/** The subcommand. */
export const command: Command = {
  name: "doctor",
  summary: "Check the configuration, the upstreams, Redis, the disk and the databases.",
  details: "Makes one small request with the credentials of each configured upstream, and\n" +
    "makes the data and log folders where there are none. Nothing else is changed.",
  options: { json: { type: "boolean", help: "The results as JSON." } },
  async run({ options, env }) {
    const config = readConfig(env);
    const json = options.json === true;
    const results: CheckResult[] = [];
    const show = (result: CheckResult) => {
      results.push(result);
      if (!json) print(`${MARKS[result.status]} ${result.name.padEnd(22)} ${result.detail}`);
    };
    show({ name: "configuration", status: "ok", detail: DETAILS[config.mode ?? "edge"] });
    for (const warning of config.warnings) {
      show({ name: "configuration", status: "fail", detail: warning });
    }
    await using redis = await openRedisChecks(config);
    const checks = [
      ...localChecks(config, env),
      ...upstreamChecks(config, systemClock),
      ...redis.checks,
    ];
    for await (const result of runChecks(checks)) show(result);
    const failed = results.filter(({ status }) => status === "fail").length;
    if (json) {
      printJson({ ok: failed === 0, role: config.role, mode: config.mode, checks: results });
    } else print(failed === 0 ? "All is well." : `${failed} of ${results.length} checks failed.`);
    return failed === 0 ? 0 : 1;
  },
};
