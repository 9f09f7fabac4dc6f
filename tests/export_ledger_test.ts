import assert from "node:assert/strict";
import { ACCOUNTS } from "../src/pnl/accounts.ts";
import { FoldRun } from "../src/projection/fold_run.ts";
import { WINDOW_MS } from "../src/pnl/testing.ts";
import { namesIn, rowsOf } from "./document_tables.ts";
import { balance, type ReadEntry, readJournal, sides } from "./journal_reader.ts";
import { storedLines, withHistory } from "./sandbox_history.ts";
import { runCommand, runCutOff } from "./server_process.ts";

const LEDGER = ["export", "--format", "ledger"];

/** A fold of the lines of a log. */
function folded(lines: readonly string[]): FoldRun {
  const run = FoldRun.from(WINDOW_MS);
  run.apply(lines.map((line, index) => ({ position: index + 1, line })), []);
  return run;
}

function booked({ entries }: { readonly entries: readonly ReadEntry[] }): readonly ReadEntry[] {
  return entries.filter(({ title }) => !title.startsWith("Balances at"));
}

Deno.test("export --format ledger: the sandbox's journal comes to the snapshot, to the last digit", async () => {
  await withHistory(async (env, dataDir) => {
    const lines = storedLines(dataDir);
    const { code, out, err } = await runCommand(LEDGER, env);
    assert.deepEqual([code, err], [0, ""]);
    const journal = readJournal(out);
    const [own, fold] = sides(journal, folded(lines).fold);
    assert.deepEqual(own, fold);
    assert.ok(journal.entries.length > 100);
    for (const { position, tags } of booked(journal)) {
      assert.equal(tags.get("id"), JSON.parse(lines[position - 1]!).id);
    }
    for (const [account, amount] of journal.asserted) {
      assert.equal(amount, balance(journal, account));
    }
    assert.equal((await runCommand(LEDGER, env)).out, out, "the same bytes again");
    assert.deepEqual(await runCutOff(LEDGER, env), { code: 0, err: "" });
    const written = await runCommand([...LEDGER, "--output", `${dataDir}/log.ledger`], env);
    assert.equal(written.code, 0, written.err);
    assert.equal(Deno.readTextFileSync(`${dataDir}/log.ledger`), out);
  });
});

Deno.test("export --format ledger: filters choose entries, and a log cut short is whole up to there", async () => {
  await withHistory(async (env, dataDir) => {
    const lines = storedLines(dataDir);
    const whole = readJournal((await runCommand(LEDGER, env)).out);
    const type = ["--type", "kalshi.settlement.recorded"];
    const part = readJournal((await runCommand([...LEDGER, ...type], env)).out);
    assert.deepEqual(
      part.entries,
      whole.entries.filter(({ title }) => title.startsWith("Settlement of")),
    );
    assert.equal(part.asserted.size, 0, "a part of the entries asserts no balance");
    const later = readJournal((await runCommand([...LEDGER, "--after", "300"], env)).out);
    assert.deepEqual(later.entries, booked(whole).filter(({ position }) => position > 300));
    const early = readJournal((await runCommand([...LEDGER, "--limit", "300"], env)).out);
    const [own, fold] = sides(early, folded(lines.slice(0, 300)).fold);
    assert.deepEqual(own, fold);
    assert.ok(early.asserted.size > 0);
    const none = await runCommand([...LEDGER, "--recorded-to", "2020-01-01"], env);
    assert.deepEqual([none.code, readJournal(none.out).entries], [0, []]);
  });
});

Deno.test("docs/OPERATIONS.md tells every account of the journal", () => {
  const told = rowsOf("docs/OPERATIONS.md", "Bookkeeping", "account")
    .flatMap(([accounts]) => namesIn(accounts));
  assert.deepEqual(told.sort(), [...ACCOUNTS].sort());
});
