import assert from "node:assert/strict";
import { BestEffort, gravest } from "./kalshi_best_effort.ts";
import { sleep } from "./sleep.ts";
import { UpstreamError, type UpstreamErrorClass } from "./source.ts";
import { context } from "./testing.ts";

/** Whether further readings are made after failures of these classes. */
async function goesOn(classes: readonly UpstreamErrorClass[]): Promise<boolean> {
  const effort = new BestEffort(context());
  for (const errorClass of classes) {
    const failed = await effort.attempt(() =>
      Promise.reject(new UpstreamError(errorClass, errorClass))
    );
    assert.equal(failed, null);
  }
  assert.deepEqual(effort.failures.map(({ errorClass }) => errorClass), classes);
  return await effort.attempt(() => Promise.resolve("read")) === "read";
}

Deno.test("BestEffort goes on after what another reading may not meet", async () => {
  assert(await goesOn(Array<UpstreamErrorClass>(10).fill("unauthorized")));
  assert(await goesOn(Array<UpstreamErrorClass>(10).fill("malformed")));
  assert(await goesOn(Array<UpstreamErrorClass>(10).fill("client_error")));
  assert(await goesOn(["server_error", "server_error"]));
});

Deno.test("BestEffort ends where the upstream is out of reach, and at the third server error", async () => {
  for (const errorClass of ["network", "timeout", "rate_limited", "clock_skew"] as const) {
    assert.equal(await goesOn([errorClass]), false, errorClass);
  }
  assert.equal(await goesOn(["server_error", "malformed", "server_error", "server_error"]), false);
});

Deno.test("BestEffort takes neither the poll's end nor a fault of its own for a failed reading", async () => {
  const controller = new AbortController();
  const effort = new BestEffort(context({ signal: controller.signal }));
  await assert.rejects(effort.attempt(() => Promise.reject(new TypeError("ours"))), TypeError);
  const ended = new UpstreamError("timeout", "No progress");
  controller.abort(ended);
  await assert.rejects(effort.attempt(() => Promise.reject(ended)), ended);
  assert.deepEqual(effort.failures, []);
});

Deno.test("gravest() tells a refusal only where nothing else failed", () => {
  const refused = new UpstreamError("unauthorized", "403");
  const failed = new UpstreamError("server_error", "500");
  assert.equal(gravest([refused, failed]), failed);
  assert.equal(gravest([refused]), refused);
  assert.equal(gravest([]), null);
});

Deno.test("BestEffort gives up a reading that nothing answers, and none that goes on", async () => {
  const heard: number[] = [];
  const effort = new BestEffort(context({ progress: (rows) => heard.push(rows) }), 250);
  const long = await effort.attempt(async ({ signal, progress }) => {
    for (let answer = 0; answer < 4; answer++) {
      await sleep(100, signal);
      progress(7);
    }
    return "whole";
  });
  assert.equal(long, "whole");
  assert.deepEqual(heard, [0, 0, 0, 0]);
  assert.equal(await effort.attempt(({ signal }) => sleep(20_000, signal)), null);
  assert.deepEqual(effort.failures.map(({ errorClass }) => errorClass), ["timeout"]);
});
