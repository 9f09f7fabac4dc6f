/** The checks of `doctor` on the upstreams: a call with the credentials, and the clock. */
import type { Clock } from "../pnl/clock.ts";
import { HttpClient, type HttpClientOptions, type Query } from "../sources/http_client.ts";
import { KalshiSigner } from "../sources/kalshi_signer.ts";
import { UpstreamError } from "../sources/source.ts";
import { type Check, fail, ok, skip } from "./check.ts";
import type { Config } from "./config.ts";
import { readPrivateKey } from "./upstreams.ts";

/** Kalshi takes no timestamp that is 10 s off; a warning has to come before that. */
const MOST_SKEW_MS = 5_000;
/** A `Date` header says whole seconds. */
const DATE_STEP_MS = 1_000;

/** What to do about a class of failure. */
const ADVICE: Partial<Record<UpstreamError["errorClass"], string>> = {
  unauthorized: "the key is not known there, or lacks the scope for reading",
  clock_skew: "set this machine's clock",
  network: "is the address right, and can it be reached from here?",
  timeout: "no answer in SOURCE_TIMEOUT_MS",
};

/** One request with credentials; that it is answered is all that is asked. */
function callCheck(name: string, client: () => HttpClient, path: string, query: Query): Check {
  return {
    name: `${name} credentials`,
    run: async () => {
      try {
        await client().getJson(path, query, new AbortController().signal);
        return ok(`${path} answered`);
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        const advice = ADVICE[error.errorClass];
        return fail(`${error.message}${advice === undefined ? "" : `: ${advice}`}`);
      }
    },
  };
}

/** How far this machine's clock is from an upstream's, seen through its `Date` header. */
function clockCheck(name: string, baseUrl: string, config: Config, clock: Clock): Check {
  return {
    name: `${name} clock`,
    run: async () => {
      const before = clock.now();
      const response = await fetch(baseUrl, {
        method: "HEAD",
        redirect: "manual",
        signal: AbortSignal.timeout(config.sourceTimeoutMs),
      });
      const date = Date.parse(response.headers.get("date") ?? "");
      if (Number.isNaN(date)) return skip("it says no date");
      const middle = (before + clock.now()) / 2;
      const skew = date + DATE_STEP_MS / 2 - middle;
      const shown = `${(skew / 1000).toFixed(1)} s apart`;
      return Math.abs(skew) > MOST_SKEW_MS ? fail(`${shown}: set this machine's clock`) : ok(shown);
    },
  };
}

/** The checks of the configured upstreams; in sandbox mode there is none. */
export function upstreamChecks(config: Config, clock: Clock): Check[] {
  const { kalshi, anthropic, revenue } = config;
  const common = { clock, timeoutMs: config.sourceTimeoutMs, retry: { retries: 0 } };
  const client = (options: Pick<HttpClientOptions, "baseUrl" | "headers">) =>
    new HttpClient({ ...common, ...options });
  const checks: Check[] = [];
  if (kalshi !== null) {
    const { baseUrl, keyId } = kalshi;
    const signed = () => {
      const signer = new KalshiSigner(keyId, readPrivateKey(kalshi.privateKey));
      const headers = (method: string, path: string) => signer.headers(method, path, clock.now());
      return client({ baseUrl, headers });
    };
    checks.push(callCheck("kalshi", signed, "/portfolio/fills", [["limit", "1"]]));
    checks.push(clockCheck("kalshi", baseUrl, config, clock));
  }
  if (anthropic !== null) {
    const { baseUrl, adminKey } = anthropic;
    const headers = () => ({ "x-api-key": adminKey, "anthropic-version": "2023-06-01" });
    const day = `${new Date(clock.now()).toISOString().slice(0, 10)}T00:00:00Z`;
    const query: Query = [["starting_at", day], ["limit", "1"]];
    const path = "/v1/organizations/cost_report";
    checks.push(callCheck("anthropic", () => client({ baseUrl, headers }), path, query));
    checks.push(clockCheck("anthropic", baseUrl, config, clock));
  }
  if (revenue !== null) {
    const { baseUrl, token } = revenue;
    const headers = () =>
      token === null ? {} as Record<string, string> : { authorization: `Bearer ${token}` };
    checks.push(callCheck("revenue", () => client({ baseUrl, headers }), "/api/revenue", []));
    checks.push(clockCheck("revenue", baseUrl, config, clock));
  }
  return checks;
}
