/**
 * State as JSON text with exact amounts. A `bigint` is marked with `#`; a text that begins with the mark
 * is given one more, so that no text is ever taken for an amount.
 */

const MARK = "#";

/** JSON of plain state: objects, lists, texts, numbers and `bigint`s. */
export function stringifyState(state: unknown): string {
  return JSON.stringify(state, mark);
}

/**
 * The state of a text that {@link stringifyState} gave.
 *
 * @throws {SyntaxError} where it is no JSON
 */
export function parseState(text: string): unknown {
  return JSON.parse(text, revive);
}

function mark(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return MARK + value;
  return typeof value === "string" && value.startsWith(MARK) ? MARK + value : value;
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith(MARK)) return value;
  return value.startsWith(MARK, 1) ? value.slice(1) : BigInt(value.slice(1));
}
