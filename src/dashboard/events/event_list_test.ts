/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import fc from "fast-check";
import type { RecordedEvent } from "../../pnl/event.ts";
import { positionOf } from "./catalogue.ts";
import { type Ask, EventList } from "./event_list.ts";
import { eventAt, type ListState, PAGE_SIZE, prepended, rowsOf } from "./list_state.ts";

/** The event at a position, as far as a list looks at it. */
function eventOf(position: number): RecordedEvent {
  return JSON.parse(`{"sequence":"${String(position).padStart(16, "0")}","type":"x"}`);
}

function events(...positions: readonly number[]): RecordedEvent[] {
  return positions.map(eventOf);
}

/** A log that answers as `/api/events?order=desc` does; every `step`th event matches. */
class Log {
  readonly asked: string[] = [];
  failing: Error | null = null;

  constructor(public head: number, readonly step = 1) {}

  readonly ask: Ask = (path) => {
    this.asked.push(path);
    if (this.failing !== null) return Promise.reject(this.failing);
    const query = new URL(path, "http://log").searchParams;
    assert.equal(query.get("order"), "desc");
    const limit = Number(query.get("limit"));
    const from = Math.min(Number(query.get("before") ?? Infinity) - 1, this.head);
    const matching: number[] = [];
    for (let at = from - from % this.step; at > 0; at -= this.step) matching.push(at);
    const items = events(...matching.slice(0, limit));
    const nextBefore = matching.length > limit ? matching[limit - 1] ?? null : null;
    return Promise.resolve({ items, nextBefore });
  };
}

function positions({ pages, total }: ListState): (number | null)[] {
  return Array.from({ length: total }, (_, row) => {
    const event = eventAt(pages, row);
    return event === null ? null : positionOf(event);
  });
}

async function read(log: Log): Promise<EventList> {
  const list = new EventList({ subject: "A" }, log.ask);
  await list.reload();
  while (!list.state().complete) await list.older();
  return list;
}

Deno.test("EventList reads the whole log downwards, each event once", async () => {
  for (const [head, step] of [[0, 1], [1, 1], [100, 1], [101, 1], [2_345, 1], [900, 7]] as const) {
    const log = new Log(head, step);
    const list = await read(log);
    const wanted = Array.from({ length: Math.floor(head / step) }, (_, n) => n);
    const first = head - head % step;
    assert.deepEqual(positions(list.state()), wanted.map((n) => first - n * step), `${head}`);
    assert.ok(log.asked.every((path) => path.includes("subject=A")));
  }
});

Deno.test("EventList keeps no more than what is near, and reads it again when it is looked at", async () => {
  const log = new Log(10_000);
  const list = await read(log);
  list.look(9_960, 10_000);
  const kept = list.state().pages.filter(({ events }) => events !== null).length;
  assert.ok(kept <= 12, `${kept} pages are kept`);
  assert.equal(list.state().total, 10_000);
  assert.equal(eventAt(list.state().pages, 0), null);
  list.look(0, 40);
  const filled = new Promise<void>((resolve) => {
    const end = list.subscribe(() => {
      if (eventAt(list.state().pages, 0) === null) return;
      end();
      resolve();
    });
  });
  await filled;
  assert.deepEqual(positions(list.state()).slice(0, 3), [10_000, 9_999, 9_998]);
});

Deno.test("EventList says what failed, keeps what it has, and goes on when asked again", async () => {
  const log = new Log(250);
  const list = new EventList({}, log.ask);
  await list.reload();
  log.failing = new Error("offline");
  await list.older();
  assert.equal(list.state().error?.message, "offline");
  assert.equal(list.state().total, PAGE_SIZE);
  log.failing = null;
  await list.older();
  assert.equal(list.state().error, null);
  assert.equal(list.state().total, 2 * PAGE_SIZE);
});

Deno.test("EventList hears nothing more of what was under way when it was closed", async () => {
  const log = new Log(250);
  const list = new EventList({}, log.ask);
  const reading = list.reload();
  list.close();
  await reading;
  assert.equal(list.state().phase, "first");
});

Deno.test("prepended() keeps order and pages small, whatever comes, and takes nothing twice", () => {
  const batches = fc.array(fc.integer({ min: 0, max: 230 }), { maxLength: 12 });
  fc.assert(fc.property(batches, (sizes) => {
    let pages: ListState["pages"] = [];
    let head = 0;
    for (const size of sizes) {
      const overlap = Math.max(1, head - 2);
      const batch = Array.from({ length: head + size - overlap + 1 }, (_, n) => overlap + n);
      pages = prepended(pages, events(...batch));
      head = Math.max(head, overlap + batch.length - 1);
      assert.ok(pages.every(({ count, events }) => count <= PAGE_SIZE && events?.length === count));
    }
    const total = rowsOf(pages);
    const found = Array.from({ length: total }, (_, row) => eventAt(pages, row)?.sequence);
    assert.deepEqual(found, Array.from({ length: head }, (_, n) => eventOf(head - n).sequence));
    if (head > 0) assert.equal(prepended(pages, events(head)), pages);
  }));
});
