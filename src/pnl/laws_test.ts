/** The laws of the fold, on random histories. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson } from "./canonical.ts";
import { parseFold, serializeFold } from "./fold.ts";
import { anyFill, anyHistory } from "../../tests/histories.ts";
import { derivedCash, type KalshiAccount } from "./kalshi_account.ts";
import { minus, type Money, parseMoney, plus, ZERO } from "./money.ts";
import { snapshotJson } from "./snapshot.ts";
import { SNAPSHOT } from "./snapshot_schema.ts";
import { fill, given, type Spec, Story } from "./testing.ts";

function figures(story: Story): string {
  const { account } = story.fold.ledger;
  const { realized, fees, openCost, openPositions, tradeCash } = account;
  return [realized, fees, openCost, openPositions, tradeCash, derivedCash(account)].join(" ");
}

function isFill(spec: Spec): spec is Spec<"pnl.kalshi.fill.recorded.v1"> {
  return spec.type === "pnl.kalshi.fill.recorded.v1";
}

/** The same fill in two parts that sum to it, the fee with the first. */
function split(spec: Spec, hundredths: number): Spec[] {
  if (!isFill(spec)) return [spec];
  const count = Math.round(Number(spec.data.count) * 100);
  const first = hundredths % (count + 1);
  return [[first, spec.data.fee], [count - first, "0"]].map(([size, fee]) => ({
    ...spec,
    data: { ...spec.data, count: (Number(size) / 100).toFixed(2), fee: String(fee) },
  }));
}

Deno.test("law: splitting a fill, or a partial close, changes nothing", () => {
  fc.assert(fc.property(fc.array(anyFill, { maxLength: 12 }), fc.nat(), (fills, part) => {
    const parts = fills.flatMap((spec) => split(spec, part));
    assert.equal(figures(given(...parts)), figures(given(...fills)));
  }));
});

Deno.test("law: buying and selling at one price without fees is nothing", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 8 }),
    fc.integer({ min: 0, max: 1_000_000 }),
    fc.constantFrom("yes" as const, "no" as const),
    (counts, micros, side) => {
      const price = (micros / 1_000_000).toFixed(6);
      const total = counts.reduce((sum, count) => sum + count, 0);
      const specs = counts.map((count) => fill(side, (count / 100).toFixed(2), price));
      const story = given(
        ...specs,
        fill(side === "yes" ? "no" : "yes", (total / 100).toFixed(2), price),
      );
      assert.equal(story.now.components.kalshi.pnl, "0.00");
      assert.equal(derivedCash(story.fold.ledger.account), ZERO);
    },
  ));
});

Deno.test("law: reordering independent subjects changes nothing", () => {
  fc.assert(fc.property(fc.array(anyFill, { maxLength: 20 }), (fills) => {
    const key = (spec: Spec) => isFill(spec) ? `${spec.data.subaccount}/${spec.subject}` : "";
    const sorted = fills.map((spec, index) => [key(spec), index, spec] as const)
      .sort(([a, i], [b, j]) => a < b ? -1 : a > b ? 1 : i - j).map(([, , spec]) => spec);
    if (fills.length === 0) return;
    assert.equal(snapshotJson(given(...sorted).now), snapshotJson(given(...fills).now));
  }));
});

/** Facts that would move the figures again; the log keeps their identities apart, so none comes twice. */
const MOVING: ReadonlySet<string> = new Set([
  "pnl.kalshi.fill.recorded.v1",
  "pnl.kalshi.settlement.recorded.v1",
  "pnl.adjustment.recorded.v1",
  "pnl.source.rejected.v1",
]);

Deno.test("law: an observation, a transfer's state or a binding folded again changes nothing", () => {
  fc.assert(fc.property(anyHistory, fc.nat(3), (history, times) => {
    const again = history.flatMap((spec) =>
      MOVING.has(spec.type) ? [spec] : [spec, ...Array.from({ length: times }, () => spec)]
    );
    const { position: _one, quality: first, ...once } = given(...history).now;
    const { position: _two, quality: second, ...more } = given(...again).now;
    assert.deepEqual(more, once);
    assert.equal(second.complete, first.complete);
    assert.deepEqual(second.pending, first.pending);
  }));
});

/** Realised and fees by an addition of its own, over the markets. */
function overMarkets(account: KalshiAccount): { realized: Money; cost: Money; open: number } {
  let [realized, cost, open] = [ZERO, ZERO, 0];
  for (const { markets } of account.subaccounts.values()) {
    for (const market of markets.values()) {
      realized = plus(realized, market.realized);
      cost = plus(cost, market.cost);
      if (market.cost !== ZERO) open += 1;
    }
  }
  return { realized, cost, open };
}

Deno.test("law: cash is transfers and trades and settlements less fees, and what is open cost it", () => {
  fc.assert(fc.property(anyHistory, (history) => {
    const { account } = given(...history).fold.ledger;
    const markets = overMarkets(account);
    assert.equal(account.realized, markets.realized);
    assert.equal(account.openCost, markets.cost);
    assert.equal(account.openPositions, markets.open);
    const transfers = minus(account.deposits, account.withdrawals);
    const pnl = minus(account.realized, account.fees);
    assert.equal(derivedCash(account), minus(plus(transfers, pnl), account.openCost));
  }));
});

/** Fees by a spreadsheet: the fills', and what a scalar market's first settlement says beyond them. */
function feesOf(history: readonly Spec[]): Money {
  const fills = new Map<string, Money>();
  const rows = new Map<string, Money | null>();
  for (const spec of history) {
    if (isFill(spec) && spec.data.count !== "0.001") {
      const key = `${spec.data.subaccount}/${spec.subject}`;
      fills.set(key, plus(fills.get(key) ?? ZERO, parseMoney(spec.data.fee)));
    } else if (spec.type === "pnl.kalshi.settlement.recorded.v1") {
      const key = `${spec.data.subaccount}/${spec.subject}`;
      const fee = spec.data.result === "scalar" ? parseMoney(spec.data.fee) : null;
      if (!rows.has(key)) rows.set(key, fee);
    }
  }
  let sum = ZERO;
  for (const key of new Set([...fills.keys(), ...rows.keys()])) {
    const traded = fills.get(key) ?? ZERO;
    const fee = rows.get(key) ?? traded;
    sum = plus(sum, fee > traded ? fee : traded);
  }
  return sum;
}

Deno.test("law: fees are those of the fills, rebates too, and a scalar settlement's excess", () => {
  fc.assert(fc.property(anyHistory, (history) => {
    assert.equal(given(...history).fold.ledger.account.fees, feesOf(history));
  }));
});

Deno.test("law: components add up to the totals exactly", () => {
  fc.assert(fc.property(anyHistory, (history) => {
    const { components, metrics } = given(...history).now;
    const { kalshi, anthropic, revenue } = components;
    const $ = (text: string | null) => parseMoney(text ?? "0");
    assert.equal($(kalshi.pnl), $(kalshi.realizedPnl) - $(kalshi.fees) + $(kalshi.adjustments));
    assert.equal(
      $(metrics.totalRevenue),
      $(kalshi.pnl) + $(revenue.collected) + $(revenue.adjustments),
    );
    assert.equal($(metrics.totalExpenses), $(anthropic.dailySpend) + $(anthropic.adjustments));
    assert.equal($(metrics.netPnl), $(metrics.totalRevenue) - $(metrics.totalExpenses));
  }));
});

Deno.test("law: a fold restored from its text at any event continues byte for byte", () => {
  fc.assert(fc.property(anyHistory, fc.nat(61), (history, at) => {
    const whole = given(...history);
    const before = given(...history.slice(0, at));
    const after = new Story(parseFold(serializeFold(before.fold))).when(...history.slice(at));
    const finals = [...before.finals, ...after.finals].map(snapshotJson);
    assert.deepEqual(finals, whole.finals.map(snapshotJson));
    assert.equal(serializeFold(after.fold), serializeFold(whole.fold));
  }));
});

Deno.test("law: a snapshot is of the schema and its text is canonical", () => {
  fc.assert(fc.property(anyHistory, (history) => {
    const story = given(...history);
    for (const snapshot of [...story.finals, story.now]) {
      assert.deepEqual(SNAPSHOT.parse(snapshot), snapshot);
      assert.equal(snapshotJson(snapshot), canonicalJson(snapshot));
    }
  }));
});

Deno.test("law: taking snapshots changes nothing", () => {
  fc.assert(fc.property(anyHistory, (history) => {
    const watched = new Story();
    for (const spec of history) {
      watched.when(spec);
      assert.equal(snapshotJson(watched.now), snapshotJson(watched.now));
    }
    assert.equal(serializeFold(watched.fold), serializeFold(given(...history).fold));
  }));
});
