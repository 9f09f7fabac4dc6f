import assert from "node:assert/strict";
import { isAddressRange, TrustedProxies } from "./trusted_proxies.ts";

/** An `X-Forwarded-For` of so many trusted proxies, and what the furthest of them says. */
function way(proxies: number, further: string): string {
  return [further, ...Array<string>(proxies).fill("10.2.2.2")].join(", ");
}

Deno.test("TrustedProxies.client() reads X-Forwarded-For from the right, as far as its writers are trusted", () => {
  const proxies = new TrustedProxies(["127.0.0.1", "10.0.0.0/8", "fd00::/8"]);
  const cases: readonly [string | null, string | null, string | null][] = [
    ["203.0.113.7", null, "203.0.113.7"],
    ["203.0.113.7", "198.51.100.1", "203.0.113.7"],
    ["127.0.0.1", "198.51.100.1", "198.51.100.1"],
    ["127.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"],
    ["127.0.0.1", "1.1.1.1, 198.51.100.1, 10.9.9.9", "198.51.100.1"],
    ["::ffff:10.1.1.1", "198.51.100.1:4711", "198.51.100.1"],
    ["fd00::1", "[2001:db8:1:2:3:4:5:6]:443", "2001:db8:1:2::/64"],
    ["10.1.1.1", "10.2.2.2", null],
    ["10.1.1.1", "unknown", null],
    ["10.1.1.1", "198.51.100.1, ", null],
    ["10.1.1.1", null, null],
    ["10.1.1.1", way(15, "198.51.100.1"), "198.51.100.1"],
    ["10.1.1.1", way(15, "10.3.3.3"), null],
    ["10.1.1.1", way(16, "198.51.100.1"), "10.2.2.2"],
    ["10.1.1.1", way(16, "10.3.3.3"), "10.2.2.2"],
    [null, "198.51.100.1", null],
  ];
  for (const [peer, header, client] of cases) {
    assert.equal(proxies.client(peer, header), client, `${peer} ${header?.slice(0, 60)}`);
  }
});

Deno.test("TrustedProxies.client() believes nobody where nobody is trusted, and does not limit this machine", () => {
  const nobody = new TrustedProxies([]);
  assert.equal(nobody.client("198.51.100.1", "1.1.1.1"), "198.51.100.1");
  assert.equal(nobody.client("127.0.0.1", "1.1.1.1"), null);
  assert.equal(nobody.client("::1", "1.1.1.1"), null);
  assert.equal(nobody.client("::ffff:127.0.0.1", null), null);
});

Deno.test("TrustedProxies.client() knows an address of version 4 in all the ways to write it", () => {
  const proxies = new TrustedProxies(["10.0.0.0/8"]);
  const ways = [
    ...["1.2.3.4", "::ffff:1.2.3.4", "::ffff:0102:0304", "::FFFF:102:304"],
    ...["0:0:0:0:0:ffff:1.2.3.4", "0::0:ffff:0102:304", "[::ffff:102:304]:443"],
  ];
  for (const each of ways) {
    assert.equal(proxies.client("10.1.1.1", each), "1.2.3.4", each);
    assert.equal(proxies.client("::ffff:0a01:0101", each), "1.2.3.4", `${each}, said by one`);
  }
  assert.equal(proxies.client("10.1.1.1", "::ffff:7f00:1"), null, "this machine");
  assert.equal(proxies.client("::ffff:0:1.2.3.4", null), "0:0:0:0::/64", "no such");
  assert.equal(proxies.client("64:ff9b::1.2.3.4", null), "64:ff9b:0:0::/64");
});

Deno.test("TrustedProxies.client() takes a network of 64 bits for one client", () => {
  const nobody = new TrustedProxies([]);
  const clients = ["2001:db8::1", "2001:db8:0:0:ffff::2", "2001:DB8:0000::3", "2001:db8:0:1::1"]
    .map((address) => nobody.client(address, null));
  assert.deepEqual(clients, [
    ...Array(3).fill("2001:db8:0:0::/64"),
    "2001:db8:0:1::/64",
  ]);
});

Deno.test("TrustedProxies.trusts() says the same again, however many others ask between", () => {
  const proxies = new TrustedProxies(["10.0.0.0/8"]);
  for (let n = 0; n < 5_000; n++) {
    assert.equal(proxies.trusts(`10.0.${n >> 8}.${n & 255}`), true);
    assert.equal(proxies.trusts(`11.0.${n >> 8}.${n & 255}`), false);
    assert.equal(proxies.trusts("10.1.1.1"), true);
    assert.equal(proxies.trusts("11.1.1.1"), false);
  }
});

Deno.test("isAddressRange() takes addresses and networks, and nothing else", () => {
  for (const good of ["10.0.0.0/8", "127.0.0.1", "::1", "fc00::/7", "0.0.0.0/0"]) {
    assert.equal(isAddressRange(good), true, good);
  }
  for (
    const bad of [
      "",
      "10.0.0.0/33",
      "a.example",
      "10.0.0.0/",
      "10.0.0.0/8/8",
      "10.0.0",
      "fe80::1%eth0",
    ]
  ) {
    assert.equal(isAddressRange(bad), false, bad);
  }
});
