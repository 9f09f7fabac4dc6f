/**
 * How values are printed where they leave the fold. The patterns are told, not checked: who prints is the
 * fold itself, and a test holds its answers to them.
 */
import { z } from "zod";

/** Dollars: at least two decimals, and as many more as the value has. */
export const MONEY = z.string().meta({
  pattern: "^-?\\d+\\.\\d{2,9}$",
  description: "Dollars: at least two decimals, and as many more as the value has.",
});

/** Dollars, or null where there is no figure. */
export const MONEY_OR_NULL = MONEY.nullable();

/** Per cent with two decimals, or null where there is no base. */
export const PERCENT_OR_NULL = z.string().meta({
  pattern: "^-?\\d+\\.\\d{2}$",
  description: "Per cent, two decimals.",
}).nullable();

/** A time: UTC, ISO 8601, milliseconds, `Z`. */
export const TIME = z.string().meta({
  pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$",
  description: "UTC, with milliseconds.",
});

/** A time, or null. */
export const TIME_OR_NULL = TIME.nullable();

/** A day of UTC. */
export const DAY = z.string().meta({
  pattern: "^\\d{4}-\\d{2}-\\d{2}$",
  description: "A day of UTC.",
});
