import assert from "node:assert/strict";
import { getLogger, withContext } from "@logtape/logtape";
import { readConfig } from "./config.ts";
import { startLogging } from "./logging.ts";

/** Collects what goes to the terminal from now on. */
function listenToTerminal() {
  const { console: terminal } = globalThis;
  const methods = ["debug", "info", "warn", "error"] as const;
  const originals = methods.map((name) => [name, terminal[name]] as const);
  const said: string[] = [];
  for (const name of methods) {
    terminal[name] = (...args: unknown[]) => void said.push(args.join(" "));
  }
  return {
    said,
    [Symbol.dispose]: () => {
      for (const [name, original] of originals) terminal[name] = original;
    },
  };
}

/** Runs with logging on into a folder of its own; what went to the terminal is collected. */
async function logging(
  env: Record<string, string>,
  work: (folder: string, end: () => Promise<void>, terminal: string[]) => Promise<void>,
): Promise<void> {
  using terminal = listenToTerminal();
  const folder = await Deno.makeTempDir({ prefix: "pnl-log-" });
  const config = readConfig({ LOG_DIR: folder, LOG_LEVEL: "fatal", ...env });
  const bounds = { combinedBytes: 20_000, errorBytes: 5_000, rolled: 2 };
  const end = await startLogging(config, bounds);
  try {
    await work(folder, end, terminal.said);
  } finally {
    await end();
    await Deno.remove(folder, { recursive: true });
  }
}

const linesOf = (path: string) =>
  Deno.readTextFileSync(path).split("\n").filter((line) => line !== "")
    .map((line) => JSON.parse(line));

Deno.test("startLogging() writes all to combined.log and errors to error.log, as JSON lines", async () => {
  await logging({ LOG_LEVEL: "error" }, async (folder, end) => {
    const logger = getLogger(["pnl", "test"]);
    logger.info("not said");
    withContext({ requestId: "r-1" }, () => logger.error("failed {what}", { what: "x" }));
    await end();
    const [said, ...more] = linesOf(`${folder}/combined.log`);
    assert.deepEqual(more, []);
    assert.deepEqual([said.level, said.message, said.logger], ["ERROR", 'failed "x"', "pnl.test"]);
    assert.deepEqual(said.properties, { requestId: "r-1", what: "x" });
    assert.deepEqual(linesOf(`${folder}/error.log`), [said]);
  });
});

Deno.test("startLogging() keeps what is no error out of error.log", async () => {
  await logging({ LOG_LEVEL: "warning" }, async (folder, end) => {
    getLogger(["pnl", "test"]).warn("careful");
    await end();
    assert.equal(linesOf(`${folder}/combined.log`).length, 1);
    assert.equal(Deno.readTextFileSync(`${folder}/error.log`), "");
  });
});

Deno.test("startLogging() of an edge writes files with its port in their names", async () => {
  const env = { PNL_ROLE: "edge", REDIS_URL: "redis://h", PORT: "3001" };
  await logging(env, async (folder) => {
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(names, ["combined-edge-3001.log", "error-edge-3001.log"]);
    await Promise.resolve();
  });
});

Deno.test("startLogging() rolls the files and keeps their bytes within the bound", async () => {
  await logging({ LOG_LEVEL: "fatal" }, async (folder, end) => {
    const logger = getLogger(["pnl", "test"]);
    // One batch after the other is on the disk, so that a slow disk makes no large one of several.
    for (let batch = 0; batch < 25; batch++) {
      for (let line = 0; line < 40; line++) {
        logger.fatal("line {line} of {batch} {text}", { line, batch, text: "x".repeat(80) });
      }
      const last = `line 39 of ${batch} `;
      while (!Deno.readTextFileSync(`${folder}/combined.log`).includes(last)) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    await end();
    const sizes = new Map<string, number>();
    for (const { name } of Deno.readDirSync(folder)) {
      sizes.set(name, Deno.statSync(`${folder}/${name}`).size);
    }
    const kinds = (kind: string) => [...sizes].filter(([name]) => name.startsWith(kind));
    for (const [kind, bound] of [["combined", 20_000], ["error", 5_000]] as const) {
      assert.equal(kinds(kind).length, 3, [...sizes.keys()].join());
      // What is written at once may be above the bound by itself.
      for (const [name, size] of kinds(kind)) assert.ok(size < bound + 40_000, `${name} ${size}`);
    }
    const last = linesOf(`${folder}/combined.log`).at(-1);
    assert.deepEqual([last.properties.batch, last.properties.line], [24, 39]);
  });
});

Deno.test("startLogging() hides the configured credentials in the terminal and in every file", async () => {
  const env = {
    ANTHROPIC_ADMIN_KEY: "odd.canary.key",
    REDIS_URL: "redis://u:c%40nary-pass@h",
    REVENUE_BASE_URL: "https://billing.example",
    REVENUE_API_TOKEN: "canary-token",
    LOG_LEVEL: "error",
  };
  await logging(env, async (folder, end, terminal) => {
    getLogger(["pnl", "test"]).error("odd.canary.key c@nary-pass c%40nary-pass canary-token {e}", {
      e: new Error("odd.canary.key"),
    });
    await end();
    const files = ["combined.log", "error.log"];
    const texts = files.map((name) => Deno.readTextFileSync(`${folder}/${name}`));
    for (const text of [...texts, terminal.join("")]) {
      assert.ok(text.includes("[redacted]") && !/canary|c(@|%40)nary/.test(text), text);
    }
  });
});
