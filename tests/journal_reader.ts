/** Reads the text of a journal by the format alone, and holds what it adds up to against a fold. */
import assert from "node:assert/strict";
import { breakdown } from "../src/pnl/breakdown.ts";
import { currentSnapshot, type Fold } from "../src/pnl/fold.ts";
import { parseMoney } from "../src/pnl/money.ts";

/** An entry as read. */
export interface ReadEntry {
  readonly date: string;
  readonly position: number;
  readonly title: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly postings: readonly { readonly account: string; readonly amount: bigint }[];
}

/** A journal as read. */
export interface ReadJournal {
  readonly entries: readonly ReadEntry[];
  readonly comments: readonly string[];
  /** Balances that its last entry asserts; empty where there is none. */
  readonly asserted: ReadonlyMap<string, bigint>;
}

const HEAD = /^(\d{4}-\d\d-\d\d) \* \((\d+)\) (\S.*)$/;
const TAG = /^ {4}; ([a-z]+):(?: (.*))?$/;
const POSTING = /^ {4}([A-Z][A-Za-z:]+) {2,}(-?\d+\.\d{2,9}) USD(?: = (-?\d+\.\d{2,9}) USD)?$/;

function readEntry(block: string, accounts: ReadonlySet<string>, asserted: Map<string, bigint>) {
  const [first, ...lines] = block.trimEnd().split("\n");
  const head = HEAD.exec(first ?? "");
  assert.ok(head !== null, block);
  const tags = new Map<string, string>();
  const postings: { account: string; amount: bigint }[] = [];
  for (const line of lines) {
    const tag = TAG.exec(line);
    const posting = POSTING.exec(line);
    assert.ok(tag !== null || posting !== null, `no line of an entry: ${line}`);
    if (tag !== null) tags.set(tag[1]!, tag[2] ?? "");
    if (posting === null) continue;
    const [, account, amount, balance] = posting;
    assert.ok(accounts.has(account!), `not declared: ${line}`);
    postings.push({ account: account!, amount: parseMoney(amount!) });
    if (balance !== undefined) asserted.set(account!, parseMoney(balance));
  }
  assert.equal(postings.reduce((sum, { amount }) => sum + amount, 0n), 0n, block);
  return { date: head[1]!, position: Number(head[2]), title: head[3]!, tags, postings };
}

/** Reads a journal; fails where an entry does not add up to zero, or names what was not declared. */
export function readJournal(text: string): ReadJournal {
  const [header = "", ...blocks] = text.split("\n\n").filter((block) => block.trim() !== "");
  const accounts = new Set(header.split("\n").flatMap((line) => line.split("account ")[1] ?? []));
  const asserted = new Map<string, bigint>();
  const entries: ReadEntry[] = [];
  const comments: string[] = [];
  for (const block of blocks) {
    if (block.startsWith(";")) comments.push(block);
    else entries.push(readEntry(block, accounts, asserted));
  }
  return { entries, comments, asserted };
}

/** Sum of an account and those below it, over the entries whose date begins with a text. */
export function balance({ entries }: ReadJournal, account: string, date = ""): bigint {
  let sum = 0n;
  for (const entry of entries) {
    if (!entry.date.startsWith(date)) continue;
    for (const posting of entry.postings) {
      if (`${posting.account}:`.startsWith(`${account}:`)) sum += posting.amount;
    }
  }
  return sum;
}

/** The figures of the snapshot and the breakdown that a journal has too, as both have them. */
export function sides(journal: ReadJournal, fold: Fold): [unknown, unknown] {
  const snapshot = currentSnapshot(fold);
  assert.ok(snapshot !== null);
  const { metrics, components: { kalshi, anthropic, revenue } } = snapshot;
  const { cash, openCost } = breakdown(fold).kalshi;
  const $ = (text: string | null) => parseMoney(text ?? "0");
  const of = (account: string, date = "") => balance(journal, account, date);
  const day = fold.ledger.day;
  const today = of("Expenses:Anthropic", day);
  const income = -of("Income") - of("Expenses:Kalshi");
  return [{
    cash: of("Assets:Kalshi:Cash"),
    positions: of("Assets:Kalshi:Positions"),
    deposits: -of("Equity:Kalshi:Deposits"),
    withdrawals: of("Equity:Kalshi:Withdrawals"),
    realized: -of("Income:Kalshi:Realized"),
    fees: of("Expenses:Kalshi:Fees"),
    pnl: -of("Income:Kalshi") - of("Expenses:Kalshi"),
    unreconciled: of("Assets:Kalshi:Unreconciled"),
    collected: -of("Income:Revenue:Collected") - of("Income:Revenue:Opening"),
    received: of("Assets:Revenue:Collected"),
    outstanding: of("Assets:Revenue:Outstanding"),
    corrections: -of("Income:Revenue:Adjustments"),
    spent: of("Expenses:Anthropic:Costs", day),
    month: of("Expenses:Anthropic:Costs", day.slice(0, 7)),
    correctedCosts: of("Expenses:Anthropic:Adjustments", day),
    totalRevenue: income,
    totalExpenses: today,
    netPnl: income - today,
    all: of("Assets") + of("Liabilities") + of("Equity") + of("Income") + of("Expenses"),
  }, {
    cash: $(cash.derived),
    positions: $(openCost),
    deposits: $(cash.deposits),
    withdrawals: $(cash.withdrawals),
    realized: $(kalshi.realizedPnl),
    fees: $(kalshi.fees),
    pnl: $(kalshi.pnl),
    unreconciled: $(kalshi.unreconciled?.cash ?? null),
    collected: $(revenue.collected),
    received: $(revenue.collected),
    outstanding: $(revenue.outstanding),
    corrections: $(revenue.adjustments),
    spent: $(anthropic.dailySpend),
    month: $(anthropic.monthToDate),
    correctedCosts: $(anthropic.adjustments),
    totalRevenue: $(metrics.totalRevenue),
    totalExpenses: $(metrics.totalExpenses),
    netPnl: $(metrics.netPnl),
    all: 0n,
  }];
}
