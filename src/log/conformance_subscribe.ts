/** Following the log. */
import assert from "node:assert/strict";
import type { LogLine } from "./event_log.ts";
import type { Declare } from "./conformance_subject.ts";
import { fill } from "./testing.ts";

/** Takes batches until `last` is seen. */
async function until(
  batches: AsyncIterable<readonly LogLine[]>,
  last: number,
): Promise<number[][]> {
  const seen: number[][] = [];
  for await (const batch of batches) {
    seen.push(batch.map(({ position }) => position));
    if (batch.at(-1)!.position >= last) break;
  }
  return seen;
}

/** The part of the suite on subscriptions. */
export function subscribeSuite(declare: Declare): void {
  declare("subscribe() gives what is there in batches, from a position", async ({ log }) => {
    log.append(Array.from({ length: 9 }, (_, at) => fill(`f-${at}`)));
    const { signal } = new AbortController();
    assert.deepEqual(await until(log.subscribe({ after: 3, batch: 3, signal }), 10), [
      [4, 5, 6],
      [7, 8, 9],
      [10],
    ]);
  });

  declare(
    "subscribe() wakes every subscriber at an append, and misses nothing",
    async ({ log }) => {
      const { signal } = new AbortController();
      const subscribers = [1, 2, 3].map(() => until(log.subscribe({ signal }), 41));
      for (let at = 0; at < 40; at++) {
        log.append([fill(`f-${at}`)]);
        // Sometimes before the subscribers have read, sometimes after they began to wait.
        if (at % 3 === 0) await Promise.resolve();
        if (at % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      }
      for (const seen of await Promise.all(subscribers)) {
        assert.deepEqual(seen.flat(), Array.from({ length: 41 }, (_, at) => at + 1));
        assert.ok(seen.length > 1);
      }
    },
  );

  declare("subscribe() wakes all who wait at one append", async ({ log }) => {
    const { signal } = new AbortController();
    const waiting = [1, 2, 3].map(() => until(log.subscribe({ signal }), 2));
    await new Promise((resolve) => setTimeout(resolve, 1));
    log.append([fill("f-1")]);
    const patience = setTimeout(() => log.close(), 900);
    assert.deepEqual(await Promise.all(waiting), [[[1, 2]], [[1, 2]], [
      [1, 2],
    ]]);
    clearTimeout(patience);
  });

  declare("subscribe() gives an event within milliseconds of its append", async ({ log }) => {
    log.append([fill("f-1")]);
    const batches = log.subscribe({ after: 2, signal: new AbortController().signal });
    const next = batches[Symbol.asyncIterator]();
    const pending = next.next();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const start = performance.now();
    log.append([fill("f-2")]);
    assert.equal((await pending).value?.[0]?.position, 3);
    assert.ok(performance.now() - start < 500);
    await next.return?.();
  });

  declare("subscribe() ends with its signal, while waiting and before", async ({ log }) => {
    const controller = new AbortController();
    const waiting = until(log.subscribe({ signal: controller.signal }), 1);
    await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort();
    assert.deepEqual(await waiting, []);
    log.append([fill("f-1")]);
    assert.deepEqual(await until(log.subscribe({ signal: controller.signal }), 1), []);
  });

  declare("subscribe() ends when the log closes", async ({ log }) => {
    log.append([fill("f-1")]);
    const batches = log.subscribe({ after: 2, signal: new AbortController().signal });
    const waiting = until(batches, 100);
    await Promise.resolve();
    log.close();
    assert.deepEqual(await waiting, []);
    assert.throws(() => log.read(), /closed/);
    assert.throws(() => log.append([fill("f-2")]), /closed/);
    assert.throws(() => log.head(), /closed/);
    log.close();
  });

  declare("subscribe() refuses bounds out of range", ({ log }) => {
    const { signal } = new AbortController();
    for (const bounds of [{ after: -1 }, { batch: 0 }, { batch: 10_001 }]) {
      assert.throws(() => log.subscribe({ ...bounds, signal }), RangeError);
    }
  });
}
