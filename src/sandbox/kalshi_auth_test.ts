import assert from "node:assert/strict";
import { startSandbox } from "./sandbox.ts";
import { get, signedHeaders, StepClock, venue } from "./testing.ts";

const BALANCE = "/portfolio/balance";

Deno.test("KalshiAuth accepts a signature over timestamp, method and path", async () => {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false });
  try {
    assert.equal((await venue(sandbox, clock, BALANCE)).status, 200);
    assert.equal((await venue(sandbox, clock, `${BALANCE}?subaccount=1`)).status, 200);
    for (const off of [-9_900, 9_900]) {
      const timestamp = clock.now() + off;
      assert.equal((await venue(sandbox, clock, BALANCE, { timestamp })).status, 200, `${off} ms`);
    }
  } finally {
    await sandbox.stop();
  }
});

Deno.test("KalshiAuth refuses what is signed otherwise, each with the venue's own words", async () => {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false });
  const code = async (path: string, signing: Parameters<typeof venue>[3]) => {
    const { status, body } = await venue(sandbox, clock, path, signing);
    assert.equal(status, 401);
    return body.error.details ?? body.error.code;
  };
  try {
    const wrong = "INCORRECT_API_KEY_SIGNATURE";
    const path = "/trade-api/v2/portfolio/balance?subaccount=1";
    assert.equal(await code(`${BALANCE}?subaccount=1`, { path }), wrong, "signed with the query");
    assert.equal(await code(BALANCE, { path: BALANCE }), wrong, "signed without /trade-api/v2");
    assert.equal(await code(BALANCE, { salt: 20 }), wrong, "salt of 20 bytes");
    const seconds = Math.floor(clock.now() / 1000);
    assert.equal(await code(BALANCE, { timestamp: seconds }), "header_timestamp_expired");
    for (const off of [-10_100, 10_100, 300_000]) {
      const timestamp = clock.now() + off;
      assert.equal(await code(BALANCE, { timestamp }), "header_timestamp_expired", `${off} ms`);
    }
    assert.equal(await code(BALANCE, { keyId: crypto.randomUUID() }), "NOT_FOUND");
  } finally {
    await sandbox.stop();
  }
});

Deno.test("KalshiAuth names a missing header, and asks for none where the venue is open", async () => {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false });
  try {
    const url = new URL(`${sandbox.kalshi.baseUrl}${BALANCE}`);
    const headers = signedHeaders(sandbox, url, clock.now());
    for (const name of Object.keys(headers)) {
      const { [name]: _, ...rest } = headers;
      const { status, body } = await get(url, rest);
      assert.equal(status, 401);
      assert.equal(body.error.code, "signature_is_missing_from_headers", name);
    }
    for (const path of ["/historical/cutoff", "/exchange/status", "/account/endpoint_costs"]) {
      assert.equal((await get(`${sandbox.kalshi.baseUrl}${path}`)).status, 200, path);
    }
  } finally {
    await sandbox.stop();
  }
});
