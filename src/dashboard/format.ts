/** Figures as text. Decimal strings go to Intl as they are: no figure passes through a double. */

/** What stands where a figure is not known. */
export const NOTHING = "–";

/** Neither shows a sign of what is rounded to nothing. */
const SIGNS = { plain: "negative", signed: "exceptZero" } as const;
const CURRENCY = { style: "currency", currency: "USD" } as const;
const PERCENT = { minimumFractionDigits: 2, maximumFractionDigits: 2 } as const;

const MONEY = {
  plain: new Intl.NumberFormat(undefined, { ...CURRENCY, signDisplay: SIGNS.plain }),
  signed: new Intl.NumberFormat(undefined, { ...CURRENCY, signDisplay: SIGNS.signed }),
};
const ALL_DIGITS = { ...CURRENCY, maximumFractionDigits: 9 } as const;
const EXACT = {
  plain: new Intl.NumberFormat(undefined, ALL_DIGITS),
  signed: new Intl.NumberFormat(undefined, { ...ALL_DIGITS, signDisplay: SIGNS.signed }),
};
const PERCENTAGE = {
  plain: new Intl.NumberFormat(undefined, { ...PERCENT, signDisplay: SIGNS.plain }),
  signed: new Intl.NumberFormat(undefined, { ...PERCENT, signDisplay: SIGNS.signed }),
};
const COUNT = new Intl.NumberFormat();

/** A decimal string of the server's. Intl takes it as it is, which its type does not say of every string. */
type Decimal = `${number}`;

function isDecimal(text: string): text is Decimal {
  return /^-?\d+(\.\d+)?$/.test(text);
}

function format(numbers: Intl.NumberFormat, value: string | null | undefined): string {
  return typeof value === "string" && isDecimal(value) ? numbers.format(value) : NOTHING;
}

/** Dollars to the cent. */
export function money(
  value: string | null | undefined,
  sign: keyof typeof SIGNS = "plain",
): string {
  return format(MONEY[sign], value);
}

/** Dollars to the last digit. */
export function exactMoney(
  value: string | null | undefined,
  sign: keyof typeof SIGNS = "plain",
): string {
  return format(EXACT[sign], value);
}

/** Percent with two places. */
export function percentage(
  value: string | null | undefined,
  sign: keyof typeof SIGNS = "plain",
): string {
  const text = format(PERCENTAGE[sign], value);
  return text === NOTHING ? text : `${text} %`;
}

/** A whole number. */
export function whole(value: number | null | undefined): string {
  return value === null || value === undefined ? NOTHING : COUNT.format(value);
}

/** -1, 0 or 1 of a decimal string; 0 where it is null. */
export function signOf(value: string | null | undefined): -1 | 0 | 1 {
  if (typeof value !== "string" || /^-?[0.]*$/.test(value)) return 0;
  return value.startsWith("-") ? -1 : 1;
}

/** An age in words, of milliseconds. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) {
    return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
  }
  return `${Math.floor(seconds / 86_400)} d ${Math.floor(seconds % 86_400 / 3600)} h`;
}

/**
 * A time as the reader has asked for it, to the second, with its zone.
 *
 * @param value ISO 8601 or milliseconds since the epoch
 */
export function timeText(value: string | number | null | undefined, zone: "utc" | "local"): string {
  if (value === null || value === undefined) return NOTHING;
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return NOTHING;
  if (zone === "utc") return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
  const pad = (part: number) => String(part).padStart(2, "0");
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(":");
  return `${day} ${time} ${zoneText(date)}`;
}

/** The reader's offset from UTC at a time, such as `UTC+02:00`. */
export function zoneText(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const pad = (part: number) => String(Math.trunc(part)).padStart(2, "0");
  const sign = minutes < 0 ? "-" : "+";
  return `UTC${sign}${pad(Math.abs(minutes) / 60)}:${pad(Math.abs(minutes) % 60)}`;
}
