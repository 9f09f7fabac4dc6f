import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { storedLines, withHistory } from "./sandbox_history.ts";
import { runCommand, runCutOff, startServerProcess, until, withFolder } from "./server_process.ts";

const HOUR_MS = 3_600_000;

/** Changes a byte that no writer would, past the triggers. */
function tamper(path: string, statements: string): void {
  const db = new DatabaseSync(path);
  for (
    const { name } of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all()
  ) {
    db.exec(`DROP TRIGGER "${name}"`);
  }
  db.exec(statements);
  db.close();
}

Deno.test("export writes the log's own lines, and CSV, and ends quietly when its reader has gone", async () => {
  await withHistory(async (env, dataDir) => {
    const lines = storedLines(dataDir);
    const { code, out } = await runCommand(["export"], env);
    assert.equal(code, 0);
    assert.deepEqual(out.split("\n").slice(0, -1), lines);
    const csv = await runCommand(["export", "--format", "csv"], env);
    assert.equal(csv.out.split("\r\n").length, lines.length + 2);
    assert.match(csv.out, /^sequence,recordedtime,time,/);
    const part = await runCommand(
      ["export", "--type", "kalshi.fill.recorded", "--limit", "7"],
      env,
    );
    const fills = lines.filter((line) => JSON.parse(line).type === "pnl.kalshi.fill.recorded.v1");
    assert.deepEqual(part.out.trim().split("\n"), fills.slice(0, 7));
    assert.deepEqual(await runCutOff(["export"], env), { code: 0, err: "" });
    const wrong = await runCommand(["export", "--format", "xml"], env);
    assert.deepEqual([wrong.code, wrong.out], [2, ""]);
  });
});

Deno.test("export writes a file into the project's folder, and says so where a path is outside of it", async () => {
  await withHistory(async (env, dataDir) => {
    const project = await Deno.makeTempDir({ prefix: "pnl-project-" });
    try {
      const args = ["export", "--format", "csv", "--type", "kalshi.fill.recorded"];
      const written = await runCommand([...args, "--output", "fills.csv"], env, project);
      assert.deepEqual([written.code, written.err], [0, "Wrote fills.csv.\n"]);
      const { out } = await runCommand(args, env);
      assert.equal(Deno.readTextFileSync(`${project}/fills.csv`), out);
      const inData = `${dataDir}/fills.csv`;
      assert.equal((await runCommand([...args, "--output", inData], env, project)).code, 0);
      assert.equal(Deno.readTextFileSync(inData), out);
      const outside = `${project}-outside.csv`;
      const refused = await runCommand([...args, "--output", outside], env, project);
      assert.equal(refused.code, 1);
      const reason = "an export may only be written inside the project's folder or PNL_DATA_DIR";
      assert.equal(refused.err, `Cannot write ${outside}: ${reason}\n`);
    } finally {
      await Deno.remove(project, { recursive: true });
    }
  });
});

Deno.test("events filters, shows a table, and ends quietly when its reader has seen enough", async () => {
  await withHistory(async (env, dataDir) => {
    const all = storedLines(dataDir).length;
    const table = await runCommand(["events", "--source", "kalshi", "--limit", "5"], env);
    assert.equal(
      table.out.trim().split("\n").length,
      5,
      table.out + table.err + storedLines(dataDir).length,
    );
    assert.match(table.out, /source\.bound +kalshi +account=sandbox origin=sandbox/);
    const json = await runCommand(["events", "--json", "--limit", String(all + 1)], env);
    assert.deepEqual(json.out.trim().split("\n"), storedLines(dataDir));
    const later = await runCommand(["events", "--json", "--after", String(all - 2)], env);
    assert.equal(later.out.trim().split("\n").length, 2);
    const none = await runCommand(["events", "--recorded-to", "2020-01-01"], env);
    assert.deepEqual([none.code, none.out], [0, ""]);
    const cutOff = await runCutOff(["events", "--json", "--limit", "100000"], env);
    assert.deepEqual(cutOff, { code: 0, err: "" });
  });
});

Deno.test("verify and replay --verify are clean, and name the first fault where a byte was changed", async () => {
  await withHistory(async (env, dataDir) => {
    const good = JSON.parse((await runCommand(["verify", "--json"], env)).out);
    assert.deepEqual([good.ok, good.events], [true, storedLines(dataDir).length]);
    const clean = await runCommand(["replay", "--verify", "--json"], env);
    assert.equal(clean.code, 0, clean.out);
    assert.ok(JSON.parse(clean.out).compared > 0);
    const pointer = Deno.readTextFileSync(`${dataDir}/projection.current`).trim();
    tamper(
      `${dataDir}/${pointer}`,
      `UPDATE finals SET json = replace(json, '"currency":"USD"', '"currency":"EUR"')
       WHERE position = (SELECT min(position) FROM finals)`,
    );
    const changed = await runCommand(["replay", "--verify"], env);
    assert.equal(changed.code, 1);
    assert.match(changed.out, /First difference at position \d+, final:\n +stored: .*"EUR"/);
    const rebuilt = await runCommand(["replay"], env);
    assert.equal(rebuilt.code, 0, rebuilt.out + rebuilt.err);
    assert.equal((await runCommand(["replay", "--verify"], env)).code, 0);
    tamper(`${dataDir}/events.db`, "UPDATE events SET subject = 'x' WHERE position = 20");
    const fault = await runCommand(["verify"], env);
    assert.equal(fault.code, 1);
    assert.match(fault.out, /Fault at position 20, subject:/);
  });
});

Deno.test("replay --verify of a log whose first window is not over compares nothing, and says so", async () => {
  await withFolder(async (common) => {
    const env = { ...common, PNL_INTERVAL_MS: String(HOUR_MS) };
    const left = HOUR_MS - Date.now() % HOUR_MS;
    if (left < 20_000) await new Promise((resolve) => setTimeout(resolve, left));
    const server = await startServerProcess(env);
    await until(
      async () => await (await fetch(`${server.url}/api/pnl/current`)).json(),
      ({ position }) => position > 0,
      15_000,
    );
    await server.end("SIGTERM");
    const { code, out } = await runCommand(["replay", "--verify"], env);
    assert.equal(code, 0);
    assert.match(out, /^Nothing to compare: no window is final yet up to position \d+\.$/m);
  });
});

Deno.test("replay of a range that holds no final snapshot is no clean check, exit 2", async () => {
  await withHistory(async (env) => {
    const ranges: readonly (readonly [string[], RegExp])[] = [
      [
        ["--from", "999999"],
        /positions 999999 to the end: no final snapshot stands there; the one before stands at \d+$/m,
      ],
      [
        ["--from", "1", "--to", "1"],
        /positions 1 to 1: no final snapshot stands there; the next one stands at \d+$/m,
      ],
      [["--from", "9", "--to", "8"], /--from: 9 is above --to 8/],
    ];
    for (const [range, message] of ranges) {
      for (const args of [["replay", "--verify", "--json"], ["replay", "--verify"], ["replay"]]) {
        const { code, out, err } = await runCommand([...args, ...range], env);
        assert.deepEqual([code, out], [2, ""], [...args, ...range].join(" "));
        assert.match(err, message);
      }
    }
    for (const args of [["replay", "--verify"], ["replay"]]) {
      const good = await runCommand([...args, "--from", "2"], env);
      assert.equal(good.code, 0, good.out + good.err);
      const { err } = await runCommand([...args, "--from", "1", "--to", "1"], env);
      const next = /the next one stands at (\d+)/.exec(err)?.[1] ?? "";
      const alone = await runCommand([...args, "--from", next, "--to", next], env);
      assert.equal(alone.code, 0, alone.out + alone.err);
    }
  });
});

Deno.test("doctor is well on a good folder, and fails where a database is damaged", async () => {
  await withHistory(async (env, dataDir) => {
    const well = await runCommand(["doctor", "--json"], env);
    assert.equal(well.code, 0, well.out + well.err);
    const names = JSON.parse(well.out).checks.map(({ name }: { name: string }) => name);
    assert.ok(names.includes("events.db") && names.includes("permissions"), names.join());
    Deno.writeTextFileSync(`${dataDir}/state.db`, "garbage ".repeat(1_000));
    const ill = await runCommand(["doctor"], env);
    assert.equal(ill.code, 1);
    assert.match(ill.out, /^FAIL state\.db /m);
    assert.match(ill.out, /1 of \d+ checks failed/);
  });
});

Deno.test("commands that read say so where there is no log yet, exit 1", async () => {
  await withFolder(async (env) => {
    for (const args of [["events"], ["export"], ["verify"], ["replay"], ["replay", "--verify"]]) {
      const { code, err, out } = await runCommand(args, env);
      assert.deepEqual([code, out], [1, ""], args.join(" "));
      assert.match(err, /^There is no event log at /, args.join(" "));
    }
  });
});
