/** The check of `doctor` on the limits of requests. */
import { isLoopback } from "../sources/loopback.ts";
import { type Check, ok, warn } from "./check.ts";
import type { Config } from "./config.ts";

/** A rate in words. */
function shown(rate: number, who: string): string {
  return rate === 0 ? `any number by one ${who}` : `${rate} a second by one ${who}`;
}

/**
 * True for a network that no proxies of one's own fill: it is wider than the widest private one, which
 * is 10.0.0.0/8 (RFC 1918), or of version 6 fc00::/7 (RFC 4193).
 */
function isWide(range: string): boolean {
  const [address = "", prefix] = range.split("/");
  return prefix !== undefined && Number(prefix) < (address.includes(":") ? 7 : 8);
}

/** Says what the limits are, and where they hold nobody. */
export function rateCheck({ rates, redis, host, publicUrl, trustedProxies }: Config): Check {
  const { perAddress, perKey } = rates;
  return {
    name: "limits of requests",
    run: () => {
      const limits = `${shown(perAddress, "address")}, ${shown(perKey, "key")}` +
        (redis === null ? "" : ", shared through Redis");
      const wide = trustedProxies.filter(isWide);
      if (wide.length > 0) {
        return warn(
          `${limits}; but PNL_TRUSTED_PROXIES has ${wide.join(", ")}: ` +
            "nearly anybody may then say who he is, and is not limited",
        );
      }
      const behindProxy = isLoopback(host) && publicUrl !== null && trustedProxies.length === 0;
      return perAddress > 0 && behindProxy
        ? warn(`${limits}; but PNL_TRUSTED_PROXIES is empty, and this machine is never limited`)
        : ok(limits);
    },
  };
}
