import assert from "node:assert/strict";
import fc from "fast-check";
import { anyHistory } from "../../tests/histories.ts";
import { balance, readJournal, sides } from "../../tests/journal_reader.ts";
import { ACCOUNTS } from "./accounts.ts";
import { applyEvent, type Fold, initialFold } from "./fold.ts";
import { Journal } from "./journal.ts";
import { journalEnd, journalHeader, journalText } from "./journal_text.ts";
import { adjustment, bound, cost, fill, NOON, recorded, type Spec, totals } from "./testing.ts";
import { backfilled, cash, settlement, transfer, WINDOW_MS } from "./testing.ts";

/** The journal of events, and the fold of the same ones. */
function journalOf(specs: readonly Spec[]): { text: string; fold: Fold } {
  const fold = initialFold(WINDOW_MS);
  const journal = new Journal();
  let text = journalHeader();
  let recordedTime = NOON;
  specs.forEach((spec, index) => {
    recordedTime = spec.recorded ?? recordedTime;
    const event = recorded(spec, index + 1, recordedTime);
    applyEvent(fold, event, index + 1);
    const booked = journal.book(event, index + 1);
    if (booked !== null) text += journalText(booked);
  });
  text += journalEnd(journal.lastDate, specs.length, journal.balances);
  return { text, fold };
}

function amounts(text: string): (readonly [string, readonly (readonly [string, bigint])[]])[] {
  return readJournal(text).entries.slice(0, -1).map(({ title, postings }) =>
    [title, postings.map(({ account, amount }) => [account, amount / 10_000_000n])] as const
  );
}

Deno.test("Journal: on any history its balances are the snapshot's figures to the last digit", () => {
  fc.assert(fc.property(anyHistory, fc.nat(61), (history, length) => {
    const { text, fold } = journalOf([...history.slice(0, length), cost("2026-11-23", "1.5")]);
    const journal = readJournal(text);
    const [booked, folded] = sides(journal, fold);
    assert.deepEqual(booked, folded);
    for (const account of ACCOUNTS) {
      assert.equal(journal.asserted.get(account), balance(journal, account), account);
    }
  }));
});

Deno.test("Journal: equal events give equal bytes", () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      assert.equal(journalOf(history).text, journalOf(history).text);
    }),
    { numRuns: 20 },
  );
});

Deno.test("Journal: a trade is booked at cost, its profit when it closes, and its fee apart", () => {
  const { text } = journalOf([
    fill("yes", "10.00", "0.40", { fee: "0.10" }),
    fill("no", "4.00", "0.50", { fee: "0.05" }),
    settlement("6.00", { yesCount: "6.00" }),
  ]);
  assert.deepEqual(amounts(text), [
    ["Fill of MKT: 10.00 yes with YES at 0.40", [
      ["Assets:Kalshi:Cash", -410n],
      ["Assets:Kalshi:Positions", 400n],
      ["Expenses:Kalshi:Fees", 10n],
    ]],
    ["Fill of MKT: 4.00 no with YES at 0.50", [
      ["Assets:Kalshi:Cash", 195n],
      ["Assets:Kalshi:Positions", -160n],
      ["Income:Kalshi:Realized", -40n],
      ["Expenses:Kalshi:Fees", 5n],
    ]],
    ["Settlement of MKT: yes", [
      ["Assets:Kalshi:Cash", 600n],
      ["Assets:Kalshi:Positions", -240n],
      ["Income:Kalshi:Realized", -360n],
    ]],
  ]);
});

Deno.test("Journal: what is taken back is booked back on the same accounts, corrections on their own", () => {
  const { text } = journalOf([
    transfer("deposit", "t1", "applied", "100.00", "0.50"),
    transfer("deposit", "t1", "returned", "100.00", "0.50"),
    cost("2026-11-21", "5.00"),
    cost("2026-11-21", "4.00"),
    adjustment("anthropic", "-1.00"),
    totals("30.00", "20.00"),
    totals("30.00", "25.00"),
  ]);
  assert.deepEqual(amounts(text).map(([, postings]) => postings), [
    [["Assets:Kalshi:Cash", 9950n], ["Equity:Kalshi:Deposits", -9950n]],
    [["Assets:Kalshi:Cash", -9950n], ["Equity:Kalshi:Deposits", 9950n]],
    [["Liabilities:Anthropic", -500n], ["Expenses:Anthropic:Costs", 500n]],
    [["Liabilities:Anthropic", 100n], ["Expenses:Anthropic:Costs", -100n]],
    [["Equity:Adjustments", 100n], ["Expenses:Anthropic:Adjustments", -100n]],
    [
      ["Assets:Revenue:Collected", 2000n],
      ["Assets:Revenue:Outstanding", 1000n],
      ["Liabilities:Revenue:Deferred", -1000n],
      ["Income:Revenue:Opening", -2000n],
    ],
    [
      ["Assets:Revenue:Collected", 500n],
      ["Assets:Revenue:Outstanding", -500n],
      ["Liabilities:Revenue:Deferred", 500n],
      ["Income:Revenue:Collected", -500n],
    ],
  ]);
});

Deno.test("Journal: an entry has its event's position, id and times, and a cost the day that it is of", () => {
  const { text } = journalOf([
    bound("kalshi"),
    fill("yes", "0.001", "0.5"),
    cost("2026-11-20", "5.00"),
    fill("yes", "1.00", "0.5", { subaccount: 3, time: "2026-11-19T23:59:59.999Z" }),
  ]);
  const { entries, comments } = readJournal(text);
  assert.deepEqual(entries.map(({ date, position }) => [date, position]), [
    ["2026-11-20", 3],
    ["2026-11-19", 4],
    ["2026-11-20", 4],
  ]);
  assert.deepEqual(Object.fromEntries(entries[1]!.tags), {
    source: "/kalshi",
    id: "event-4",
    time: "2026-11-19T23:59:59.999Z",
    recorded: NOON,
    market: "MKT",
    subaccount: "3",
  });
  assert.equal(comments[0], "; (1) Source kalshi: origin https://upstream.test account default");
  assert.match(comments[1]!, /^; \(2\) Nothing is booked\. Cannot fold count/);
});

Deno.test("Journal: cash that the events do not explain is an account of its own, as the snapshot has it", () => {
  const before = [bound("kalshi"), transfer("deposit", "t1", "applied", "10.00"), cash("12.00")];
  assert.equal(balance(readJournal(journalOf(before).text), "Assets:Kalshi:Unreconciled"), 0n);
  const { text, fold } = journalOf([...before, backfilled("kalshi")]);
  const [booked, folded] = sides(readJournal(text), fold);
  assert.deepEqual(booked, folded);
  assert.equal(balance(readJournal(text), "Assets:Kalshi:Unreconciled"), 2_000_000_000n);
});

Deno.test("journalText: no text of an upstream writes a line, a tag, a date or an amount of its own", () => {
  const nasty = fc.constantFrom(
    ...["\n", "\r", "\u2028", "\t", "  ", ";", "|", "[2026-99-99]", ",date:2020-99-99", "=", "USD"],
    "    Assets:Kalshi:Cash  1.00 USD",
  );
  fc.assert(fc.property(fc.array(fc.oneof(nasty, fc.string()), { maxLength: 6 }), (parts) => {
    const said = `x${parts.join("")}`;
    const correction = adjustment("kalshi", "1.50");
    const data = { amount: "1.50", component: "kalshi" as const, reason: said, who: said };
    const { text } = journalOf([
      { ...correction, data } as Spec,
      fill("yes", "1.00", "0.5", { ticker: said }),
    ]);
    const { entries, comments } = readJournal(text);
    assert.deepEqual(entries.map(({ postings }) => postings.length), [2, 2, ACCOUNTS.length]);
    assert.deepEqual(comments, []);
    for (const { title, tags } of entries) {
      for (const words of [title, ...tags.values()]) {
        assert.match(words, /^[^;|,[\]\p{C}\u2028]*$/u);
      }
    }
  }));
});
