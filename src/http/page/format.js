/** Figures as text. Decimal strings go to Intl as they are: no figure passes through a double. */

const MONEY = { style: "currency", currency: "USD" };
const plain = new Intl.NumberFormat(undefined, MONEY);
const signed = new Intl.NumberFormat(undefined, { ...MONEY, signDisplay: "exceptZero" });
const percent = new Intl.NumberFormat(undefined, {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
const signedPercent = new Intl.NumberFormat(undefined, {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
  signDisplay: "exceptZero",
});
const count = new Intl.NumberFormat();

/** What stands where a figure is not known. */
export const NOTHING = "–";

/** Dollars; nothing where the value is null. */
export function money(value, withSign) {
  return value === null || value === undefined
    ? NOTHING
    : (withSign ? signed : plain).format(value);
}

/** Percent with two places. */
export function percentage(value, withSign) {
  if (value === null || value === undefined) return NOTHING;
  return `${(withSign ? signedPercent : percent).format(value)} %`;
}

/** A whole number. */
export function whole(value) {
  return value === null || value === undefined ? NOTHING : count.format(value);
}

/** A UTC time to the second. */
export function time(value) {
  return value === null || value === undefined
    ? NOTHING
    : value.replace("T", " ").replace(/\.\d+Z$/, "").replace("Z", "");
}

/** -1, 0 or 1 of a decimal string; 0 where it is null. */
export function sign(value) {
  if (typeof value !== "string" || /^-?[0.]*$/.test(value)) return 0;
  return value.startsWith("-") ? -1 : 1;
}

/** An age in words. */
export function age(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
}
