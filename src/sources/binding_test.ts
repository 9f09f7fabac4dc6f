import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { BindingError, bindMissing, checkBindings } from "./binding.ts";
import type { Binding, Source } from "./source.ts";
import { eventsOf, fakeSource, OffsetClock, poll } from "./testing.ts";

const clock = new OffsetClock();
const { signal } = new AbortController();

function bound(options: Partial<Binding>, name: "kalshi" | "revenue" = "revenue"): Source {
  return fakeSource(() => Promise.resolve(poll()), { name, source: `/${name}`, bound: options });
}

/** Checks, and binds what is new. */
async function bind(log: MemoryEventLog, ...sources: Source[]): Promise<void> {
  bindMissing(log, await checkBindings({ sources, log, signal }), clock.now());
}

Deno.test("bindMissing() binds a new source by its first event, once; checkBindings() writes nothing", async () => {
  const log = new MemoryEventLog({ clock });
  const sources = [bound({}, "kalshi"), bound({ since: "2026-01-01" })];
  const bindings = await checkBindings({ sources, log, signal });
  assert.equal(log.head().position, 0);
  assert.deepEqual([...bindings.values()].map(({ since }) => since), [null, "2026-01-01"]);
  await bind(log, sources[0]!);
  await bind(log, ...sources);
  await bind(log, ...sources);
  assert.deepEqual(
    eventsOf(log, "pnl.source.bound.v1").map(({ id, source, data }) => [source, id, data]),
    [
      ["/kalshi", "bound", { origin: "https://a.test", account: "default", since: null }],
      ["/revenue", "bound", { origin: "https://a.test", account: "default", since: "2026-01-01" }],
    ],
  );
});

Deno.test("checkBindings() stops at another origin or account, and names both", async () => {
  const log = new MemoryEventLog({ clock });
  await bind(log, bound({}));
  const { position } = log.head();
  for (const other of [{ origin: "https://demo.test" }, { account: "second" }]) {
    // A source that is new and right must not be bound where another is wrong.
    const sources = [bound({}, "kalshi"), bound(other)];
    await assert.rejects(
      checkBindings({ sources, log, signal }),
      (error) =>
        error instanceof BindingError && error.message.includes("https://a.test") &&
        error.message.includes(Object.values(other)[0]!),
    );
  }
  assert.equal(log.head().position, position);
});

Deno.test("checkBindings() never mixes sandbox and live, whichever came first", async () => {
  for (const [first, second] of [["sandbox", "https://a.test"], ["https://a.test", "sandbox"]]) {
    const log = new MemoryEventLog({ clock });
    await bind(log, bound({ origin: first! }, "kalshi"));
    const sources = [bound({ origin: second! })];
    await assert.rejects(checkBindings({ sources, log, signal }), BindingError);
    const both = [bound({ origin: first! }, "kalshi"), bound({ origin: second! })];
    const empty = new MemoryEventLog({ clock });
    await assert.rejects(checkBindings({ sources: both, log: empty, signal }), BindingError);
  }
});

Deno.test("checkBindings() keeps the first day as it was recorded", async () => {
  const log = new MemoryEventLog({ clock });
  await bind(log, bound({ since: "2026-01-01" }));
  const moved = bound({ since: "2026-06-01" });
  const bindings = await checkBindings({ sources: [moved], log, signal });
  assert.equal(bindings.get(moved)?.since, "2026-01-01");
});
