import assert from "node:assert/strict";
import { sleep } from "./sleep.ts";
import { UpstreamError } from "./source.ts";
import { Watchdog } from "./watchdog.ts";

Deno.test("Watchdog aborts where nothing is heard, and waits where something is", async () => {
  const never = new AbortController().signal;
  using watchdog = new Watchdog(never, 80);
  for (let heard = 0; heard < 6; heard++) {
    await sleep(30, never);
    watchdog.heard();
  }
  assert.equal(watchdog.signal.aborted, false);
  await sleep(150, never);
  assert.equal(watchdog.signal.aborted, true);
  const reason: unknown = watchdog.signal.reason;
  assert(reason instanceof UpstreamError && reason.errorClass === "timeout");
});

Deno.test("Watchdog aborts with its parent, for the parent's reason", () => {
  const controller = new AbortController();
  using watchdog = new Watchdog(controller.signal, 60_000);
  controller.abort(new Error("stopped"));
  assert.equal(watchdog.signal.reason.message, "stopped");
  using late = new Watchdog(controller.signal, 60_000);
  assert.equal(late.signal.aborted, true);
});

Deno.test("sleep() ends at once when aborted, and leaves no timer", async () => {
  const controller = new AbortController();
  const asleep = sleep(60_000, controller.signal);
  controller.abort(new Error("woken"));
  await assert.rejects(asleep, /woken/);
  await assert.rejects(sleep(60_000, controller.signal), /woken/);
});
