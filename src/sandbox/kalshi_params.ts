/** Reads the query of a request as the venue does: strict about limits, silent about garbage cursors. */
import { badRequest, validationFailed } from "./kalshi_errors.ts";
import type { Reply } from "./reply.ts";

/** Thrown to end a request with an error answer. */
export class Refusal extends Error {
  constructor(readonly reply: Reply) {
    super(`Refused with ${reply.status}`);
    this.name = "Refusal";
  }
}

/** The query of one operation, such as `GetFills`. */
export class KalshiParams {
  constructor(readonly operation: string, readonly query: URLSearchParams) {}

  /** Rows a page, 1 to `max`. @throws {Refusal} beyond; the venue does not clamp */
  limit(max: number): number {
    return this.#integer("limit", "Limit", 1, max) ?? 100;
  }

  /** The subaccount asked for, or null. @throws {Refusal} outside 0 to 63 */
  subaccount(): number | null {
    return this.#integer("subaccount", "Subaccount", 0, 63);
  }

  /** A bound in unix seconds as microseconds, or null. @throws {Refusal} where it is no integer */
  seconds(name: "min_ts" | "max_ts"): number | null {
    const field = name === "min_ts" ? "MinTs" : "MaxTs";
    const seconds = this.#integer(name, field, 0, 100_000_000_000);
    return seconds === null ? null : seconds * 1_000_000;
  }

  /** A plain text filter, or null. */
  text(name: string): string | null {
    return this.query.get(name) || null;
  }

  /** Items of a comma-separated list out of `allowed`. @throws {Refusal} on another one */
  list(name: string, field: string, allowed: readonly string[]): readonly string[] {
    const items = this.query.get(name)?.split(",").filter((item) => item !== "") ?? [];
    if (items.some((item) => !allowed.includes(item))) {
      throw new Refusal(validationFailed(this.operation, field, "oneof"));
    }
    return items;
  }

  /** What {@link makeCursor} put into the cursor; null without one, or where it is garbage. */
  cursor(): string | null {
    const cursor = this.query.get("cursor");
    if (!cursor) return null;
    try {
      const [operation, ...place] = atob(cursor).split("|");
      return operation === this.operation && place.length > 0 ? place.join("|") : null;
    } catch {
      return null;
    }
  }

  /** An opaque cursor; empty where `place` is null, at the end. */
  makeCursor(place: string | number | null): string {
    return place === null ? "" : btoa(`${this.operation}|${place}`);
  }

  #integer(name: string, field: string, min: number, max: number): number | null {
    const text = this.query.get(name);
    if (text === null || text === "") return null;
    if (!/^-?\d{1,15}$/.test(text)) {
      throw new Refusal(badRequest(`invalid value for query parameter ${name}`));
    }
    const value = Number(text);
    if (value < min) throw new Refusal(validationFailed(this.operation, field, "gte"));
    if (value > max) throw new Refusal(validationFailed(this.operation, field, "lte"));
    return value;
  }
}
