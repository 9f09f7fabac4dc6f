/** The stand-in for the venue's trade API v2, reads only. */
import type { Account } from "./account.ts";
import { KalshiAuth } from "./kalshi_auth.ts";
import {
  authenticationError,
  internalError,
  missingScope,
  tooManyRequests,
  unknownRoute,
} from "./kalshi_errors.ts";
import { Refusal } from "./kalshi_params.ts";
import {
  balance,
  cutoff,
  fills,
  historicalFills,
  historicalPositions,
  positions,
  settlements,
  subaccountBalances,
  transfers,
} from "./kalshi_portfolio.ts";
import { type Ask, json, type Protocol, type Reply } from "./reply.ts";
import { TokenBucket } from "./token_bucket.ts";
import { timeText } from "./units.ts";

/** The path of the API, part of what is signed. */
export const KALSHI_PATH = "/trade-api/v2";

const READS_PER_SECOND = 200;
const REQUEST_COST = 10;

/** Options of {@link kalshiProtocol}. */
export interface KalshiOptions {
  /** The account, brought up to the present. */
  readonly account: () => Account;
  readonly keyId: string;
  readonly privateKeyPem: string;
  /** Whether the token bucket of the basic tier applies: 20 requests a second. */
  readonly rateLimit: boolean;
  /** Scopes of the key: `read`, or `read::portfolio_balance` alone. */
  readonly scopes: readonly string[];
}

/** An endpoint: whether it is signed, whether the balance scope is enough, and its answer. */
interface Route {
  readonly open?: true;
  readonly balanceScope?: true;
  readonly answer: (account: Account, ask: Ask) => Reply;
}

const ROUTES: Readonly<Record<string, Route>> = {
  "/exchange/status": {
    open: true,
    answer: () => json(200, { exchange_active: true, trading_active: true }),
  },
  "/historical/cutoff": { open: true, answer: (_, ask) => cutoff(ask) },
  "/account/endpoint_costs": {
    open: true,
    answer: () => json(200, { default_cost: REQUEST_COST, endpoint_costs: [] }),
  },
  "/exchange/user_data_timestamp": {
    answer: (_, ask) => json(200, { as_of_time: timeText((ask.now + ask.skewMs) * 1000) }),
  },
  "/account/limits": {
    answer: () =>
      json(200, {
        grants: [],
        read: { bucket_capacity: READS_PER_SECOND, refill_rate: READS_PER_SECOND },
        usage_tier: "basic",
        write: { bucket_capacity: 100, refill_rate: 100 },
      }),
  },
  "/portfolio/balance": { balanceScope: true, answer: balance },
  "/portfolio/subaccounts/balances": { balanceScope: true, answer: subaccountBalances },
  "/portfolio/positions": { answer: positions },
  "/portfolio/fills": { answer: fills },
  "/portfolio/settlements": { answer: settlements },
  "/portfolio/deposits": { answer: (account, ask) => transfers(account, ask, "deposits") },
  "/portfolio/withdrawals": { answer: (account, ask) => transfers(account, ask, "withdrawals") },
  "/historical/fills": { answer: historicalFills },
  "/historical/positions": { answer: historicalPositions },
};

/** The venue's protocol over an account. */
export function kalshiProtocol(options: KalshiOptions): Protocol {
  const auth = new KalshiAuth(options.keyId, options.privateKeyPem);
  const bucket = new TokenBucket(READS_PER_SECOND, READS_PER_SECOND);
  const answer = (ask: Ask): Reply => {
    const route = routeOf(ask);
    if (route === undefined) return unknownRoute();
    if (options.rateLimit && !bucket.take(REQUEST_COST)) return tooManyRequests();
    if (route.open !== true) {
      const refused = auth.refuse(ask) ?? scopeRefusal(route, options.scopes);
      if (refused !== null) return refused;
    }
    try {
      return route.answer(options.account(), ask);
    } catch (error) {
      if (error instanceof Refusal) return error.reply;
      throw error;
    }
  };
  return {
    answer,
    errors: {
      unauthorized: () => authenticationError("INCORRECT_API_KEY_SIGNATURE"),
      forbidden: () => missingScope("read"),
      rate_limited: tooManyRequests,
      server_error: internalError,
    },
    spoilRow,
    loop: { cursor: btoa("loop") },
  };
}

function routeOf({ method, path }: Ask): Route | undefined {
  const name = path.slice(KALSHI_PATH.length);
  const known = method === "GET" && path.startsWith(KALSHI_PATH) && Object.hasOwn(ROUTES, name);
  return known ? ROUTES[name] : undefined;
}

function scopeRefusal(route: Route, scopes: readonly string[]): Reply | null {
  if (scopes.includes("read")) return null;
  if (route.balanceScope === true && scopes.includes("read::portfolio_balance")) return null;
  return missingScope("read");
}

const SPOILED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  fills: { count_fp: "many" },
  settlements: { settled_time: "2026-11-21T15:02:11" },
  deposits: { amount_cents: "lots" },
  withdrawals: { amount_cents: "lots" },
  market_positions: { position_fp: null },
  subaccount_balances: { balance: "n/a" },
};

function spoilRow(value: Record<string, unknown>): Record<string, unknown> {
  if ("balance_dollars" in value) return { ...value, balance_dollars: "n/a", balance: "n/a" };
  for (const [name, spoiled] of Object.entries(SPOILED)) {
    const rows = value[name];
    if (!Array.isArray(rows) || rows.length === 0) continue;
    return { ...value, [name]: [{ ...rows[0], ...spoiled }, ...rows.slice(1)] };
  }
  return value;
}
