import assert from "node:assert/strict";
import { readConfig } from "./config.ts";
import { rateCheck } from "./rate_checks.ts";

Deno.test("rateCheck() says the limits, and warns where a proxy makes everybody this machine", async () => {
  const run = async (env: Record<string, string>) => await rateCheck(readConfig(env)).run();
  assert.deepEqual(await run({}), {
    status: "ok",
    detail: "100 a second by one address, 500 a second by one key",
  });
  const open = await run({ PNL_RATE_PER_ADDRESS: "0", REDIS_URL: "redis://127.0.0.1" });
  assert.match(open.detail, /^any number by one address, .*, shared through Redis$/);
  const proxied = { PNL_PUBLIC_URL: "https://pnl.example" };
  assert.equal((await run(proxied)).status, "warn");
  assert.equal((await run({ ...proxied, PNL_TRUSTED_PROXIES: "127.0.0.1" })).status, "ok");
  for (const wide of ["0.0.0.0/0", "::/0", "128.0.0.0/1"]) {
    const { status, detail } = await run({ PNL_TRUSTED_PROXIES: `127.0.0.1,${wide}` });
    assert.equal(status, "warn", wide);
    assert.match(detail, /PNL_TRUSTED_PROXIES has [^ ]+: nearly anybody may then say who he is/);
  }
  for (const own of ["10.0.0.0/8", "fc00::/7"]) {
    assert.equal((await run({ PNL_TRUSTED_PROXIES: own })).status, "ok", own);
  }
});
