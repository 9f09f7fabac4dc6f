import assert from "node:assert/strict";
import { runCommand, startServerProcess, until, withFolder } from "./server_process.ts";

async function json(url: string) {
  return await (await fetch(url)).json();
}

Deno.test("backup copies the log of a running server; restored, the server goes on from it", async () => {
  await withFolder(async (base, folder) => {
    const env = { ...base, PNL_INTERVAL_MS: "100", PNL_BACKUP_DIR: `${folder}/safe` };
    Deno.mkdirSync(`${folder}/safe`);
    const file = `${folder}/safe/events.db`;
    const none = await runCommand(["backup", file], env);
    assert.equal(none.code, 1);
    assert.match(none.err, /There is no event log/);

    const server = await startServerProcess(env);
    await until(() => json(`${server.url}/api/pnl/current`), (now) => now.quality.complete, 20_000);
    const made = await runCommand(["backup", "--json", file], env);
    assert.equal(made.code, 0, made.err);
    const report = JSON.parse(made.out);
    assert.equal(report.file, file);
    const before = await json(`${server.url}/api/events/${report.events}`);
    await until(
      () => json(`${server.url}/api/pnl/current`),
      ({ position }) => position > report.events,
      20_000,
    );
    assert.deepEqual(await server.end("SIGTERM").then(({ code }) => code), 0);

    const again = await runCommand(["backup", file], env);
    assert.deepEqual([again.code, again.err.includes("there is such a file already")], [1, true]);
    const elsewhere = await runCommand(["backup", `${folder}/elsewhere.db`], env);
    assert.equal(elsewhere.code, 1);
    assert.match(elsewhere.err, /PNL_BACKUP_DIR/);
    assert.equal((await runCommand(["backup"], env)).code, 2);

    // As docs/QUICKSTART.md says.
    const data = `${folder}/data/sandbox`;
    for (const end of ["-wal", "-shm"]) {
      await Deno.remove(`${data}/events.db${end}`).catch(() => {});
    }
    Deno.copyFileSync(file, `${data}/events.db`);
    const restored = await startServerProcess(env);
    const now = await until(
      () => json(`${restored.url}/api/pnl/current`),
      ({ position }) => position > report.events,
      20_000,
    );
    assert.ok(now.position > report.events);
    assert.deepEqual(await json(`${restored.url}/api/events/${report.events}`), before);
    await restored.end("SIGTERM");
    for (const args of [["verify"], ["replay", "--verify"]]) {
      const { code, out, err } = await runCommand(args, env);
      assert.equal(code, 0, out + err);
    }
  });
});
