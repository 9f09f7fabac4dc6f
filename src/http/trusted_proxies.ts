/** Where a client is, through the proxies that are trusted to say so. */
import { BlockList, isIP } from "node:net";
import { isLoopback } from "../sources/loopback.ts";

/** Addresses of which is remembered whether they are trusted: looking it up costs more than all else here. */
const MOST_KNOWN = 1_000;
/** Characters of an address at most, as `INET6_ADDRSTRLEN` has them. */
const LONGEST = 45;
/** Members of `X-Forwarded-For` that are read; the last of them counts as the client, whoever it is. */
const MAX_HOPS = 16;

/** The family of an address, as `node:net` calls it; null where it is none. */
function familyOf(address: string): "ipv4" | "ipv6" | null {
  const version = isIP(address);
  return version === 0 ? null : version === 4 ? "ipv4" : "ipv6";
}

/** The address in a member of `X-Forwarded-For`, which may have a port. */
function addressIn(member: string): string {
  const text = member.trim();
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1];
  return bracketed ?? text.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
}

/** The eight groups of an address of version 6, whichever way it is written. */
function groupsOf(address: string): number[] {
  const octets = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/;
  const [, before, a, b, c, d] = octets.exec(address) ?? [];
  const hex = (high = "", low = "") => (Number(high) << 8 | Number(low)).toString(16);
  const text = before === undefined ? address : `${before}${hex(a, b)}:${hex(c, d)}`;
  const [head = "", tail] = text.split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  return [...front, ...Array<string>(zeros).fill("0"), ...back]
    .map((group) => Number.parseInt(group, 16));
}

/** Whom one client may be: an address of version 4, or a network of 64 bits of version 6. */
function clientOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const groups = groupsOf(address.split("%", 1)[0]!);
  const [high = 0, low = 0] = groups.slice(6);
  // An address of version 4 that is written as one of version 6 (RFC 4291 §2.5.5.2).
  if (groups.slice(0, 6).join(":") === "0:0:0:0:0:65535") {
    return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  }
  return `${groups.slice(0, 4).map((group) => group.toString(16)).join(":")}::/64`;
}

/** True for an address, or a network such as 10.0.0.0/8. */
export function isAddressRange(text: string): boolean {
  const [address = "", prefix, ...more] = text.split("/");
  const family = familyOf(address);
  if (family === null || address.includes("%") || more.length > 0) return false;
  const most = family === "ipv4" ? 32 : 128;
  return prefix === undefined || /^\d{1,3}$/.test(prefix) && Number(prefix) <= most;
}

/** The proxies whose `X-Forwarded-For` is believed. */
export class TrustedProxies {
  readonly #list = new BlockList();
  readonly #known = new Map<string, boolean>();

  /** @param ranges addresses and networks, each of which {@link isAddressRange} takes */
  constructor(ranges: readonly string[]) {
    for (const range of ranges) {
      const [address = "", prefix] = range.split("/");
      const family = familyOf(address);
      if (family === null) throw new Error(`Cannot trust ${JSON.stringify(range)}: no address`);
      if (prefix === undefined) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(prefix), family);
    }
  }

  /**
   * Who a client is for the limits by address. `X-Forwarded-For` is read from the right as long as the
   * one who wrote it is trusted: what a client itself writes there stands further left, and is not read.
   *
   * @param peer who is connected, or null where that is not known
   * @param forwardedFor the header's value, or null
   * @returns null for this machine, a trusted proxy itself, or what cannot be told
   */
  client(peer: string | null, forwardedFor: string | null): string | null {
    let [address, rest] = [peer, forwardedFor];
    for (let read = 0; this.trusts(address); read++) {
      if (rest === null) return null;
      // A longer way is nobody's: who makes one up is not to be free of limits by it.
      if (read === MAX_HOPS) break;
      const comma = rest.lastIndexOf(",");
      address = addressIn(rest.slice(comma + 1));
      rest = comma < 0 ? null : rest.slice(0, comma);
    }
    if (address === null || familyOf(address) === null) return null;
    const client = clientOf(address);
    return isLoopback(address) || isLoopback(client) ? null : client;
  }

  /** True for the address of a trusted proxy. */
  trusts(address: string | null): boolean {
    if (address === null) return false;
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const family = familyOf(address);
    const trusted = family !== null && this.#list.check(address, family);
    // What is no address, or has a zone, may be of any length.
    if (address.length > LONGEST) return trusted;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(address, trusted);
    return trusted;
  }
}
