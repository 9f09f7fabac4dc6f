/** The stand-in for the business's own billing service: `GET /api/revenue`. */
import type { Account } from "./account.ts";
import { type Ask, json, type Protocol, type Reply } from "./reply.ts";
import { fixed } from "./units.ts";

/** Options of {@link revenueProtocol}. */
export interface RevenueOptions {
  /** The account, brought up to the present. */
  readonly account: () => Account;
  /** The bearer token to ask for; null for an open service. */
  readonly token: string | null;
  /** Amounts as JSON numbers or as decimal strings. */
  readonly format: "number" | "string";
}

/** The billing service's protocol over an account. */
export function revenueProtocol({ account, token, format }: RevenueOptions): Protocol {
  const unauthorized = () => json(401, { error: "unauthorized" }, { "www-authenticate": "Bearer" });
  const answer = (ask: Ask): Reply => {
    if (ask.method !== "GET" || ask.path !== "/api/revenue") {
      return json(404, { error: "not found" });
    }
    if (token !== null && ask.header("authorization") !== `Bearer ${token}`) return unauthorized();
    const { billing } = account();
    const quote = format === "string" ? '"' : "";
    const invoiced = `${quote}${fixed(billing.invoicedCents, 2)}${quote}`;
    const collected = `${quote}${fixed(billing.collectedCents, 2)}${quote}`;
    return { status: 200, body: `{"invoiced":${invoiced},"collected":${collected}}` };
  };
  return {
    answer,
    errors: {
      unauthorized,
      forbidden: () => json(403, { error: "forbidden" }),
      rate_limited: () => json(429, { error: "rate limited" }, { "retry-after": "1" }),
      server_error: () => json(500, { error: "internal error" }),
    },
    spoilRow: (value) => ({ ...value, collected: "soon" }),
    loop: {},
  };
}
