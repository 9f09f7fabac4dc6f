import assert from "node:assert/strict";
import { join } from "node:path";
import type { LogLine } from "../src/log/event_log.ts";
import { leafHash, merkleRoot } from "../src/log/merkle.ts";
import { openSqliteEventLog, type SqliteEventLog } from "../src/log/sqlite_event_log.ts";
import { systemClock } from "../src/log/system_clock.ts";
import { verifyLog } from "../src/log/verify.ts";

const ROUNDS = 50;
/** The killer waits this long after the first acknowledgement, milliseconds. */
const MOST_MS = 120;
/** A new log after so many rounds, so that going through all of it stays quick. */
const ROUNDS_PER_LOG = 5;

/** Runs the child, kills it at a random moment, and gives the last position it acknowledged. */
async function killOnce(path: string, seed: number): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      new URL("./kill_child.ts", import.meta.url).href,
      path,
      `${seed}`,
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let said = "";
  let kill: ReturnType<typeof setTimeout> | undefined;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    kill ??= setTimeout(() => child.kill("SIGKILL"), Math.random() * MOST_MS);
  }
  clearTimeout(kill);
  const { signal } = await child.status;
  assert.equal(signal, "SIGKILL", "the child ended by itself");
  const whole = said.slice(0, said.lastIndexOf("\n")).split("\n");
  return Number(whole.at(-1));
}

function readAll(log: SqliteEventLog): LogLine[] {
  const lines: LogLine[] = [];
  for (let page = log.read({ limit: 10_000 }); page.length > 0;) {
    lines.push(...page);
    page = log.read({ after: lines.length, limit: 10_000 });
  }
  return lines;
}

/** A batch that begins has to end: its events stand one after the other, all of them. */
function assertWholeBatches(lines: readonly LogLine[]): void {
  let open: { batch: string; next: number; size: number } | null = null;
  for (const { position, line } of lines) {
    const { id, type } = JSON.parse(line);
    if (type === "pnl.clock.day-started.v1") continue;
    const [batch, at, size] = String(id).split("/");
    open ??= { batch: batch ?? "", next: 0, size: Number(size) };
    assert.deepEqual([batch, Number(at)], [open.batch, open.next], `torn at ${position}`);
    open = open.next + 1 === open.size ? null : { ...open, next: open.next + 1 };
  }
  assert.equal(open, null, "the last batch is torn");
}

Deno.test("SqliteEventLog keeps what it acknowledged, whole, through 50 kills", async () => {
  const dir = await Deno.makeTempDir();
  let acknowledgedInAll = 0;
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const path = join(dir, `${Math.floor(round / ROUNDS_PER_LOG)}.db`);
      const acknowledged = await killOnce(path, round + 1);
      using log = await openSqliteEventLog({ path, clock: systemClock });
      const lines = readAll(log);
      assert.ok(acknowledged > 0 && log.head().position >= acknowledged, `round ${round}`);
      lines.forEach(({ position }, at) => assert.equal(position, at + 1));
      assert.equal(lines.length, log.head().position);
      assertWholeBatches(lines);
      assert.equal(log.head().root, merkleRoot(lines.map(({ line }) => leafHash(line))));
      if (round % ROUNDS_PER_LOG === ROUNDS_PER_LOG - 1) {
        assert.equal(verifyLog(log).fault, null);
        acknowledgedInAll += acknowledged;
      }
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
  assert.ok(acknowledgedInAll > ROUNDS);
});
