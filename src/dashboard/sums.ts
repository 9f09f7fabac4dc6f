/** Sums that prove a figure: exact, on the server's own decimals. */
import { formatMoney, minus, type Money, parseMoney, plus, ZERO } from "../pnl/money.ts";

/** A part of a sum. */
export interface Term {
  readonly label: string;
  /** Dollars, as the server has them. */
  readonly amount: string;
  /** True where it is taken away. */
  readonly less?: boolean;
  /** As `/api/pnl/explain` names it. */
  readonly metric?: string;
}

/** The sum of some terms. */
function sumOf(terms: readonly Term[]): Money {
  return terms.reduce(
    (sum, { amount, less = false }) =>
      less ? minus(sum, parseMoney(amount)) : plus(sum, parseMoney(amount)),
    ZERO,
  );
}

/** What the terms leave of a total, dollars; null where they prove it to the last digit. */
export function residualOf(terms: readonly Term[], total: string): string | null {
  const left = minus(parseMoney(total), sumOf(terms));
  return left === ZERO ? null : formatMoney(left);
}

/** The sum of some amounts, dollars. */
export function totalOf(amounts: readonly string[]): string {
  return formatMoney(amounts.reduce((sum, amount) => plus(sum, parseMoney(amount)), ZERO));
}
