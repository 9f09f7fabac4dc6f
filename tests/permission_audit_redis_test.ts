/** What the server asks the runtime for is what its task grants: no more, for it would fail; no less either. */
import assert from "node:assert/strict";
import { systemClock } from "../src/log/system_clock.ts";
import { startRedis } from "../src/redis/testing.ts";
import { startSandbox } from "../src/sandbox/sandbox.ts";
import { flagsFor, startServerProcess, until, withFolder } from "./server_process.ts";

/** A line of the runtime's audit. */
interface Used {
  readonly permission: string;
  readonly value: string | null;
}

/** What a flag grants, one by one, such as `net 127.0.0.1:3000`. */
function grantsOf(flags: readonly string[]): { permission: string; value: string }[] {
  return flags.flatMap((flag) => {
    const [, permission, values] = /^--allow-([a-z]+)=(.*)$/.exec(flag) ?? [];
    return permission === undefined || values === undefined
      ? []
      : values.split(",").map((value) => ({ permission, value }));
  });
}

/** True where a grant covers what was used. */
function covers(grant: { permission: string; value: string }, used: Used): boolean {
  if (grant.permission !== used.permission || used.value === null) return false;
  if (grant.permission === "net") {
    const url = URL.parse(used.value);
    const host = url !== null && url.host !== "" ? `${url.hostname}:${url.port}` : used.value;
    return host === grant.value;
  }
  return used.value === grant.value || used.value.startsWith(`${grant.value}/`);
}

/**
 * A package that the Redis client needs (`debug`) looks at all of the environment, and at its own setting,
 * and for a package that colours what it says. Nothing of it is granted: `--ignore-env` makes the one look
 * empty, and it goes without the other.
 */
function isIgnored({ permission, value }: Used): boolean {
  if (permission === "read") return value?.endsWith("/dist/server/node_modules") ?? false;
  return permission === "env" && (value === null || value === "DEBUG");
}

/** Visits everything that a visitor can. */
async function visit(url: string): Promise<void> {
  const paths = [
    ...["/", "/health", "/livez", "/readyz", "/metrics", "/api/pnl/current", "/api/cache/stats"],
    ...["/api/pnl/breakdown", "/api/pnl/history", "/api/pnl/explain?metric=netPnl"],
    ...["/api/events?limit=5", "/api/events?format=csv", "/api/circuit-breaker/status"],
  ];
  for (const path of paths) {
    const response = await fetch(`${url}${path}`);
    await response.body?.cancel();
    assert.equal(response.status, 200, path);
  }
  for (const path of ["/api/pnl/stream", "/api/events/stream"]) {
    const response = await fetch(`${url}${path}`);
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel();
  }
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws`, "pnl.v1");
  await new Promise((resolve, reject) => {
    socket.onmessage = resolve;
    socket.onerror = reject;
  });
  socket.close();
}

Deno.test("serve uses each permission that its task grants, and asks for no other", async () => {
  await using redis = await startRedis();
  const upstreams = await startSandbox({ clock: systemClock });
  try {
    await withFolder(async (base, folder) => {
      const { kalshi, anthropic, revenue } = upstreams;
      Deno.writeTextFileSync(`${folder}/kalshi.pem`, kalshi.privateKeyPem);
      const port = new URL(upstreams.revenue.baseUrl).port;
      const env = {
        ...base,
        // A port of its own: 0 would be granted as it stands, and another would be listened on.
        PORT: String(Number(port) < 40_000 ? Number(port) + 12_000 : Number(port) - 12_000),
        PNL_INTERVAL_MS: "200",
        KALSHI_BASE_URL: kalshi.baseUrl,
        KALSHI_API_KEY_ID: kalshi.keyId,
        KALSHI_PRIVATE_KEY_FILE: `${folder}/kalshi.pem`,
        ANTHROPIC_BASE_URL: anthropic.baseUrl,
        ANTHROPIC_ADMIN_KEY: anthropic.adminKey,
        REVENUE_BASE_URL: revenue.baseUrl,
        REVENUE_API_TOKEN: revenue.token ?? "",
        REDIS_URL: redis.url,
      };
      const grants = grantsOf(await flagsFor("serve", env));
      const audit = `${folder}/audit.jsonl`;
      const server = await startServerProcess({ ...env, DENO_AUDIT_PERMISSIONS: audit });
      try {
        await until(
          async () => await (await fetch(`${server.url}/api/pnl/current`)).json(),
          ({ quality }) => quality.complete,
          20_000,
        );
        await visit(server.url);
      } finally {
        assert.equal((await server.end("SIGTERM")).code, 0);
      }
      const used: Used[] = Deno.readTextFileSync(audit).trim().split("\n")
        .map((line) => JSON.parse(line));
      const beyond = used.filter((each) =>
        !isIgnored(each) && !grants.some((grant) => covers(grant, each))
      );
      assert.deepEqual(beyond, [], "asked for, and not granted");
      const idle = grants.filter((grant) => !used.some((each) => covers(grant, each)));
      assert.deepEqual(idle, [], "granted, and never used");
    });
  } finally {
    await upstreams.stop();
  }
});
