import assert from "node:assert/strict";
import { systemClock } from "../src/log/system_clock.ts";
import { startSandbox } from "../src/sandbox/sandbox.ts";
import { runCommand, startServerProcess, until, withFolder } from "./server_process.ts";

const getJson = async (url: string) => await (await fetch(url)).json();

Deno.test("serve in an empty folder has a P&L of sandbox data within 10 s, and streams it", async () => {
  await withFolder(async (env) => {
    const server = await startServerProcess(env);
    try {
      assert.match(server.output(), /SANDBOX: made-up data/);
      const [faultsUrl] = /http:\S+\/_sandbox\/faults/.exec(server.output()) ?? [];
      assert.equal(
        (await fetch(faultsUrl ?? "http://none.invalid")).status,
        405,
        "POST it has to be",
      );
      const current = await until(
        () => getJson(`${server.url}/api/pnl/current`),
        ({ quality, served }) => quality.complete && served.from !== "default",
        10_000 - server.startedMs,
      );
      assert.notEqual(current.metrics.netPnl, "0.00");
      assert.ok(current.components.kalshi.openPositions > 0);
      const health = await getJson(`${server.url}/health`);
      assert.deepEqual([health.status, health.mode], ["ok", "sandbox"]);
      const socket = new WebSocket(`${server.url.replace("http", "ws")}/ws`, "pnl.v1");
      const first = await new Promise<string>((resolve, reject) => {
        socket.onerror = () => reject(new Error("the socket failed"));
        socket.onmessage = ({ data }) => {
          if (JSON.parse(data).type === "snapshot") resolve(data);
        };
      });
      assert.equal(JSON.parse(first).data.schema, "pnl.snapshot.v1");
      socket.close();
    } finally {
      const { code, elapsedMs } = await server.end("SIGTERM");
      assert.equal(code, 0, server.output());
      assert.ok(elapsedMs < 5_000, `${elapsedMs} ms`);
    }
  });
});

Deno.test("serve goes on after kill -9 where the log ended, and replay --verify is clean", async () => {
  await withFolder(async (env) => {
    const first = await startServerProcess(env);
    const before = await until(
      () => getJson(`${first.url}/api/pnl/current`),
      ({ quality }) => quality.complete,
      10_000,
    );
    await first.end("SIGKILL");
    const second = await startServerProcess(env);
    try {
      const after = await getJson(`${second.url}/api/pnl/current`);
      assert.ok(after.position >= before.position);
      const verified = await runCommand(["replay", "--verify", "--json"], env);
      assert.equal(verified.code, 0, verified.out + verified.err);
      assert.equal(JSON.parse(verified.out).ok, true);
    } finally {
      // As Ctrl-C does where a launcher passes on what the terminal has sent already.
      second.signal("SIGINT");
      assert.equal((await second.end("SIGTERM")).code, 0);
    }
  });
});

Deno.test("serve with credentials is live, reads the configured upstreams and names the others", async () => {
  const upstreams = await startSandbox({ clock: systemClock });
  try {
    await withFolder(async (env, folder) => {
      const { kalshi, revenue } = upstreams;
      Deno.writeTextFileSync(`${folder}/kalshi.pem`, kalshi.privateKeyPem);
      const server = await startServerProcess({
        ...env,
        KALSHI_BASE_URL: kalshi.baseUrl,
        KALSHI_API_KEY_ID: kalshi.keyId,
        KALSHI_PRIVATE_KEY_FILE: `${folder}/kalshi.pem`,
        REVENUE_BASE_URL: revenue.baseUrl,
        REVENUE_API_TOKEN: revenue.token ?? "",
      });
      try {
        const current = await until(
          () => getJson(`${server.url}/api/pnl/current`),
          ({ quality, components }) => quality.complete && components.revenue.collected !== null,
          10_000,
        );
        assert.deepEqual(current.served.notConfigured, ["anthropic"]);
        assert.equal((await getJson(`${server.url}/health`)).mode, "live");
        assert.doesNotMatch(server.output(), /SANDBOX/);
        assert.ok(Deno.statSync(`${folder}/data/events.db`).isFile);
        const secrets = [kalshi.keyId, revenue.token ?? "-"];
        const logged = server.output() + Deno.readTextFileSync(`${folder}/logs/combined.log`);
        for (const secret of secrets) assert.ok(!logged.includes(secret));
      } finally {
        assert.equal((await server.end("SIGTERM")).code, 0);
      }
    });
  } finally {
    await upstreams.stop();
  }
});

Deno.test("serve beside a running server is refused, naming its pid and port; stop ends that one", async () => {
  await withFolder(async (env) => {
    const server = await startServerProcess(env);
    const port = new URL(server.url).port;
    const second = await runCommand(["serve"], env);
    assert.equal(second.code, 1);
    assert.match(second.err, new RegExp(`process ${server.pid} on port ${port}`));
    const stopped = await runCommand(["stop", "--json"], env);
    assert.equal(stopped.code, 0, stopped.err);
    assert.deepEqual(JSON.parse(stopped.out), {
      stopped: true,
      pid: server.pid,
      port: Number(port),
    });
    assert.equal((await server.end("SIGTERM")).code, 0);
    const again = await runCommand(["stop"], env);
    assert.match(again.out, /No server has/);
  });
});

Deno.test("serve on a port in use says so, exit 1, and leaves the folder free", async () => {
  await withFolder(async (env) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const { code, err } = await runCommand(["serve"], { ...env, PORT: String(port) });
    listener.close();
    assert.equal(code, 1);
    assert.match(err, new RegExp(`Cannot listen on 127.0.0.1:${port}: the port is in use`));
    const server = await startServerProcess(env);
    assert.equal((await server.end("SIGTERM")).code, 0);
  });
});

Deno.test("serve on a damaged or foreign log says so in one line, exit 1, and changes nothing", async () => {
  await withFolder(async (env, folder) => {
    const path = `${folder}/data/sandbox/events.db`;
    Deno.mkdirSync(`${folder}/data/sandbox`, { recursive: true });
    for (const content of ["not a database at all ".repeat(100), "SQLite format 3\0cut off"]) {
      Deno.writeTextFileSync(path, content);
      const { code, err } = await runCommand(["serve"], env);
      assert.equal(code, 1);
      assert.match(err.trim(), /^Cannot open [^\n]*events\.db[^\n]*$/);
      assert.equal(Deno.readTextFileSync(path), content);
    }
  });
});

Deno.test("serve where the data folder cannot be made says so in one line, exit 1", async () => {
  await withFolder(async (env, folder) => {
    Deno.writeTextFileSync(`${folder}/data`, "a file");
    const { code, err } = await runCommand(["serve"], env);
    assert.equal(code, 1);
    assert.match(err.trim(), /^Cannot use [^\n]*data\/sandbox \(PNL_DATA_DIR\): [^\n]*$/);
  });
});

Deno.test("serve with live upstreams on the sandbox's log stops with exit 2 and appends nothing", async () => {
  await withFolder(async (env, folder) => {
    const server = await startServerProcess(env);
    // The log is bound by its first event.
    await until(
      () => getJson(`${server.url}/api/pnl/current`),
      ({ position }) => Number(position) > 0,
      10_000,
    );
    await server.end("SIGTERM");
    const before = await runCommand(["export"], env);
    const live = {
      ...env,
      PNL_DATA_DIR: `${folder}/data/sandbox`,
      REVENUE_BASE_URL: "http://127.0.0.1:8123",
    };
    const refused = await runCommand(["serve"], live);
    assert.equal(refused.code, 2, refused.err);
    assert.match(refused.err, /bound to sandbox/);
    assert.equal((await runCommand(["export"], env)).out, before.out);
  });
});

Deno.test("serve in a wrong environment names every fault once, exit 2", async () => {
  const { code, err, out } = await runCommand(["serve"], { PORT: "x", LOG_LEVEL: "loud" });
  assert.equal(code, 2);
  assert.equal(out, "");
  assert.deepEqual(err.trim().split("\n").map((line) => line.split(":")[0]), ["PORT", "LOG_LEVEL"]);
});
