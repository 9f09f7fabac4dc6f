/** Points for tests. */
import { formatMoney, money } from "../../pnl/money.ts";
import type { Point } from "./point.ts";

/** A point of one value. @param cents its net P&L */
export function pointAt(time: number, cents: number, position: number | null = null): Point {
  const value = money(BigInt(cents) * 10_000_000n);
  const net = formatMoney(value);
  return { time, net, value, open: net, high: net, low: net, position };
}
