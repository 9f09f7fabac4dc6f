/**
 * The book against a spreadsheet: every sequence of a few small trades, with or without a settlement,
 * and every place in it at which the settlement may arrive. The spreadsheet knows no anchor and no
 * positions: it has two columns, the YES and the NO contracts ever bought, and average cost as an exact
 * fraction.
 */
import assert from "node:assert/strict";
import { worth } from "./contracts.ts";
import { derivedCash } from "./kalshi_account.ts";
import { fill, given, settlement, type Spec } from "./testing.ts";

/** Contracts (YES positive) and YES price in cents. */
type Action = readonly [contracts: number, cents: number];

const ACTIONS: readonly Action[] = [[1, 40], [2, 55], [3, 70], [-1, 45], [-2, 60], [-3, 33]];
const LONGEST = 4;
const CENT = 10_000_000n;

/** What a spreadsheet makes of trades; amounts in cents, the open cost as a fraction. */
interface Sheet {
  readonly yes: number;
  readonly no: number;
  readonly paid: number;
  readonly cost: { readonly numerator: bigint; readonly denominator: bigint };
}

function sheetOf(actions: readonly Action[]): Sheet {
  let yes = 0;
  let no = 0;
  let paid = 0;
  let cost = { numerator: 0n, denominator: 1n };
  for (const [contracts, cents] of actions) {
    for (let one = 0; one < Math.abs(contracts); one++) {
      const net = yes - no;
      const price = contracts > 0 ? cents : 100 - cents;
      const { numerator, denominator } = cost;
      if (net * contracts >= 0) {
        cost = { numerator: numerator + BigInt(price) * denominator, denominator };
      } else {
        const held = BigInt(Math.abs(net));
        cost = { numerator: numerator * (held - 1n), denominator: denominator * held };
      }
      if (contracts > 0) yes += 1;
      else no += 1;
      paid += price;
    }
  }
  return { yes, no, paid, cost };
}

function* sequences(length: number): Generator<readonly Action[]> {
  if (length === 0) return yield [];
  for (const shorter of sequences(length - 1)) {
    for (const action of ACTIONS) yield [...shorter, action];
  }
}

function fills(actions: readonly Action[]): Spec[] {
  return actions.map(([contracts, cents]) =>
    fill(contracts > 0 ? "yes" : "no", String(Math.abs(contracts)), (cents / 100).toFixed(2))
  );
}

Deno.test("the book agrees with a spreadsheet on every sequence of four small trades", () => {
  let compared = 0;
  for (let length = 1; length <= LONGEST; length++) {
    for (const actions of sequences(length)) {
      const { fold } = given(...fills(actions));
      const { account } = fold.ledger;
      const sheet = sheetOf(actions);
      // A pair of both sides came back as a dollar.
      const cash = BigInt(100 * Math.min(sheet.yes, sheet.no) - sheet.paid) * CENT;
      const name = JSON.stringify(actions);
      assert.equal(derivedCash(account), cash, `cash after ${name}`);
      const { numerator, denominator } = sheet.cost;
      const off = account.openCost * denominator - numerator * CENT;
      assert.ok(2n * (off < 0n ? -off : off) <= denominator * 3n, `open cost after ${name}`);
      assert.equal(account.realized - account.openCost, cash, `realised after ${name}`);
      assert.equal(
        account.openPositions,
        sheet.yes === sheet.no ? 0 : 1,
        `positions after ${name}`,
      );
      if (sheet.yes === sheet.no) assert.equal(account.openCost, 0n);
      compared += 1;
    }
  }
  assert.equal(compared, 6 + 36 + 216 + 1296);
});

Deno.test("a settled market comes to the spreadsheet's figure wherever its settlement arrives", () => {
  let compared = 0;
  for (let length = 1; length < LONGEST; length++) {
    for (const actions of sequences(length)) {
      const { yes, no, paid } = sheetOf(actions);
      for (const cents of [0, 100, 37]) {
        const revenue = yes > no ? (yes - no) * cents : (no - yes) * (100 - cents);
        const realized = BigInt(revenue + 100 * Math.min(yes, no) - paid) * CENT;
        const row = settlement(dollars(revenue), {
          result: cents === 37 ? "scalar" : cents === 0 ? "no" : "yes",
          yesCount: String(yes),
          noCount: String(no),
          yesCost: dollars(sideCost(actions, 1)),
          noCost: dollars(sideCost(actions, -1)),
        });
        for (let place = 0; place <= length; place++) {
          const specs = fills(actions);
          specs.splice(place, 0, row);
          const { account } = given(...specs).fold.ledger;
          const name = `${JSON.stringify(actions)} settled at ${cents} after ${place}`;
          assert.equal(account.realized, realized, name);
          assert.equal(derivedCash(account), realized, name);
          assert.equal(account.settledDifference, 0n, name);
          assert.equal(account.openCost, 0n, name);
          assert.equal(account.openPositions, 0, name);
          compared += 1;
        }
      }
    }
  }
  assert.equal(compared, 3 * (6 * 2 + 36 * 3 + 216 * 4));
});

function sideCost(actions: readonly Action[], side: 1 | -1): number {
  return actions.filter(([contracts]) => Math.sign(contracts) === side)
    .reduce((sum, [n, cents]) => sum + Math.abs(n) * (side === 1 ? cents : 100 - cents), 0);
}

function dollars(cents: number): string {
  return (cents / 100).toFixed(2);
}

Deno.test("worth() of every small count and price is the product in cents", () => {
  for (let count = 0; count <= 300; count += 7) {
    for (let cents = 0; cents <= 100; cents++) {
      assert.equal(worth(count, cents * 10_000_000), BigInt(count * cents * 100_000));
    }
  }
});
