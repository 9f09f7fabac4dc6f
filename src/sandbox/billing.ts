/** The business's own billing: what was invoiced and what of it was collected, in cents. */
import type { Random } from "./random.ts";

/** Lifetime totals. Collected never exceeds invoiced. */
export class Billing {
  invoicedCents = 0;
  collectedCents = 0;

  constructor(readonly random: Random) {}

  /** An invoice goes out, or money for older ones comes in. @param max of the amount, cents */
  work(max: number): void {
    const amount = this.random.between(1, max);
    const outstanding = this.invoicedCents - this.collectedCents;
    const much = outstanding * 12 > this.invoicedCents;
    if (outstanding > 2 * amount && (much || this.random.chance(300))) {
      this.collectedCents += amount + this.random.between(0, amount);
    } else {
      this.invoicedCents += amount;
    }
  }
}
