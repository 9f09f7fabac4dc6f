import assert from "node:assert/strict";
import { totals } from "../http/test_server.ts";
import { until } from "../http/test_streams.ts";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { systemClock as clock } from "../log/system_clock.ts";
import { LogTail } from "./log_tail.ts";

Deno.test("LogTail wakes whoever watches after each append, and follows the log only meanwhile", async () => {
  using log = new MemoryEventLog({ clock });
  let followed = 0;
  const subscribe = log.subscribe.bind(log);
  log.subscribe = (options) => {
    followed += 1;
    options.signal.addEventListener("abort", () => followed -= 1);
    return subscribe(options);
  };
  const tail = new LogTail(log);
  const woken = [0, 0];
  const ends = woken.map((_, at) => tail.watch(() => woken[at]! += 1));
  assert.equal(followed, 1);
  log.append([totals("1", clock.now())]);
  await until(() => woken.every((times) => times === 1), "both woken");
  ends[0]!();
  ends[0]!();
  log.append([totals("2", clock.now())]);
  await until(() => woken[1] === 2, "one woken");
  assert.equal(woken[0], 1);
  ends[1]!();
  assert.equal(followed, 0);
  const again = tail.watch(() => woken[0]! += 1);
  log.append([totals("3", clock.now())]);
  await until(() => woken[0] === 2, "woken again");
  again();
  assert.equal(followed, 0);
});

Deno.test("LogTail wakes everybody where the log cannot be followed, and tries again", async () => {
  using log = new MemoryEventLog({ clock });
  let failures = 1;
  const head = log.head.bind(log);
  log.head = () => {
    if (failures-- > 0) throw new Error("disk on fire");
    return head();
  };
  let woken = 0;
  const end = new LogTail(log).watch(() => woken += 1);
  await until(() => woken === 1, "told");
  await until(() => {
    log.append([totals(`${woken}.${failures * -1}`, clock.now())]);
    return woken > 1;
  }, "following again");
  end();
});
