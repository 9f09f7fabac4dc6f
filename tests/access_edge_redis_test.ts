import assert from "node:assert/strict";
import { redisKeys } from "../src/redis/keys.ts";
import { startRedis, type TestRedis } from "../src/redis/testing.ts";
import { WebSocketClient } from "../src/http/test_streams.ts";
import {
  runCommand,
  type ServerProcess,
  startServerProcess,
  withFolder,
} from "./server_process.ts";

const KEYS = redisKeys();
/** Longer than it takes a key to come from the writer to an edge, milliseconds. */
const REACHED_MS = 20_000;

async function statusOf(server: ServerProcess, headers: Record<string, string>): Promise<number> {
  const response = await fetch(`${server.url}/api/pnl/current`, { headers });
  await response.body?.cancel();
  return response.status;
}

/** What a test has: a writer and an edge, both asking for keys. */
interface Scene {
  readonly writer: ServerProcess;
  readonly edge: ServerProcess;
  readonly redis: TestRedis;
  /** Settings of the writer. */
  readonly env: Record<string, string>;
}

async function withNodes(work: (scene: Scene) => Promise<void>): Promise<void> {
  await withFolder(async (folderEnv, folder) => {
    await using redis = await startRedis();
    const env = { ...folderEnv, REDIS_URL: redis.url, PNL_AUTH: "required" };
    const running: ServerProcess[] = [];
    try {
      const writer = await startServerProcess(env);
      running.push(writer);
      const edge = await startServerProcess({
        ...{ PORT: "0", PNL_ROLE: "edge", PNL_AUTH: "required" },
        ...{ REDIS_URL: redis.url, LOG_DIR: `${folder}/edge-logs` },
      });
      running.push(edge);
      await work({ writer, edge, redis, env });
    } finally {
      await Promise.all(running.map((server) => server.end("SIGKILL")));
    }
  });
}

/** Makes a key and waits until the edge knows it. */
async function make(
  { edge, env }: Scene,
): Promise<{ id: string; headers: Record<string, string> }> {
  const { out } = await runCommand(["keys", "create", "--json", "--name", "desk"], env);
  const { id, key } = JSON.parse(out);
  const headers = { authorization: `Bearer ${key}` };
  const deadline = performance.now() + REACHED_MS;
  // Whoever asks more often with a key that is not known yet is held up.
  while (await statusOf(edge, headers) !== 200 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  return { id, headers };
}

async function ticketOf(server: ServerProcess, headers: Record<string, string>): Promise<string> {
  const response = await fetch(`${server.url}/api/tickets`, { method: "POST", headers });
  const text = await response.text();
  assert.equal(response.status, 200, `${text} ${server.output()}`);
  return JSON.parse(text).ticket;
}

async function redeem(server: ServerProcess, ticket: string): Promise<number> {
  const response = await fetch(`${server.url}/api/pnl/stream?ticket=${ticket}`);
  await response.body?.cancel();
  return response.status;
}

Deno.test("a key of the writer counts at an edge, and its streams there end when it is revoked", async () => {
  await withNodes(async (scene) => {
    const { edge, redis, env } = scene;
    const { id, headers } = await make(scene);
    const stored = await redis.client.get(KEYS.apiKeys) ?? "";
    assert.ok(stored.includes(id));
    assert.ok(!stored.includes(headers.authorization!.slice(-30)), "no secret lies in Redis");
    const ticket = await ticketOf(edge, headers);
    const socket = new WebSocketClient(`${edge.url}/ws?ticket=${ticket}`, ["pnl.v1"]);
    assert.equal((await socket.next()).type, "hello");
    await runCommand(["keys", "revoke", id], env);
    const revokedAt = performance.now();
    assert.equal((await socket.closed).code, 4401);
    const tookMs = performance.now() - revokedAt;
    assert.ok(tookMs < REACHED_MS, `${tookMs} ms`);
    assert.equal(await statusOf(edge, headers), 401);
  });
});

Deno.test("a ticket is redeemed by whatever node is first, a session counts at each", async () => {
  await withNodes(async (scene) => {
    const { writer, edge, redis } = scene;
    const { headers } = await make(scene);
    for (const [from, to] of [[writer, edge], [edge, writer]] as const) {
      const ticket = await ticketOf(from, headers);
      const names = await redis.client.keys("pnl:ticket:*");
      assert.equal(names.length, 1);
      assert.ok(!names[0]!.includes(ticket));
      assert.equal(await redeem(to, ticket), 200);
      assert.equal(await redeem(from, ticket), 401, "used elsewhere");
    }
    const signedIn = await fetch(`${edge.url}/api/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ key: headers.authorization!.slice("Bearer ".length) }),
    });
    assert.equal(signedIn.status, 204);
    const cookie = signedIn.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
    assert.equal(await statusOf(edge, { cookie }), 200);
    assert.equal(await statusOf(writer, { cookie }), 200);
  });
});

Deno.test("while Redis is away an edge goes by the keys that it knows, and tickets count where they are made", async () => {
  await withNodes(async (scene) => {
    const { edge, redis } = scene;
    const { headers } = await make(scene);
    await redis.kill();
    assert.equal(await statusOf(edge, headers), 200);
    assert.equal(await statusOf(edge, { authorization: "Bearer nonsense" }), 401);
    assert.equal(await redeem(edge, await ticketOf(edge, headers)), 200);
  });
});
