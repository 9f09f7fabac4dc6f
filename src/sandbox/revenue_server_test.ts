import assert from "node:assert/strict";
import { startSandbox } from "./sandbox.ts";
import { get, StepClock } from "./testing.ts";

Deno.test("revenueProtocol() sends the books' totals as numbers, or as strings where asked", async () => {
  const clock = new StepClock();
  for (const revenueFormat of ["number", "string"] as const) {
    const sandbox = await startSandbox({ clock, live: false, revenueFormat });
    try {
      const { baseUrl, token } = sandbox.revenue;
      const headers = { authorization: `Bearer ${token}` };
      const first = await get(`${baseUrl}/api/revenue`, headers);
      const { invoiced, collected } = sandbox.books().revenue;
      const quote = revenueFormat === "string" ? '"' : "";
      assert.equal(
        first.text,
        `{"invoiced":${quote}${invoiced}${quote},"collected":${quote}${collected}${quote}}`,
      );
      sandbox.advance(500);
      const later = await get(`${baseUrl}/api/revenue`, headers);
      assert.ok(Number(later.body.invoiced) > Number(first.body.invoiced), "it grows");
      assert.ok(Number(later.body.collected) >= Number(first.body.collected));
    } finally {
      await sandbox.stop();
    }
  }
});

Deno.test("revenueProtocol() asks for its token unless it is open", async () => {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false });
  const open = await startSandbox({ clock, live: false, revenueAuth: false });
  try {
    const url = `${sandbox.revenue.baseUrl}/api/revenue`;
    assert.equal((await get(url)).status, 401);
    assert.equal((await get(url, { authorization: "Bearer other" })).status, 401);
    assert.equal(open.revenue.token, null);
    assert.equal((await get(`${open.revenue.baseUrl}/api/revenue`)).status, 200);
    assert.equal((await get(`${open.revenue.baseUrl}/api/other`)).status, 404);
  } finally {
    await sandbox.stop();
    await open.stop();
  }
});
