import assert from "node:assert/strict";
import { isAddressRange, TrustedProxies } from "./trusted_proxies.ts";

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
    ["10.1.1.1", Array(100).fill("10.2.2.2").join(","), null],
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
  assert.equal(nobody.client("::ffff:198.51.100.1", null), "198.51.100.1");
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
