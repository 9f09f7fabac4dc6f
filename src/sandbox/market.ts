/** Markets of the stand-in venue: tickers in the venue's form, and a chance that moves. */
import type { Random } from "./random.ts";
import { DAY_MICROS } from "./units.ts";

/** An open market. */
export interface Market {
  readonly ticker: string;
  readonly event: string;
  /** Fair price of YES, 1e-4 dollars. */
  chance: number;
}

const SERIES = ["KXHIGHNY", "KXHIGHCHI", "KXBTCD", "KXINXU", "KXCPIYOY", "KXPAYROLLS", "KXGASAVG"];
const MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");

/**
 * Opens the market with this number; the number is in the ticker, so no two are alike.
 *
 * @param time microseconds since the epoch
 */
export function openMarket(random: Random, number: number, time: number): Market {
  const closes = new Date(time / 1000 + random.between(0, 2) * (DAY_MICROS / 1000));
  const date = `${String(closes.getUTCFullYear()).slice(2)}${MONTHS[closes.getUTCMonth()]}${
    String(closes.getUTCDate()).padStart(2, "0")
  }`;
  const event = `${random.pick(SERIES)}-${date}`;
  const strike = random.chance(500) ? `T${100 + number}` : `B${100 + number}.5`;
  return { ticker: `${event}-${strike}`, event, chance: random.between(1_200, 8_800) };
}
